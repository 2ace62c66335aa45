// Waits for a card, says which it got, completes it, and waits again. usage: waiting-claimer.mjs HOME
import { openBacklog } from '../../../dist/index.js';

const backlog = await openBacklog({ mosaicHome: process.argv[2] });
const owner = `waiting-${process.pid}`;
process.stdout.write('ready\n');
for (;;) {
  const card = await backlog.claim({ owner, waitSeconds: Number.POSITIVE_INFINITY });
  process.stdout.write(`${card.id}\n`);
  await backlog.complete({ id: card.id, owner, attempt: card.attempts });
}
