// Mutation tests of the pure rules: installs what only they need, beside this file, and runs them.
// usage: npm run stryker [-- --mutate src/card/life.ts]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isInstalled } from '../freshness.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
if (!isInstalled(folder)) run('npm', ['ci', '--no-audit', '--no-fund', '--silent'], folder);
const stryker = `${folder}node_modules/@stryker-mutator/core/bin/stryker.js`;
run(process.execPath, [stryker, 'run', `${folder}stryker.config.json`, ...process.argv.slice(2)], undefined);

function run(command, words, cwd) {
  const { status } = spawnSync(command, words, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
