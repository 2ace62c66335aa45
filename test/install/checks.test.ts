/** What a command line asks for, what --check says, and what bash itself says of the script. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { ROOT } from '../house/source.ts';
import { Installation } from './installation.ts';
import { lines } from './listing.ts';
import { packageWith } from './packages.ts';

const SCRIPT = join(ROOT, 'install.sh');
const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
if (!hasShellcheck) console.warn('shellcheck is not installed: install.sh is NOT checked by it.');

let first: string;
let second: string;

beforeAll(() => {
  first = packageWith({ version: '0.1.0' });
  second = packageWith({ version: '0.2.0', framework: { 'guides/new.md': 'new\n' } });
});

describe('--check', () => {
  it('where nothing is installed says what there is and what would be installed, and changes nothing', async () => {
    const installation = new Installation();
    mkdirSync(installation.home);
    const before = lines(installation.userHome, 'everything');
    const { status, stdout, stderr } = await installation.install(first, ['--check']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(lines(installation.userHome, 'everything')).toEqual(before);
    for (const word of [process.version.slice(1), 'tmux', installation.prefix, installation.home, 'PATH', '0.1.0']) {
      expect(stdout).toContain(word);
    }
  });

  it('is content only where everything is there and up to date', async () => {
    const installation = new Installation();
    await installation.ok(first);
    const before = installation.everything();
    expect((await installation.install(first, ['--check'])).status).toBe(0);
    const newer = await installation.install(second, ['--check']);
    expect(newer.status).toBe(1);
    expect(newer.stdout).toContain('0.1.0');
    expect(newer.stdout).toContain('0.2.0');
    expect(installation.everything()).toEqual(before);
  });

  it('notices when only one half is up to date', async () => {
    const installation = new Installation();
    await installation.ok(first);
    await installation.ok(second, ['--cli', '--yes']);
    expect((await installation.install(second, ['--check'])).status).toBe(1);
    expect((await installation.install(second, ['--check', '--cli'])).status).toBe(0);
  });

  it('says what becomes of a file that its user has changed, and is content where it stays', async () => {
    const installation = new Installation();
    await installation.ok(first);
    appendFileSync(join(installation.home, 'guides', 'a.md'), 'mine\n');
    const usual = await installation.install(first, ['--check']);
    expect(usual.status).toBe(1);
    expect(usual.stdout).toContain('You have changed guides/a.md; this would replace it, and keep a copy of yours.');
    const kept = await installation.install(first, ['--check'], { env: { MOSAIC_INSTALL_MODE: 'keep' } });
    expect(kept.status).toBe(0);
    expect(kept.stdout).toContain('You have changed guides/a.md, and it stays.');
  });
});

describe('on the command line', () => {
  it.each<readonly [string, readonly string[]]>([
    ['an option that there is not', ['--frobnicate']],
    ['a word that is no option', ['install']],
    ['--ref without its ref', ['--ref']],
    ['--offline without its file', ['--offline']],
    ['--purge without --uninstall', ['--purge']],
    ['--dev with a tarball', ['--offline', 'x.tgz', '--dev']],
  ])('%s is wrong usage, and nothing is changed', async (_what, words) => {
    const installation = new Installation();
    const { status, stdout, stderr } = await installation.install(first, words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('--help');
    expect(installation.everything()).toEqual([]);
  });

  it('--help names every option and every variable', async () => {
    const installation = new Installation();
    const { status, stdout } = await installation.install(first, ['--help']);
    expect(status).toBe(0);
    for (const name of [
      ...['--check', '--framework', '--cli', '--ref', '--dev', '--yes', '-y', '--no-auto-launch', '--uninstall'],
      ...['--purge', '--offline', '--help', 'MOSAIC_HOME', 'MOSAIC_PREFIX', 'MOSAIC_NO_COLOR', 'MOSAIC_REF'],
      ...['MOSAIC_DEV', 'MOSAIC_ASSUME_YES', 'MOSAIC_INSTALL_MODE'],
    ]) {
      expect(stdout).toContain(name);
    }
    expect(installation.everything()).toEqual([]);
  });

  it('words and variables that change nothing here are understood', async () => {
    const installation = new Installation();
    const env = { MOSAIC_ASSUME_YES: '1', MOSAIC_NO_COLOR: '1', MOSAIC_REF: '', MOSAIC_DEV: '' };
    const said = await installation.ok(first, ['--no-auto-launch', '--cli', '--framework', '-y'], { env });
    expect(said).not.toContain('\x1b');
    expect(await installation.version()).toBe('0.1.0');
  });
});

describe('the script', () => {
  const text = (): string => readFileSync(SCRIPT, 'utf8');

  it('is read by bash without a complaint', () => {
    const { status, stderr } = spawnSync('bash', ['-n', SCRIPT], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test.skipIf(!hasShellcheck)('shellcheck finds nothing (skipped where it is not installed)', () => {
    const { status, stdout } = spawnSync('shellcheck', ['--shell=bash', '--severity=style', SCRIPT], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it.each<readonly [string, RegExp]>([
    ['associative arrays', /\b(declare|local|typeset)\s+-[a-zA-Z]*[Agn]/],
    ['names as references, or upper case by itself', /\b(declare|local|typeset)\s+-[a-zA-Z]*[lu]\b/],
    ['changes of case', /\$\{[^}]*(\^\^?|,,?)[^}]*\}/],
    ['mapfile and readarray', /\b(mapfile|readarray)\b/],
    ['&>> and |&', /&>>|\|&/],
    ['a wait for any', /\bwait\s+-n\b/],
    ['negative subscripts and lengths', /\$\{\w+\[-\d+\]\}|\$\{\w+:[^}]*:\s*-\d/],
    ['words that print themselves', /\$\{\w+@[QEPAa]\}/],
    ['dates by printf', /%\([^)]*\)T/],
    ['-v for variables', /\[\[\s+-v\s/],
    ['descriptors by name', /\{\w+\}[<>]/],
    ['falling through in case', /;;?&/],
    ['readlink -f, sed -i and stat -c, which macOS has not', /\breadlink\s+-f\b|\bsed\s+-i\b|\bstat\s+-c\b/],
  ])('uses nothing that bash 3.2 or macOS does not have: %s', (_what, pattern) => {
    const offending = text()
      .split('\n')
      .filter((line) => !/^\s*#/.test(line) && pattern.test(line));
    expect(offending).toEqual([]);
  });

  it('expands no array that may be empty, which bash 3.2 calls an unbound variable under set -u', () => {
    const offending = text()
      .split('\n')
      .filter((line) => !/^\s*#/.test(line) && /(?<!\+)"\$\{\w+\[@\]\}"/.test(line));
    expect(offending).toEqual([]);
  });
});
