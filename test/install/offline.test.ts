/** Where there is no network, one file and its checksum are enough, and a file that is not what it should be is refused. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../cli/mosaic.ts';
import { where } from '../hostile/surroundings.ts';
import { ROOT } from '../house/source.ts';
import { ended, Installation, ODD_NAME, toolsWithout } from './installation.ts';
import { isNoCache, sha256 } from './listing.ts';
import { packageWith } from './packages.ts';

const NO_NETWORK = ['unshare', '-n'] as const;
const withoutNetwork = where(...NO_NETWORK, 'true');

/** What `npm run pack:offline` made, in a folder of its own. */
let tarball: string;
let former: string;

beforeAll(() => {
  const folder = newFolder();
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'pack:offline', '--', folder], {
    ...{ cwd: ROOT, encoding: 'utf8', env: { ...process.env, npm_config_offline: 'true' } },
  });
  if (status !== 0) throw new Error(stderr);
  tarball = join(folder, 'mosaic-fleet-0.1.0-offline.tgz');
  former = packageWith({ version: '0.0.9' });
}, 60_000);

/** As somebody carries it over: the installer alone, the tarball and its checksum, in a folder of any name. */
function carried(name = 'a stick'): { readonly folder: string; readonly file: string } {
  const folder = join(newFolder(), name);
  mkdirSync(folder);
  const file = join(folder, basename(tarball));
  copyFileSync(tarball, file);
  copyFileSync(`${tarball}.sha256`, `${file}.sha256`);
  copyFileSync(join(ROOT, 'install.sh'), join(folder, 'install.sh'));
  return { folder, file };
}

it('two files are made: the tarball, and its checksum as sha256sum reads it', () => {
  expect(readdirSync(join(tarball, '..')).toSorted()).toEqual([basename(tarball), `${basename(tarball)}.sha256`]);
  expect(readFileSync(`${tarball}.sha256`, 'utf8')).toBe(`${sha256(tarball)}  ${basename(tarball)}\n`);
});

describe('without any network', () => {
  // Neither npm nor git is there to reach for one.
  const env = { PATH: toolsWithout('npm', 'npx', 'git', 'curl', 'wget', 'rsync') };

  withoutNetwork(
    'all of it is installed, once, and the first claim works; an update from there is nothing new',
    async () => {
      const { folder, file } = carried();
      const installation = new Installation();
      const options = { within: NO_NETWORK, env };
      await installation.ok(folder, ['--offline', file, '--yes'], options);
      expect(await installation.version()).toBe('0.1.0');
      await installation.json('backlog', 'create', 'A', '--title', 'The first');
      expect(await installation.json('backlog', 'claim', '--owner', 'coder0')).toMatchObject({ id: 'A' });
      expect(installation.leftovers()).toEqual([]);
      const before = installation.everything();
      await installation.ok(folder, ['--offline', file, '--yes'], options);
      expect(installation.everything().filter(isNoCache)).toEqual(before.filter(isNoCache));
      const again = await installation.run(['fleet', 'update', '--offline', file], env);
      expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining('up to date') });
    },
  );

  withoutNetwork(
    'the lines of docs/installing.md do it, wherever one stands, also over a version before; and it can be imported',
    async () => {
      const { folder } = carried(ODD_NAME);
      const installation = new Installation({ name: ODD_NAME });
      await installation.ok(former);
      const lines = /```sh\n(tar -xzf .*?)```/s.exec(readFileSync(join(ROOT, 'docs/installing.md'), 'utf8'))?.[1] ?? '';
      const words = [...NO_NETWORK, 'sh', '-e', '-c', `cd "$0"\n${lines}`, folder];
      const { status, stderr } = await ended(installation.startWith(words, env));
      expect(status, stderr).toBe(0);
      expect(await installation.version()).toBe('0.1.0');
      expect(await installation.exported()).toContain('openBacklog');
    },
  );
});

function rehash(file: string): void {
  writeFileSync(`${file}.sha256`, `${sha256(file)}  ${basename(file)}\n`);
}

describe('refused, and nothing is changed:', () => {
  const installation = new Installation();

  beforeAll(() => installation.ok(former));

  it.each<readonly [string, (file: string) => void, RegExp]>([
    ['a tarball that is not there', (file) => rmSync(file), /no file/],
    ['a tarball without its checksum', (file) => rmSync(`${file}.sha256`), /sha256/],
    ['one whose checksum is another', (file) => writeFileSync(`${file}.sha256`, `${'0'.repeat(64)}  x\n`), /checksum/],
    ['one whose checksum is empty', (file) => writeFileSync(`${file}.sha256`, ''), /checksum|sha256/],
    ['one that was cut off', (file) => truncateSync(file, 100_000), /checksum/],
    ['one in which a byte is another', flipByte, /checksum/],
    [
      'one that was cut off before its checksum was made',
      (file) => {
        truncateSync(file, 100_000);
        rehash(file);
      },
      /unpacked/,
    ],
    [
      'one that holds something else',
      (file) => {
        spawnSync('tar', ['-czf', file, '-C', join(ROOT, 'test'), 'house']);
        rehash(file);
      },
      /no mosaic-fleet/,
    ],
    [
      'one that is no tarball',
      (file) => {
        writeFileSync(file, 'hello\n');
        rehash(file);
      },
      /unpacked/,
    ],
  ])('%s', async (_what, harm, says) => {
    const { folder, file } = carried();
    harm(file);
    const before = installation.everything();
    const { status, stdout, stderr } = await installation.install(folder, ['--offline', file, '--yes']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).toContain('Nothing was changed.');
    expect(installation.everything()).toEqual(before);
    expect(installation.leftovers()).toEqual([]);
  });
});

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
