/**
 * Everything that the program ever stores is under the preserved paths; so an updater that is older than this project, and
 * knows nothing of it, keeps all of it.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it, test } from 'vitest';
import { restartLockPath } from '../../src/fleet/restart/take-restart-lock.ts';
import { newFolder } from '../cli/mosaic.ts';
import { hasTmux, TestFleet } from '../fleet/life/fleet.ts';
import { becomes } from '../fleet/worker-run.ts';
import { ended, Installation } from './installation.ts';
import { filesIn, isThere, listing } from './listing.ts';
import { isPreserved } from './operator.ts';
import { packageWith, writeInto } from './packages.ts';

const OLDER_UPDATER = fileURLToPath(new URL('older-updater.sh', import.meta.url));
const hasRsync = spawnSync('rsync', ['--version']).status === 0;
if (!hasRsync) console.warn('rsync is not installed: an update in the way of rsync is NOT tested.');

const source = packageWith({ framework: { 'guides/a.md': 'a\n', 'fleet/presets/a.yaml': 'a: 1\n' } });

/** In which the program has stored whatever it ever stores. */
const lived = new Installation();

async function run(words: string, ...more: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await lived.run(['fleet', ...words.split(' '), ...more]);
  if (status !== 0) throw new Error(`${words} ended with ${status}: ${stdout}${stderr}`);
}

async function useTheBacklog(): Promise<void> {
  const plan = join(lived.temporary, 'plan.jsonl');
  const cards = Array.from({ length: 12 }, (_, index) => ({
    id: `c${index}`,
    title: `Card ${index}`,
    priority: -index,
  }));
  writeFileSync(plan, cards.map((card) => JSON.stringify(card)).join('\n'));
  await run(`backlog import ${plan}`);
  await run('backlog create A --title', 'A card');
  await run('backlog link --from A --to c11');
  for (const id of ['c0', 'c1', 'c2', 'c3']) await run(`backlog claim ${id} --owner w`);
  await run('backlog complete c0 --owner w --attempt 1');
  await run('backlog fail c1 --owner w --attempt 1 --reason', 'It was red');
  await run('backlog block c4 --reason', 'not yet');
  await run('backlog archive');
  await run('backlog release c2 --owner w --attempt 1');
  // By hand, as people do.
  const byHand = join(lived.home, 'fleet/backlog/cards/c5.json');
  writeFileSync(byHand, readFileSync(byHand, 'utf8').replace('Card 5', 'Card five'));
  await run('backlog doctor');
}

async function useTheFleet(): Promise<void> {
  await run('init --preset four');
  for (const name of ['coder0', 'coder1', 'coder2', 'coder3']) await run(`remove ${name}`);
  await run('add one --runtime shell --env TOKEN=secret --command', 'sleep 300');
  await run('work --owner w --once -- sh -c', 'echo "{}"');
  // One that is killed leaves behind whatever it had.
  const ran = join(lived.temporary, 'ran');
  const worker = lived.startProgram([
    'fleet',
    'work',
    '--owner',
    'killed',
    '--',
    'sh',
    '-c',
    `touch '${ran}'; sleep 300`,
  ]);
  const over = ended(worker);
  await becomes(() => isThere(ran));
  worker.kill('SIGKILL');
  await over;
  if (hasTmux) await runTheFleet();
  // A restart whose process has died.
  writeFileSync(restartLockPath(lived.home), `${worker.pid}\n${Date.now()}\nby-hand\n`);
}

async function runTheFleet(): Promise<void> {
  const fleet = new TestFleet(lived.mosaic);
  await fleet.ok('start');
  await fleet.until(async () => (await fleet.states()).includes('working'));
  await fleet.ok('restart');
  await fleet.ok('stop');
}

beforeAll(async () => {
  await lived.ok(source);
  await useTheBacklog();
  await useTheFleet();
  writeInto(lived.home, 'SOUL.md', 'mine\n');
  // A framework file that its user has changed: its copy is stored, too.
  appendFileSync(join(lived.home, 'guides/a.md'), 'mine\n');
  await lived.ok(source);
});

function stored(home: string): readonly string[] {
  return [...listing(home, 'bytes')]
    .filter(([path, line]) => isPreserved(path) && !line.endsWith(' folder'))
    .map(([, line]) => line);
}

it('every path that the program writes is a preserved one, but for what it ships', () => {
  const shipped = filesIn(join(source, 'fixtures/framework'));
  const others = filesIn(lived.home).filter((path) => !shipped.includes(path) && !isPreserved(path));
  expect(others).toEqual([]);
  for (const path of ['roster.yaml', 'agents/one.env', 'run/restart.lock', 'run/framework.json', 'run/replaced']) {
    expect(isThere(join(lived.home, 'fleet', path)), path).toBe(true);
  }
  for (const folder of ['backlog/archive', 'backlog/cards', 'backlog/journal', 'run/heartbeats']) {
    expect(filesIn(join(lived.home, 'fleet', folder)), folder).not.toEqual([]);
  }
});

const WAYS = ['cp_way', 'rsync_way'] as const;

test.for(WAYS)('an updater older than this project loses nothing of it: %s', async (way, context) => {
  context.skip(way === 'rsync_way' && !hasRsync, 'rsync is not installed');
  const installation = new Installation();
  spawnSync('cp', ['-a', `${lived.home}/.`, installation.home]);
  writeInto(installation.home, 'guides/of nobody.md', 'an older updater takes this away\n');
  const framework = newFolder();
  writeInto(framework, 'guides/a.md', 'of a version before\n');
  writeInto(framework, 'fleet/presets/b.yaml', 'b: 1\n');
  const before = stored(installation.home);
  expect(before.length).toBeGreaterThan(30);

  const updating = spawnSync('bash', [OLDER_UPDATER, way, framework, installation.home], { encoding: 'utf8' });
  expect({ status: updating.status, stderr: updating.stderr }).toEqual({ status: 0, stderr: '' });
  expect(stored(installation.home)).toEqual(before);
  expect(isThere(join(installation.home, 'guides/of nobody.md'))).toBe(false);

  // And what this one ships is there again after its next run.
  await installation.ok(source);
  expect(readFileSync(join(installation.home, 'guides/a.md'), 'utf8')).toBe('a\n');
  expect(isThere(join(installation.home, 'fleet/presets/a.yaml'))).toBe(true);
  expect(await installation.json('backlog', 'doctor')).toMatchObject({
    ...{ healthy: true, cards: 12, archived: 1 },
    // Of the worker that was killed, as before.
    findings: [{ code: 'left-over-staging' }],
  });
  expect(await installation.json('backlog', 'show', 'c5')).toMatchObject({ title: 'Card five' });
  expect((await installation.run(['fleet', 'verify'])).status).toBe(0);
  expect(await installation.json('backlog', 'claim', '--owner', 'next')).toMatchObject({ claimOwner: 'next' });
});
