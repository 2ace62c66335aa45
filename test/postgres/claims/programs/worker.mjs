// A host of workers, as a real process: each claims and completes cards over a handle of its own until none is left, and
// writes down what it was promised. One argument, a JSON object: url, owners, ttlSeconds; clockHours by which the clock
// of this host is wrong; stopAt, the number of the card in the middle of which it says so and stops itself.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { url, owners, ttlSeconds, clockHours = 0, stopAt = 0 } = JSON.parse(process.argv[2]);

const now = Date.now;
Date.now = () => now() + clockHours * 3_600_000;

// Synchronous: what was written before a signal has been written.
const say = (kind, owner, card) =>
  writeSync(1, `${JSON.stringify({ kind, owner, id: card.id, attempt: card.attempts, at: card.claimedAt })}\n`);

const { openBacklog } = await import('../../../../dist/index.js');
// A server that was never reached is not waited for: before anybody says something, all have reached it.
const backlogs = await Promise.all(owners.map(reach));
await Promise.all(owners.map((owner, n) => work(owner, backlogs[n])));

async function reach() {
  const backlog = await openBacklog({ databaseUrl: url });
  await backlog.stats();
  return backlog;
}

async function work(owner, backlog) {
  for (let claims = 1; ;) {
    const card = await backlog.claim({ owner, ttlSeconds, waitSeconds: 1 });
    if (card === null) {
      const { byStatus } = await backlog.stats();
      if (byStatus.ready + byStatus.claimed === 0) break;
      continue;
    }
    say('claimed', owner, card);
    if (claims === stopAt) process.kill(process.pid, 'SIGSTOP');
    claims += 1;
    await sleep(Math.random() * 4);
    try {
      await backlog.complete({ id: card.id, owner, attempt: card.attempts });
      say('completed', owner, card);
    } catch (error) {
      if (error.code !== 'CLAIM_LOST') throw error;
      say('lost', owner, card);
    }
  }
  await backlog.close();
}
