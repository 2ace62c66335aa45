// Loaded before a program: says at its end how much memory it held at most, in kilobytes. Not by getrusage where there
// is another way: on Linux that also counts what the parent held when it started this process.
const { readFileSync, writeSync } = require('node:fs');

function peak() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}

process.on('exit', () => writeSync(2, `MAXRSS ${peak()}\n`));
