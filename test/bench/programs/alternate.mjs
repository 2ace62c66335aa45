// Claims and completes in several stores in turn, in one long-lived process. usage: alternate.mjs HOME...
// It says "ready", waits for a line with a number of pairs, and says the microseconds of each, store by store, as JSON.
import { createInterface } from 'node:readline';
import { open } from './mosaic.mjs';

const stores = await Promise.all(process.argv.slice(2).map(open));
for (const store of stores) await store.claimAndComplete('warm');
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const times = stores.map(() => []);
  for (let pair = 0; pair < Number(line); pair += 1) {
    for (const [index, store] of stores.entries()) {
      const began = performance.now();
      await store.claimAndComplete('worker');
      times[index].push((performance.now() - began) * 1000);
    }
  }
  process.stdout.write(`${JSON.stringify(times)}\n`);
}
for (const store of stores) await store.close();
