// A process that is stopped at the worst moment: in the middle of its commit, while it holds the mutex.
// It says so on stdout and never goes on. usage: holder.mjs HOME ID
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

fs.fdatasyncSync = () => {
  fs.writeSync(1, '{"kind":"holding"}\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
syncBuiltinESMExports();

const { openBacklog } = await import('../../dist/index.js');
const [mosaicHome, id] = process.argv.slice(2);
const backlog = await openBacklog({ mosaicHome });
await backlog.claim({ owner: 'holder', id });
