// Outlives the tests by a moment: when whoever started it is gone, it ends the server and removes its folder.
// usage: guard.mjs FOLDER. On its input, lines with the process number of the server, or 0 when none runs.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const [folder] = process.argv.slice(2);
let pid = 0;
for await (const line of createInterface({ input: process.stdin })) pid = Number(line);

if (pid > 0) {
  // At once, without a last checkpoint: nobody will read what it holds.
  send('SIGQUIT');
  for (let tries = 0; tries < 100 && send(0); tries++) await sleep(50);
  send('SIGKILL');
}
rmSync(folder, { recursive: true, force: true, maxRetries: 20 });

/** Whether there was still somebody to send it to. */
function send(signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
