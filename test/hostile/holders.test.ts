/** Who holds the lock: processes that are dead without looking it, and processes that look dead without being it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { holderText } from '../../src/disk/holder-identity.ts';
import { currentIdentity, type ProcessIdentity } from '../../src/host/process-identity.ts';
import { type FileStore, newFileStore } from '../files/file-store.ts';
import { mosaic } from '../processes/program.ts';
import { mustRun, newFolder, where } from './surroundings.ts';

/** Far above what a command takes, and far below the minute after which a lock is stale by its age alone. */
const AT_ONCE_MS = 20_000;
const root = new URL('../..', import.meta.url).pathname;

async function storeHeldBy(holder: Partial<ProcessIdentity>): Promise<FileStore> {
  const store = await newFileStore();
  onTestFinished(() => store.remove());
  const backlog = await store.open({ actor: 'test' });
  await backlog.create({ id: 'A', title: 'A card' });
  await backlog.close();
  const token = 'abcdef0123456789';
  mkdirSync(join(store.root, 'staging', token));
  const identity = join(store.root, 'staging', token, 'identity.json');
  writeFileSync(identity, holderText({ process: { ...currentIdentity(), ...holder }, token }));
  linkSync(identity, join(store.root, 'registry.lock', '1000'));
  return store;
}

async function expectAtOnce(store: FileStore): Promise<void> {
  const began = performance.now();
  expect(await mosaic(store.mosaicHome, 'claim', '--owner', 'w')).toMatchObject({ id: 'A' });
  expect(performance.now() - began).toBeLessThan(AT_ONCE_MS);
}

test('a zombie holds nothing', { timeout: 60_000 }, async () => {
  // The shell becomes a program that never asks what has become of its child. The child lives until that has happened:
  // some shells ask at once.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void parent.kill());
  let said = '';
  parent.stdout.on('data', (part: Buffer) => (said += part.toString()));
  await expect.poll(() => said).toContain('\n');
  const pid = Number(said);
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z ');
  const startTicks = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19] ?? null;
  await expectAtOnce(await storeHeldBy({ pid, startTicks }));
});

test('a process that only has the pid of the holder holds nothing', { timeout: 60_000 }, async () => {
  await expectAtOnce(await storeHeldBy({ startTicks: '1' }));
});

test('a holder from before the machine was restarted holds nothing', { timeout: 60_000 }, async () => {
  await expectAtOnce(await storeHeldBy({ bootId: '00000000-0000-4000-8000-000000000000' }));
});

test('a holder on another machine is believed until its lock is stale', { timeout: 60_000 }, async () => {
  const store = await storeHeldBy({ host: 'another-machine' });
  const env = { MOSAIC_LOCK_STALE_SECONDS: '3' };
  const began = performance.now();
  await mustRun('$MOSAIC claim --owner w', { home: store.mosaicHome, env });
  expect(performance.now() - began).toBeGreaterThan(1000);
});

test('a lock that is dated in the future becomes stale all the same', { timeout: 60_000 }, async () => {
  const store = await storeHeldBy({ host: 'another-machine' });
  const tomorrow = Date.now() / 1000 + 172_800;
  utimesSync(join(store.root, 'registry.lock', '1000'), tomorrow, tomorrow);
  await mustRun('$MOSAIC claim --owner w', { home: store.mosaicHome, env: { MOSAIC_LOCK_STALE_SECONDS: '2' } });
});

test(
  'a holder that is stopped for too long is taken over, and told so when it wakes',
  { timeout: 60_000 },
  async () => {
    const store = await newFileStore();
    onTestFinished(() => store.remove());
    const backlog = await store.open({ actor: 'test' });
    await backlog.create({ id: 'A', title: 'A card' });
    await backlog.close();
    const holder = spawn(process.execPath, [`${root}/test/hostile/stopped-holder.mjs`, store.mosaicHome, 'A']);
    onTestFinished(() => void holder.kill('SIGKILL'));
    let said = '';
    holder.stdout.on('data', (part: Buffer) => (said += part.toString()));
    await expect.poll(() => said, { timeout: 20_000 }).toContain('stopped');
    const env = { MOSAIC_LOCK_STALE_SECONDS: '1' };
    await mustRun('$MOSAIC claim A --owner quick', { home: store.mosaicHome, env });
    holder.kill('SIGCONT');
    await once(holder, 'close');
    expect(said).toContain('LOCK_LOST');
    expect(await mosaic(store.mosaicHome, 'show', 'A')).toMatchObject({ claimOwner: 'quick', attempts: 1 });
    const after = await store.open({ actor: 'test' });
    expect((await after.history()).map(({ kind, by }) => `${kind} ${by}`)).toEqual(['created test', 'claimed quick']);
    await after.close();
  },
);

