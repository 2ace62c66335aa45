/** Changes that one process asks for at once share a lock and a flush, and are otherwise as if asked for one by one. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { REDO_LIMITS } from '../../src/backlog/files/recovery/redo-point.ts';
import { operationsOn } from '../../src/backlog/files/file-backlog.ts';
import { FileStore } from '../../src/backlog/files/file-store.ts';
import { storePaths } from '../../src/backlog/files/form/layout.ts';
import { holderText } from '../../src/disk/holder-identity.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { completeCard } from '../../src/backlog/operations/one-card.ts';
import type { Store } from '../../src/backlog/store.ts';
import type { Transaction } from '../../src/backlog/transaction.ts';
import { StoredBacklog } from '../../src/backlog/stored-backlog.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { type Clock, systemClock } from '../../src/host/clock.ts';
import { currentIdentity } from '../../src/host/process-identity.ts';
import { type Intercept, intercepted } from '../model/intercepted.ts';
import { cardPath } from './by-hand.ts';
import { type FileStore as Folder, newFileStore } from './file-store.ts';

interface Watched {
  readonly folder: Folder;
  readonly backlog: Backlog;
  /** What the backlog stands on. */
  readonly store: Store;
  /** Flushes of the journal since the store was opened: one a commit. */
  readonly flushes: () => number;
}

interface Terms {
  readonly intercept?: Intercept;
  readonly clock?: Clock;
  /** Never takes a lock over from somebody who lives. */
  readonly patient?: boolean;
}

async function watched({
  intercept = (_, call) => call(),
  clock = systemClock,
  patient = false,
}: Terms = {}): Promise<Watched> {
  const folder = await newFileStore();
  onTestFinished(() => folder.remove());
  let flushes = 0;
  const files = intercepted(nodeFileSystem, (name, call, parameters) => {
    if (name === 'flushData') flushes += 1;
    return intercept(name, call, parameters);
  });
  const fileStore = new FileStore({
    ...{ files, paths: storePaths(folder.mosaicHome), clock, identity: currentIdentity() },
    ...{ livenessOf: () => 'alive' as const, newToken: () => 'abc', actor: 'test', random: () => 0.5 },
    ...{
      durable: true,
      staleMs: patient ? Number.POSITIVE_INFINITY : 60_000,
      spareAfterMs: 250,
      redoLimits: REDO_LIMITS,
      flushFileSystem: async () => 'not-to-be-had' as const,
      sleep: (ms: number) => sleep(ms),
    },
  });
  const store = operationsOn(fileStore);
  const backlog = new StoredBacklog(store);
  onTestFinished(() => backlog.close());
  return { folder, backlog, store, flushes: () => flushes };
}

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `card-${index}`);

async function createAll(backlog: Backlog, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => backlog.create({ id, title: id })));
}

test('twenty changes that are asked for at once cost one flush', async () => {
  const { backlog, flushes } = await watched();
  await createAll(backlog, numbered(20));
  expect(flushes()).toBe(1);
  expect((await backlog.list()).cards).toHaveLength(20);
});

test('whoever asks again and again leaves the process its timers', async () => {
  const { backlog } = await watched();
  await backlog.create({ id: 'a', title: 'A' });
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1);
  onTestFinished(() => clearInterval(timer));
  for (let turn = 0; ticks < 5; turn += 1) {
    if (turn === 100_000) throw new Error('No timer ever had its turn.');
    await backlog.update({ id: 'a', title: `Turn ${turn}` });
  }
});

test('what is asked for in one breath with the end of the backlog is still done, at whatever moment', async () => {
  const folder = await newFileStore();
  onTestFinished(() => folder.remove());
  for (let round = 0; round < 20; round += 1) {
    const backlog = await folder.open({ actor: 'test' });
    for (let change = 0; change < 10; change += 1) await backlog.create({ id: `${round}-${change}`, title: 'T' });
    const last = backlog.create({ id: `${round}-last`, title: 'T' });
    await backlog.close();
    expect(await last).toMatchObject({ id: `${round}-last` });
  }
});

test('a change that is asked for alone is committed alone', async () => {
  const { backlog, flushes } = await watched();
  for (const id of numbered(3)) await backlog.create({ id, title: id });
  expect(flushes()).toBe(3);
});

test('however many are asked for at once, others need not wait for all of them', async () => {
  const { backlog, flushes } = await watched();
  await createAll(backlog, numbered(200));
  expect(flushes()).toBe(4);
});

test('claimers at once get a card each, the first in the order of claims first, and no card twice', async () => {
  const { backlog, flushes } = await watched();
  await createAll(backlog, numbered(5));
  const before = flushes();
  const claimed = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((owner) => backlog.claim({ owner })));
  expect(claimed.map((card) => card?.id)).toEqual([...numbered(5), undefined]);
  expect(claimed.map((card) => card?.claimOwner)).toEqual(['a', 'b', 'c', 'd', 'e', undefined]);
  expect(flushes() - before).toBe(1);
});

test('each sees what those before it have done, and history has them one by one, in order', async () => {
  const { backlog } = await watched();
  const [created, claimed, done] = await Promise.all([
    backlog.create({ id: 'a', title: 'A' }),
    backlog.claim({ owner: 'w' }),
    backlog.complete({ id: 'a', owner: 'w' }),
    backlog.create({ id: 'b', title: 'B', dependsOn: ['a'] }),
  ]);
  expect([created.status, claimed?.id, done.status]).toEqual(['ready', 'a', 'done']);
  const history = await backlog.history();
  expect(history.map(({ seq, kind, id }) => `${seq} ${kind} ${id}`)).toEqual([
    '1 created a',
    '2 claimed a',
    '3 completed a',
    '4 created b',
  ]);
  expect((await backlog.claim({ owner: 'w' }))?.id).toBe('b');
});

