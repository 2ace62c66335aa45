// One worker of a peer or of ours: claims and completes cards for as long as it is told, and says how many.
//
//   drain.mjs mosaic HOME | mosaic-server URL | sqlite FILE full|normal | postgres URL | calls FOLDER
//
// It says "ready", waits for a line with a number of milliseconds, works so long, and says how many pairs it did. CALLERS
// says how many callers it works for at once; default 1.
import { createInterface } from 'node:readline';

const [kind, ...where] = process.argv.slice(2);
const { open } = await import(`./${kind}.mjs`);
const store = await open(...where);
const owner = `worker-${process.pid}`;
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const until = performance.now() + Number(line);
  let pairs = 0;
  const callers = Array.from({ length: Number(process.env.CALLERS ?? 1) }, async (_, number) => {
    for (; performance.now() < until; pairs += 1) await store.claimAndComplete(`${owner}-${number}`);
  });
  await Promise.all(callers);
  process.stdout.write(`${pairs}\n`);
}
await store.close();
