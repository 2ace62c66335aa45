// `npm run check`: runs every script named `check:...` of package.json, one line for each, and shows the whole output
// of those that fail. Arguments name the checks to run: `npm run check -- types lint`.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './freshness.mjs';

const PREFIX = 'check:';
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const checks = Object.fromEntries(
  Object.entries(scripts)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, command]) => [name.slice(PREFIX.length), command]),
);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in checks));
if (unknown.length > 0) {
  console.error(`There is no check named ${unknown.join(', ')}. The checks are ${Object.keys(checks).join(', ')}.`);
  process.exit(2);
}

const failed = [];
for (const name of asked.length > 0 ? asked : Object.keys(checks)) {
  const began = performance.now();
  const { status, output } = await run(checks[name]);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed.push(name);
  console.log(output.trimEnd());
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}. To run one alone: npm run check -- ${failed[0]}`);
  process.exitCode = 1;
}

function run(command) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const options = { cwd: root, shell: true, env: { ...process.env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] };
  return new Promise((resolve) => {
    const child = spawn(command, options);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ status: 1, output: error.message }));
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}