where(
  'unshare',
  '-pf',
  '--mount-proc',
  'true',
)('a pid that was given out again, for real, is told from the holder', { timeout: 90_000 }, async () => {
  const home = newFolder();
  await mustRun('$MOSAIC create A --title A && $MOSAIC create B --title B', { home });
  const said = await mustRun(
    `
      node ${root}/test/processes/holder.mjs "$MOSAIC_HOME" B > held & holder=$!
      while ! grep -q holding held; do sleep 0.05; done
      kill -KILL $holder; wait $holder
      for attempt in 1 2 3 4 5 6 7 8 9 10; do
        echo $((holder - 1)) > /proc/sys/kernel/ns_last_pid; sleep 300 & again=$!
        [ "$again" = "$holder" ] && break; kill $again
      done
      [ "$again" = "$holder" ] && echo reused
      timeout 20 $MOSAIC claim A --owner w --json; status=$?; kill $again; exit $status
      `.replaceAll(' held', ` ${newFolder()}/held`),
    { home, within: ['unshare', '-pf', '--mount-proc'] },
  );
  expect(said).toContain('reused');
  expect(said).toContain('"claimOwner":"w"');
});

where(
  'unshare',
  '-pf',
  '--mount-proc',
  'true',
)(
  'two pid namespaces on one folder never claim the same card, and a holder killed in one is waited for in the other',
  { timeout: 120_000 },
  async () => {
    const home = newFolder();
    const cards = Array.from({ length: 16 }, (_, n) => JSON.stringify({ op: 'create', id: `c${n}`, title: 'T' }));
    writeFileSync(join(home, 'cards.jsonl'), cards.join('\n'));
    await mustRun('$MOSAIC batch "$MOSAIC_HOME/cards.jsonl" > /dev/null && $MOSAIC create B --title B', { home });
    const within = ['unshare', '-pf', '--mount-proc'];
    const side =
      'for n in 1 2 3 4; do $MOSAIC claim --owner $SIDE --json & $MOSAIC claim --owner $SIDE --json & wait; done';
    const sides = await Promise.all(
      ['left', 'right'].map((name) => mustRun(side, { home, within, env: { SIDE: name } })),
    );
    const claimed = sides.flatMap((said) => [...said.matchAll(/"id":"(c\d+)"/g)].map(([, id]) => id));
    expect(claimed).toHaveLength(16);
    expect(new Set(claimed).size).toBe(16);

    const folder = newFolder();
    const held = `node ${root}/test/processes/holder.mjs "$MOSAIC_HOME" B > ${folder}/held & h=$!
      while ! grep -q holding ${folder}/held; do sleep 0.05; done; kill -KILL $h`;
    await mustRun(held, { home, within });
    const env = { MOSAIC_LOCK_STALE_SECONDS: '2' };
    await mustRun('$MOSAIC create after --title T', { home, within, env });
    await mustRun('$MOSAIC create more --title T', { home });
  },
);

test('sixty-four processes at once claim sixty-four cards, each its own', { timeout: 240_000 }, async () => {
  const home = newFolder();
  const cards = Array.from({ length: 64 }, (_, n) => JSON.stringify({ op: 'create', id: `c${n}`, title: 'T' }));
  writeFileSync(join(home, 'cards.jsonl'), cards.join('\n'));
  await mustRun('$MOSAIC batch "$MOSAIC_HOME/cards.jsonl" > /dev/null', { home });
  const said = await mustRun('for n in $(seq 64); do $MOSAIC claim --owner w$n --json & done; wait', { home });
  const claimed = [...said.matchAll(/"id":"(c\d+)"/g)].map(([, id]) => id);
  expect(new Set(claimed).size).toBe(64);
});

test('a lock that says nobody keeps nobody', { timeout: 60_000 }, async () => {
  const store = await storeHeldBy({});
  writeFileSync(join(store.root, 'registry.lock', '1000'), '');
  await expectAtOnce(store);
});
