/** Nobody waits for the dead: a process killed while it holds the mutex hardly delays the next one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { line } from '../contract/given.ts';
import { type FileStore, newFileStore } from '../files/file-store.ts';
import { mosaic, type Program, start } from './program.ts';

/** Far above what it takes, and far below the minute after which a lock is stale by its age alone. */
const BOUND_MS = 10_000;

async function storeWithHolder(): Promise<{ readonly store: FileStore; readonly holder: Program }> {
  const store = await newFileStore();
  onTestFinished(() => store.remove());
  const backlog = await store.open({ actor: 'test' });
  await backlog.import({ lines: [line({ id: 'theirs', priority: 1 }), line({ id: 'ours' })] });
  await backlog.close();
  const holder = start('holder.mjs', store.mosaicHome, 'theirs');
  onTestFinished(() => holder.kill());
  expect(await holder.hasSaid('holding')).toBe(true);
  return { store, holder };
}

test('a process that waits for the mutex gets it as soon as its holder is killed', { timeout: 60_000 }, async () => {
  const { store, holder } = await storeWithHolder();
  const backlog = await store.open({ actor: 'next' });
  let answered = false;
  const claim = backlog.claim({ owner: 'w', id: 'ours' }).finally(() => (answered = true));
  await sleep(500);
  expect(answered, 'the mutex was free while it should have been held').toBe(false);

  holder.kill();
  await holder.ended;
  const killedAt = performance.now();
  expect(await claim).toMatchObject({ id: 'ours', claimOwner: 'w' });
  const waited = performance.now() - killedAt;
  console.log(`The next one waited ${waited.toFixed(0)} ms for the dead.`);
  expect(waited).toBeLessThan(BOUND_MS);
  expect((await backlog.doctor()).healthy).toBe(true);
  await backlog.close();
});

test('a command started after the holder was killed does not wait either', { timeout: 60_000 }, async () => {
  const { store, holder } = await storeWithHolder();
  holder.kill();
  await holder.ended;

  const startedAt = performance.now();
  expect(await mosaic(store.mosaicHome, 'claim', 'ours', '--owner', 'w')).toMatchObject({
    id: 'ours',
    claimOwner: 'w',
  });
  expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);

  // The change that was cut short is there whole or not at all.
  const backlog = await store.open({ actor: 'test' });
  const card = await backlog.get({ id: 'theirs' });
  const claimed = (await backlog.history({ id: 'theirs' })).some((change) => change.kind === 'claimed');
  expect(card).toMatchObject(claimed ? { status: 'claimed', claimOwner: 'holder' } : { status: 'ready', rev: 1 });
  expect((await backlog.doctor()).healthy).toBe(true);
  await backlog.close();
});

test('readers do not wait for a holder at all', { timeout: 60_000 }, async () => {
  const { store, holder } = await storeWithHolder();
  const startedAt = performance.now();
  expect(await mosaic(store.mosaicHome, 'show', 'ours')).toMatchObject({ id: 'ours', status: 'ready' });
  expect(await mosaic(store.mosaicHome, 'list')).toHaveLength(2);
  expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
  holder.kill();
  await holder.ended;
});
