/**
 * A branch, a tag or a commit of a git repository. In the ones here lie packages that are built already, so that nothing has
 * to be fetched from a registry; that a checkout is built first is seen by whoever installs one.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { newFolder } from '../cli/mosaic.ts';
import { Installation, toolsWithout } from './installation.ts';
import { lines } from './listing.ts';
import { packageWith, writeInto } from './packages.ts';

let repository: string;
/** Of version 0.1.0. */
let firstCommit: string;
let installation: Installation;

function git(...words: readonly string[]): string {
  const who = ['-c', 'user.name=tester', '-c', 'user.email=tester@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', ['-C', repository, ...who, ...words], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

function commit(source: string, message: string): string {
  cpSync(source, repository, { recursive: true });
  git('add', '--all', '--force');
  git('commit', '--quiet', '--message', message);
  return git('rev-parse', 'HEAD');
}

beforeAll(() => {
  repository = join(newFolder(), 'the repository');
  writeInto(repository, 'README.md', 'Older than the installer\n');
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Long ago');
  git('tag', 'ancient');
  firstCommit = commit(packageWith({ version: '0.1.0' }), 'One');
  git('tag', 'v0.1.0');
  commit(packageWith({ version: '0.2.0' }), 'Two');
  git('checkout', '--quiet', '-b', 'a/branch');
  commit(packageWith({ version: '0.3.0' }), 'Three');
  git('checkout', '--quiet', 'main');
});

beforeEach(() => {
  installation = new Installation();
});

/** The repository itself, with what has been done in it. */
function untouched(): readonly string[] {
  return [git('status', '--porcelain'), git('rev-parse', 'HEAD'), git('branch', '--all')];
}

test.each<readonly [string, () => string, string]>([
  ['a tag', () => 'v0.1.0', '0.1.0'],
  ['a branch', () => 'main', '0.2.0'],
  ['a branch with a slash in its name', () => 'a/branch', '0.3.0'],
  ['a commit', () => firstCommit, '0.1.0'],
  ['a commit by its first digits', () => firstCommit.slice(0, 10), '0.1.0'],
])(
  '%s of the checkout in which install.sh stands is installed, and the checkout stays as it is',
  async (_what, ref, version) => {
    const before = untouched();
    await installation.ok(repository, ['--ref', ref(), '--yes']);
    expect(await installation.version()).toBe(version);
    expect(untouched()).toEqual(before);
    expect(installation.leftovers()).toEqual([]);
  },
);

it('a variable says the same, also which repository is meant where install.sh stands in none', async () => {
  const elsewhere = packageWith({ version: '0.9.0' });
  const env = { MOSAIC_REPOSITORY: repository, MOSAIC_REF: 'v0.1.0' };
  await installation.ok(elsewhere, ['--yes'], { env });
  expect(await installation.version()).toBe('0.1.0');
  // The option is said later than the variable.
  await installation.ok(elsewhere, ['--yes', '--ref', 'a/branch'], { env });
  expect(await installation.version()).toBe('0.3.0');
});

it('an update follows the branch that was installed', async () => {
  const origin = join(newFolder(), 'another repository');
  cpSync(repository, origin, { recursive: true });
  const env = { MOSAIC_REPOSITORY: origin };
  await installation.ok(packageWith(), ['--yes', '--ref', 'main'], { env });
  expect(await installation.version()).toBe('0.2.0');
  const before = repository;
  repository = origin;
  try {
    commit(packageWith({ version: '0.4.0' }), 'Four');
  } finally {
    repository = before;
  }
  expect((await installation.run(['fleet', 'update'])).status).toBe(0);
  expect(await installation.version()).toBe('0.4.0');
  expect((await installation.run(['fleet', 'update', '--ref', 'v0.1.0'])).status).toBe(0);
  expect(await installation.version()).toBe('0.1.0');
});

it('--check says what would be installed from there, and changes nothing', async () => {
  await installation.ok(repository, ['--ref', 'v0.1.0', '--yes']);
  const before = installation.everything();
  expect((await installation.install(repository, ['--check', '--ref', 'v0.1.0'])).status).toBe(0);
  const { status, stdout } = await installation.install(repository, ['--check', '--ref', 'main']);
  expect(status).toBe(1);
  expect(stdout).toContain('0.2.0');
  expect(installation.everything()).toEqual(before);
  expect(installation.leftovers()).toEqual([]);
});

describe('refused, and nothing is changed:', () => {
  const former = new Installation();

  beforeAll(() => former.ok(repository));

  it.each<readonly [string, string, readonly string[], Readonly<Record<string, string>>]>([
    ['a ref that there is not', 'There is no nowhere', ['--ref', 'nowhere'], {}],
    ['a ref from before there was an installer', 'ancient is older than install.sh', ['--ref', 'ancient'], {}],
    ['what git would take for an option', 'There is no --help', ['--ref=--help'], {}],
    [
      'a repository that is not there',
      'could not be cloned',
      ['--ref', 'main'],
      { MOSAIC_REPOSITORY: '/nowhere/at/all' },
    ],
    ['a ref and a tarball', 'exclude each other', ['--ref', 'main', '--offline', 'x.tgz'], {}],
    ['sources to build from, where there are none', 'no sources', ['--dev'], {}],
  ])('%s', async (_what, says, words, env) => {
    const before = [...former.everything(), ...untouched()];
    const { status, stdout, stderr } = await former.install(repository, [...words, '--yes'], { env });
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
    expect([...former.everything(), ...untouched()]).toEqual(before);
    expect(former.leftovers()).toEqual([]);
  });
});

it('without git a ref is refused by the name of what is missing', async () => {
  const env = { PATH: toolsWithout('git') };
  const { status, stderr } = await installation.install(repository, ['--ref', 'main', '--yes'], { env });
  expect(status).toBe(1);
  expect(stderr).toContain('git is not installed');
  expect(lines(installation.prefix)).toEqual([]);
});

it('what was installed from a folder that is gone says so when it is to be updated', async () => {
  const source = packageWith({ version: '0.2.0' });
  await installation.ok(source);
  rmSync(source, { recursive: true });
  const { status, stderr } = await installation.run(['fleet', 'update']);
  expect(status).toBe(1);
  expect(stderr).toContain(source);
  expect(await installation.version()).toBe('0.2.0');
});
