/** Where nothing is installed, one run is enough for the first claim; a second one has nothing to do. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { newFolder } from '../cli/mosaic.ts';
import { ended, Installation, ODD_NAME, TOOLS } from './installation.ts';
import { filesIn, isThere, lines } from './listing.ts';
import { packageWith, wholePackage } from './packages.ts';

let source: string;

beforeAll(() => {
  source = packageWith();
});

async function firstClaim(installation: Installation): Promise<void> {
  const { status, stderr } = await installation.run(['fleet', 'backlog', 'create', 'A', '--title', 'The first']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(await installation.json('backlog', 'claim', '--owner', 'coder0')).toMatchObject({
    ...{ id: 'A', status: 'claimed', claimOwner: 'coder0' },
  });
  expect(isThere(join(installation.home, 'fleet', 'backlog', 'cards', 'A.json'))).toBe(true);
}

describe.each(['a user', ODD_NAME])('for a user whose home is called %j', (name) => {
  it('one run is enough for the first claim, and a second one changes nothing', async () => {
    const installation = new Installation({ name });
    await installation.ok(source);
    const before = installation.everything();
    const again = await installation.ok(source);
    expect(installation.everything()).toEqual(before);
    expect(again).toMatch(/up to date|nothing (has )?(to do|changed)|already/i);
    await firstClaim(installation);
    expect(await installation.version()).toBe('0.1.0');
    expect(installation.leftovers()).toEqual([]);
  });

  it('what belongs on the PATH is said, in words that a shell can run as they stand', async () => {
    const installation = new Installation({ name });
    const said = await installation.ok(source, ['--yes'], { env: { PATH: TOOLS } });
    const line = /export PATH=.*/.exec(said)?.[0] ?? '';
    for (const shell of ['bash', 'sh']) {
      const { stdout, stderr } = spawnSync(shell, ['-c', `${line}\ncommand -v mosaic; command -v mosaic-fleet`], {
        env: { PATH: TOOLS, HOME: installation.userHome },
        encoding: 'utf8',
      });
      expect({ stdout, stderr }).toEqual({
        stdout: `${installation.program}\n${installation.program}-fleet\n`,
        stderr: '',
      });
    }
  });
});

it('the package as it was built is installed with all that is in it, packages for those who import it, too', async () => {
  const installation = new Installation();
  await installation.ok(wholePackage());
  expect(filesIn(installation.current).length).toBeGreaterThan(1000);
  expect(await installation.exported()).toContain('openBacklog');
  await firstClaim(installation);
});

it('says nothing of the PATH to a user who has it there', async () => {
  const installation = new Installation();
  expect(await installation.ok(source)).not.toContain('export PATH');
});

it('without a word about places everything goes below the home of the user', async () => {
  const installation = new Installation({ places: 'default' });
  await installation.ok(source);
  expect(isThere(join(installation.userHome, '.npm-global', 'bin', 'mosaic'))).toBe(true);
  expect(isThere(join(installation.userHome, '.config', 'mosaic', 'fleet', 'run', 'framework.json'))).toBe(true);
  await firstClaim(installation);
});

it('both commands lead to the same program, by links that a moved prefix takes along', async () => {
  const installation = new Installation();
  await installation.ok(source);
  const moved = join(newFolder(), 'moved');
  spawnSync('mv', [installation.prefix, moved]);
  for (const command of ['mosaic', 'mosaic-fleet']) {
    const { status, stdout } = spawnSync(join(moved, 'bin', command), ['--version'], {
      env: installation.env(),
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '0.1.0\n' });
  }
});

it('--cli installs the program alone, --framework the framework files alone', async () => {
  const cli = new Installation();
  await cli.ok(source, ['--cli', '--yes']);
  expect(await cli.version()).toBe('0.1.0');
  expect(lines(cli.home)).toEqual([]);
  const framework = new Installation();
  await framework.ok(source, ['--framework', '--yes']);
  expect(lines(framework.prefix)).toEqual([]);
  expect(filesIn(framework.home)).toEqual(expect.arrayContaining([...filesIn(join(source, 'fixtures', 'framework'))]));
});

describe('install.sh started', () => {
  it.each<readonly [string, (folder: string) => readonly [string, ...string[]]]>([
    ['from its own folder', () => ['bash', 'install.sh']],
    ['as a program', () => ['./install.sh']],
    [
      'by a path that says where from here',
      (folder) => ['bash', join('..', folder.slice(dirname(folder).length + 1), 'install.sh')],
    ],
  ])('%s', async (_how, wordsIn) => {
    const installation = new Installation();
    const [command, ...words] = wordsIn(source);
    // A CDPATH makes `cd` print where it goes, and go elsewhere.
    const env = { ...installation.env(), CDPATH: `/tmp:${dirname(source)}`, BASH_ENV: '', POSIXLY_CORRECT: '1' };
    const { status, stderr } = spawnSync(command, [...words, '--yes'], { cwd: source, env, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await installation.version()).toBe('0.1.0');
  });

  it('by sh, whatever that is', async () => {
    const installation = new Installation();
    const { status, stderr } = await ended(installation.startWith(['sh', join(source, 'install.sh'), '--yes']));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await installation.version()).toBe('0.1.0');
  });

  it('by a link to it from somewhere else', async () => {
    const installation = new Installation();
    const elsewhere = newFolder();
    symlinkSync(join(source, 'install.sh'), join(elsewhere, 'install.sh'));
    await installation.ok(elsewhere);
    expect(await installation.version()).toBe('0.1.0');
  });
});

test('a umask that keeps everybody else out keeps the user in', async () => {
  const installation = new Installation();
  await installation.ok(source, ['--yes'], { within: ['sh', '-c', 'umask 077; exec "$@"', 'sh'] });
  await firstClaim(installation);
});

it('links in the way to prefix and home are followed, and stay links', async () => {
  const installation = new Installation();
  const elsewhere = newFolder();
  mkdirSync(join(elsewhere, 'prefix'));
  mkdirSync(join(elsewhere, 'home'));
  symlinkSync(join(elsewhere, 'prefix'), installation.prefix);
  symlinkSync(join(elsewhere, 'home'), installation.home);
  await installation.ok(source);
  await firstClaim(installation);
  expect(filesIn(elsewhere).length).toBeGreaterThan(10);
  const before = installation.everything();
  await installation.ok(source);
  expect(installation.everything()).toEqual(before);
});

it('places may be named from where one stands, and by ways around', async () => {
  const installation = new Installation();
  const env = { MOSAIC_PREFIX: 'prefix/', MOSAIC_HOME: `${installation.userHome}/nowhere/../home of mosaic/` };
  await installation.ok(source, ['--yes'], { env });
  const before = installation.everything();
  await installation.ok(source);
  expect(installation.everything()).toEqual(before);
  await firstClaim(installation);
});

describe.each(['MOSAIC_PREFIX', 'MOSAIC_HOME'])('a file where a folder has to be, %s', (place) => {
  it('is refused by its name, and stays', async () => {
    const installation = new Installation();
    const file = join(installation.userHome, 'a file');
    writeFileSync(file, 'mine\n');
    const { status, stderr } = await installation.install(source, ['--yes'], { env: { [place]: file } });
    expect(stderr).toContain(file);
    expect(status).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe('mine\n');
    expect(isThere(installation.program)).toBe(false);
  });
});