test('one that is refused fails alone, and what it had begun is undone', async () => {
  const { folder, backlog, store, flushes } = await watched();
  await createAll(backlog, ['a', 'b']);
  const before = flushes();
  const thinksBetterOfIt = (transaction: Transaction): never => {
    createCard(transaction, { id: 'Fresh', title: 'Not to be' });
    completeCard(transaction, { id: 'a' });
    throw new Error('Not after all.');
  };
  const outcomes = await Promise.allSettled([
    backlog.update({ id: 'a', title: 'First' }),
    store.change(thinksBetterOfIt),
    backlog.complete({ id: 'nobody' }),
    backlog.create({ id: 'fresh', title: 'Fresh' }),
    backlog.update({ id: 'b', title: 'Last' }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled']);
  expect(outcomes[2]).toMatchObject({ reason: { code: 'CARD_NOT_FOUND' } });
  expect(flushes() - before).toBe(1);
  const cards = (await backlog.list()).cards.map(({ id, title, status, rev }) => ({ id, title, status, rev }));
  expect(cards).toEqual([
    { id: 'a', title: 'First', status: 'ready', rev: 2 },
    { id: 'b', title: 'Last', status: 'ready', rev: 2 },
    { id: 'fresh', title: 'Fresh', status: 'ready', rev: 1 },
  ]);
  // The name that the refused one would have had was free again.
  expect(existsSync(cardPath(folder, 'fresh.json'))).toBe(true);
  expect((await backlog.doctor()).findings).toEqual([]);
});

test('when the disk has no room for the card of one, the others are made', async () => {
  const { backlog } = await watched({
    intercept: (name, call, [, bytes]) => {
      if (name === 'write' && bytes instanceof Uint8Array && Buffer.from(bytes).includes('a huge card')) {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
      }
      return call();
    },
  });
  const outcomes = await Promise.allSettled([
    backlog.create({ id: 'a', title: 'A' }),
    backlog.create({ id: 'b', title: 'a huge card' }),
    backlog.create({ id: 'c', title: 'C' }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: { code: 'DISK_FULL' } });
  expect((await backlog.list()).cards.map(({ id }) => id)).toEqual(['a', 'c']);
});

test('when the flush fails, everybody is told that the outcome is unknown', async () => {
  let fails = false;
  const { backlog } = await watched({
    intercept: (name, call) => {
      if (name !== 'flushData' || !fails) return call();
      throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });
    },
  });
  await backlog.create({ id: 'a', title: 'A' });
  fails = true;
  const outcomes = await Promise.allSettled(numbered(3).map((id) => backlog.create({ id, title: id })));
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'OUTCOME_UNKNOWN' } });
  fails = false;
  await backlog.create({ id: 'b', title: 'B' });
});

test('those who come while others wait for the lock wait with them, and cost no flush of their own', async () => {
  const { folder, backlog, flushes } = await watched();
  await backlog.create({ id: 'a', title: 'A' });
  const before = flushes();
  const release = holdLock(folder);
  const early = createAll(backlog, ['b', 'c']);
  await sleep(30);
  const late = createAll(backlog, ['d', 'e']);
  await sleep(30);
  release();
  await Promise.all([early, late]);
  expect(flushes() - before).toBe(1);
  expect((await backlog.list()).cards.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('when the lock is not to be had, everybody is told at once, and nobody waits once more', async () => {
  let nowMs = 0;
  // Each look at the clock is a second later.
  const monotonicMs = (): number => (nowMs += 1000);
  const { folder, backlog } = await watched({ clock: { ...systemClock, monotonicMs }, patient: true });
  await backlog.create({ id: 'a', title: 'A' });
  holdLock(folder);
  const beganMs = nowMs;
  const outcomes = await Promise.allSettled(numbered(5).map((id) => backlog.create({ id, title: id })));
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'LOCK_TIMEOUT' } });
  const [waitedMs, giveUpAfterMs] = [nowMs - beganMs, 300_000];
  expect(waitedMs).toBeGreaterThan(giveUpAfterMs);
  expect(waitedMs).toBeLessThan(2 * giveUpAfterMs);
});

test('what was asked for before it was closed is done, and what comes later is refused', async () => {
  const { folder, backlog } = await watched();
  const asked = createAll(backlog, numbered(3));
  const closed = backlog.close();
  await asked;
  await closed;
  const late = numbered(3).map((id) => backlog.complete({ id }));
  for (const outcome of await Promise.allSettled(late))
    expect(outcome).toMatchObject({ reason: { code: 'STORE_CLOSED' } });
  const again = await folder.open({ actor: 'test' });
  expect((await again.list({ status: 'ready' })).cards).toHaveLength(3);
  await again.close();
});

/** As another process that is alive and takes its time. @returns gives it back */
function holdLock(folder: Folder): () => void {
  const lock = join(folder.root, 'registry.lock');
  const last = Math.max(...readdirSync(lock).map((name) => Number.parseInt(name, 10) || 0));
  writeFileSync(join(lock, `${last + 1}`), holderText({ process: currentIdentity(), token: 'abcdef' }));
  return () => writeFileSync(join(lock, `${last + 1}.free`), '');
}
