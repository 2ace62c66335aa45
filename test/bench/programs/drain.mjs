// One worker of a peer or of ours: claims and completes cards for as long as it is told, and says how many.
//
//   drain.mjs mosaic HOME | sqlite FILE full|normal | postgres URL
//
// It says "ready", waits for a line with a number of milliseconds, works so long, and says how many pairs it did.
import { createInterface } from 'node:readline';

const [kind, ...where] = process.argv.slice(2);
const { open } = await import(`./${kind}.mjs`);
const store = await open(...where);
const owner = `worker-${process.pid}`;
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const until = performance.now() + Number(line);
  let pairs = 0;
  for (; performance.now() < until; pairs += 1) await store.claimAndComplete(owner);
  process.stdout.write(`${pairs}\n`);
}
await store.close();
