// Makes one tarball with everything in it: the built program, what it needs at run time, and its installer. For machines
// without a network; `install.sh --offline FILE` installs it, and checks the checksum that is written beside it.
// usage: npm run pack:offline [-- FOLDER]     FOLDER: where the tarball goes (default: this one)
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checksumOf, readPackage } from '../dist/install/package-files.js';
import { copyPackage } from '../dist/install/copy-package.js';
import { root } from './freshness.mjs';

const target = resolve(process.argv[2] ?? '.');
mkdirSync(target, { recursive: true });
// Beside the tarball, so that a rename puts it in place.
const scratch = mkdtempSync(join(target, '.pack-offline-'));
try {
  const wanted = readPackage(root);
  const name = `mosaic-fleet-${wanted.version}`;
  copyPackage(wanted, join(scratch, name));
  // The same contents make the same tarball, whoever packs them and when.
  const paths = wanted.files.map(({ path }) => `${name}/${path}`);
  for (const path of paths) utimesSync(join(scratch, path), 0, 0);
  const tar = execFileSync('tar', ['-c', '-f', '-', ...ownerless(), '-C', scratch, '-T', '-'], {
    input: `${paths.join('\n')}\n`,
    maxBuffer: 1024 ** 3,
  });
  const tarball = execFileSync('gzip', ['-n', '-9'], { input: tar, maxBuffer: 1024 ** 3 });
  const file = `${name}-offline.tgz`;
  for (const [path, bytes] of [
    [file, tarball],
    [`${file}.sha256`, `${checksumOf(tarball)}  ${file}\n`],
  ]) {
    writeFileSync(join(scratch, path), bytes);
    renameSync(join(scratch, path), join(target, path));
  }
  const megabytes = (readFileSync(join(target, file)).length / 1e6).toFixed(1);
  console.log(`${join(target, file)} (${megabytes} MB), with its checksum beside it.`);
  console.log(`On the other machine: tar -xzf ${file} ${name}/install.sh && ${name}/install.sh --offline ${file}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** GNU tar and that of macOS say it differently. */
function ownerless() {
  const isGnu = execFileSync('tar', ['--version'], { encoding: 'utf8' }).includes('GNU');
  return isGnu ? ['--owner=0', '--group=0', '--numeric-owner'] : ['--uid', '0', '--gid', '0', '--numeric-owner'];
}
