/** `mosaic fleet update`: the installer, from inside the program that is installed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restartLockPath } from '../../src/fleet/restart/take-restart-lock.ts';
import { type Answer, MOSAIC } from '../cli/mosaic.ts';
import { hasTmux, TestFleet } from '../fleet/life/fleet.ts';
import { becomes } from '../fleet/worker-run.ts';
import { complains, ended, Installation } from './installation.ts';
import { filesIn, isThere } from './listing.ts';
import { packageWith, writeInto } from './packages.ts';

const a = packageWith({ version: '0.1.0', framework: { 'guides/a.md': 'one\n' } });
const b = packageWith({ version: '0.2.0', framework: { 'guides/a.md': 'two\n' } });

let installation: Installation;
const bystanders: ChildProcess[] = [];

beforeEach(async () => {
  installation = new Installation();
  await installation.ok(a);
});

afterEach(() => {
  for (const one of bystanders.splice(0)) one.kill('SIGKILL');
});

function update(...words: readonly string[]): Promise<Answer> {
  return installation.run(['fleet', 'update', ...words]);
}

/** A restart in flight, by a process that lives. @returns what ends it */
function restarting(): () => void {
  const process = spawn('sleep', ['300']);
  bystanders.push(process);
  const path = restartLockPath(installation.home);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${process.pid}\n${Date.now()}\nby-hand\n`);
  return () => rmSync(path);
}

it('goes from one version to another, in the places where this one is', async () => {
  const { status, stderr } = await update('--from', b);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(await installation.version()).toBe('0.2.0');
  expect(filesIn(join(installation.home, 'guides'))).toContain('a.md');
  // Elsewhere nothing was put.
  expect(isThere(join(installation.userHome, '.npm-global'))).toBe(false);
  expect(isThere(join(installation.userHome, '.config'))).toBe(false);
});

it('without a word goes to what stands where it came from', async () => {
  expect((await update()).stdout).toContain('up to date');
  const source = packageWith({ version: '0.3.0' });
  await installation.ok(source);
  writeInto(source, 'CHANGELOG.md', 'Changed since\n');
  expect((await update()).stdout).toContain('Updated: 0.3.0-');
  expect(readFileSync(join(installation.current, 'CHANGELOG.md'), 'utf8')).toBe('Changed since\n');
});

it('installed once more from itself it goes on to look where it came from', async () => {
  await installation.ok(b);
  await installation.ok(installation.current);
  writeInto(b, 'CHANGELOG.md', 'Changed since\n');
  expect((await update()).stdout).toContain('Updated: 0.2.0-');
});

it('also finds its places when neither is said any more', async () => {
  const { MOSAIC_PREFIX: _, ...env } = installation.env();
  const { status, stderr } = await ended(
    spawn('env', ['-i', ...pairs(env), installation.program, 'fleet', 'update', '--from', b]),
  );
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(await installation.version()).toBe('0.2.0');
});

function pairs(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

it('waits for a restart in flight, says so, and goes on when that is over', async () => {
  const isOver = restarting();
  const child = installation.startProgram(['fleet', 'update', '--from', b]);
  const over = ended(child);
  await complains(child, 'Waiting for the restart of process');
  expect(await installation.version()).toBe('0.1.0');
  isOver();
  expect((await over).status).toBe(0);
  expect(await installation.version()).toBe('0.2.0');
  expect(isThere(restartLockPath(installation.home))).toBe(false);
});

it('takes over from a restart whose process has died', async () => {
  restarting();
  const [bystander] = bystanders.splice(0);
  const gone = new Promise((resolve) => bystander?.once('close', resolve));
  bystander?.kill('SIGKILL');
  await gone;
  expect((await update('--from', b)).status).toBe(0);
  expect(await installation.version()).toBe('0.2.0');
});

it('interrupted while it waits changes nothing, and leaves nothing behind', async () => {
  const isOver = restarting();
  const child = installation.startProgram(['fleet', 'update', '--from', b]);
  const over = ended(child);
  await complains(child, 'Waiting');
  child.kill('SIGINT');
  expect((await over).status).not.toBe(0);
  expect(await installation.version()).toBe('0.1.0');
  isOver();
});

describe('fails, and this version works on:', () => {
  it.each<readonly [string, readonly string[]]>([
    ['a folder that is not there', ['--from', '/nowhere/at/all']],
    ['a file that is not there', ['--offline', '/nowhere/at/all.tgz']],
    ['a folder of something else', ['--from', '/usr']],
  ])('%s', async (_what, words) => {
    const { status, stderr } = await update(...words);
    expect(status).toBe(1);
    expect(stderr).toContain('hint: ');
    expect(await installation.version()).toBe('0.1.0');
    expect(isThere(restartLockPath(installation.home))).toBe(false);
  });

  it('two sources at once', async () => {
    expect((await update('--from', b, '--offline', 'x')).status).toBe(2);
  });

  it('a checkout that was never installed', async () => {
    const { status, stderr } = await installation.mosaic.run(['fleet', 'update', '--from', b], { program: MOSAIC });
    expect(status).toBe(1);
    expect(stderr).toContain('install.sh');
  });
});

it('a worker goes on with its card, and completes it', async () => {
  await installation.mosaic.create('A');
  const goOn = join(installation.temporary, 'go-on');
  const begun = join(installation.temporary, 'begun');
  const script = 'touch "$0"; while [ ! -e "$1" ]; do sleep 0.05; done';
  const worker = installation.startProgram([
    'fleet',
    'work',
    '--owner',
    'w',
    '--once',
    '--',
    'sh',
    '-c',
    script,
    begun,
    goOn,
  ]);
  const over = ended(worker);
  await becomes(() => isThere(begun));
  for (const source of [b, packageWith({ version: '0.3.0' }), packageWith({ version: '0.4.0' })]) {
    expect((await update('--from', source)).status).toBe(0);
  }
  writeFileSync(goOn, '');
  expect((await over).status).toBe(0);
  expect(await installation.json('backlog', 'show', 'A')).toMatchObject({ status: 'done', attempts: 1 });
});

it.skipIf(!hasTmux)(
  'a fleet goes on over updates, and a restart brings up the new version (skipped without tmux)',
  async () => {
    const fleet = new TestFleet(installation.mosaic);
    const run = async (...words: readonly string[]): Promise<void> => {
      const { status, stdout, stderr } = await installation.run(['fleet', ...words]);
      if (status !== 0) throw new Error(`${words.join(' ')}: ${stdout}${stderr}`);
    };
    await run('add', 'one', '--runtime', 'shell', '--command', 'sleep 0.2');
    await run('start');
    for (const [index, source] of [b, packageWith({ version: '0.3.0' }), packageWith({ version: '0.4.0' })].entries()) {
      expect((await update('--from', source)).stderr).toContain('mosaic fleet restart');
      await installation.mosaic.create(`c${index}`);
      await fleet.until(async () => (await fleet.doneCount()) === index + 1);
    }
    await run('restart');
    const { pid } = await fleet.agent('one');
    const words = fleet.tmux('list-panes', '-a', '-F', '#{pane_start_command}');
    expect(pid).not.toBe(null);
    // Agents are started by the name that every version has, not by the folder of one.
    expect(words).toContain(installation.program);
    await run('stop');
  },
);
