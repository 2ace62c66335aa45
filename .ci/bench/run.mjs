// The benchmark: installs the peer that only it needs, beside this file, and runs it. Where that cannot be had it is left
// out, and the benchmark says so.
// usage: npm run bench [-- --short] [--only WORDS] [--json FILE] [--profile]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isInstalled } from '../freshness.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
if (!isInstalled(folder)) run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], folder);
if (!existsSync(`${folder}node_modules/better-sqlite3/build/Release/better_sqlite3.node`)) {
  // better-sqlite3 from its source, which is in the package: otherwise it would fetch a binary from elsewhere.
  run('npm', ['rebuild', '--ignore-scripts=false', '--silent'], folder, { npm_config_build_from_source: 'true' });
}
const program = ['test/run-typescript.mjs', 'test/bench/run.ts', ...process.argv.slice(2)];
process.exitCode = run(process.execPath, program, undefined);

function run(command, words, cwd, env) {
  return spawnSync(command, words, { cwd, stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;
}
