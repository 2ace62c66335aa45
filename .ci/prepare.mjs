// Makes a clone ready to run: installs what the lock file names and builds, each only when needed.
// `npm test`, `npm run demo`, `install.sh` and the other commands begin with it; it uses nothing but Node and npm.
// `--check` does nothing, and ends with 1 when there is something to do.
import { spawnSync } from 'node:child_process';
import { digestOfInputs, isBuilt, isInstalled, root } from './freshness.mjs';

if (process.argv.includes('--check')) {
  const isReady = isInstalled() && isBuilt('bundle') && isBuilt('library');
  process.exit(isReady ? 0 : 1);
}

if (!isInstalled()) {
  console.log('Installing what package-lock.json names (npm ci) ...');
  // --include=dev: an environment that says production would leave out the compiler.
  const flags = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', flags, 'npm could not install the packages. Look at its message above; the first run needs the network.');
}

const digest = digestOfInputs();
if (!isBuilt('bundle', digest) || !isBuilt('library', digest)) {
  run(process.execPath, ['.ci/build.mjs'], 'The build failed. Its message is above.');
}

function run(command, args, sentence) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) return;
  console.error(error ? `${sentence} (${error.message})` : sentence);
  process.exit(1);
}
