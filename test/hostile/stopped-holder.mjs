// Claims a card, stops itself in the middle of its commit while it holds the mutex, and says how it went when it wakes.
// usage: stopped-holder.mjs HOME ID
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

let stops = 1;
const { openSync } = fs;
fs.openSync = (path, ...rest) => {
  // Just before its line goes into the journal.
  if (stops > 0 && /journal\/\d+\.jsonl$/.test(String(path)) && (Number(rest[0]) & fs.constants.O_RDWR) !== 0) {
    stops -= 1;
    fs.writeSync(1, 'stopped\n');
    process.kill(process.pid, 'SIGSTOP');
  }
  return openSync(path, ...rest);
};
syncBuiltinESMExports();

const { openBacklog } = await import('../../dist/index.js');
const [mosaicHome, id] = process.argv.slice(2);
const backlog = await openBacklog({ mosaicHome });
try {
  await backlog.claim({ owner: 'slow', id });
  fs.writeSync(1, 'claimed\n');
} catch (error) {
  fs.writeSync(1, `${error.code}\n`);
}
