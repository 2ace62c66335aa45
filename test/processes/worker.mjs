// A worker as a real process: claims and completes cards until none is left, and writes down what it was promised.
// usage: worker.mjs HOME OWNER TTL_SECONDS [HANG_AT]: with HANG_AT it stops dead in the middle of that many-th card.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBacklog } from '../../dist/index.js';

const [mosaicHome, owner, ttl, hangAt] = process.argv.slice(2);

// Synchronous: what was written before a SIGKILL has been written.
const say = (event) => writeSync(1, `${JSON.stringify(event)}\n`);

const backlog = await openBacklog({ mosaicHome });
for (let claims = 1; ; claims += 1) {
  const card = await backlog.claim({ owner, ttlSeconds: Number(ttl), waitSeconds: 1 });
  if (card === null) {
    const { byStatus } = await backlog.stats();
    if (byStatus.ready + byStatus.claimed === 0) break;
    continue;
  }
  if (String(claims) === hangAt) {
    say({ kind: 'hanging', id: card.id, attempt: card.attempts });
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  }
  await sleep(Math.random() * 4);
  try {
    await backlog.complete({ id: card.id, owner, attempt: card.attempts });
    say({ kind: 'completed', id: card.id, attempt: card.attempts });
  } catch (error) {
    if (error.code !== 'CLAIM_LOST') throw error;
    say({ kind: 'lost', id: card.id, attempt: card.attempts });
  }
}
await backlog.close();
