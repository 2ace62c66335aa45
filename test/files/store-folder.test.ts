/** What may lie in a store's folder or be missing from it: caches come back, strangers are left alone. */
import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { openBacklog } from '../../src/backlog/open.ts';
import { openLine, sealLine } from '../../src/disk/sealed-line.ts';
import { fromNow, given, ids } from '../contract/given.ts';
import { refusal } from '../contract/refusal.ts';
import { byHand as it, cardPath, tree } from './by-hand.ts';
import type { FileStore } from './file-store.ts';

async function someWork(store: FileStore): Promise<void> {
  const backlog = await store.open({ actor: 'earlier' });
  await given(
    backlog,
    { id: 'done', status: 'done' },
    { id: 'next', dependsOn: ['done'] },
    { id: 'waits', dependsOn: ['held'] },
  );
  await backlog.create({ id: 'held', title: 'Held', priority: 9, idempotencyKey: 'k' });
  await backlog.claim({ owner: 'w' });
  await given(backlog, { id: 'later', notBefore: fromNow(60) });
  await backlog.close();
}

/** The cards are all there, held ones are held, and work goes on. */
async function expectAllIsWell(store: FileStore): Promise<void> {
  const backlog = await store.open({ actor: 'afterwards' });
  expect(ids((await backlog.list()).cards).toSorted()).toEqual(['done', 'held', 'later', 'next', 'waits']);
  expect(await backlog.get({ id: 'held' })).toMatchObject({ claimOwner: 'w', attempts: 1, rev: 2 });
  expect(await backlog.create({ id: 'other', title: 'Other', idempotencyKey: 'k' })).toMatchObject({ id: 'held' });
  expect(await backlog.claim({ owner: 'x' })).toMatchObject({ id: 'next' });
  expect(await backlog.claim({ owner: 'x' })).toBeNull();
  await refusal(backlog.complete({ id: 'held', owner: 'x' }), 'CLAIM_LOST', 'held');
  expect(await backlog.complete({ id: 'held', owner: 'w', attempt: 1 })).toMatchObject({ status: 'done', rev: 3 });
  expect(await backlog.claim({ owner: 'x' })).toMatchObject({ id: 'waits' });
  expect((await backlog.doctor()).healthy).toBe(true);
  await backlog.close();
}

describe('a store', () => {
  it('works on when its index is deleted', async ({ store }) => {
    await someWork(store);
    rmSync(join(store.root, 'index'), { recursive: true, force: true });
    await expectAllIsWell(store);
  });

  it('works on when its index is rubbish', async ({ store }) => {
    await someWork(store);
    mkdirSync(join(store.root, 'index'), { recursive: true });
    writeFileSync(join(store.root, 'index', 'cards.idx'), 'rubbish');
    await expectAllIsWell(store);
  });

  it('works on when its journal is deleted', async ({ store }) => {
    await someWork(store);
    rmSync(join(store.root, 'journal'), { recursive: true });
    await expectAllIsWell(store);
  });

  it('works on when everything but the cards is deleted', async ({ store }) => {
    await someWork(store);
    for (const name of readdirSync(store.root)) {
      if (name !== 'cards') rmSync(join(store.root, name), { recursive: true });
    }
    await expectAllIsWell(store);
  });

  it('works on, in handles that are open, when index and journal are deleted under them', async ({
    store,
    backlog,
  }) => {
    await given(backlog, { id: 'A' }, { id: 'B' });
    rmSync(join(store.root, 'index'), { recursive: true, force: true });
    rmSync(join(store.root, 'journal'), { recursive: true });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A' });
    const next = await store.open({ actor: 'next' });
    expect(await next.claim({ owner: 'w' })).toMatchObject({ id: 'B' });
    expect(await backlog.get({ id: 'B' })).toMatchObject({ status: 'claimed' });
    await next.close();
  });

  it('drops a line that its journal was cut off in', async ({ store }) => {
    await someWork(store);
    const segment = readdirSync(join(store.root, 'journal')).toSorted().at(-1) ?? '';
    appendFileSync(join(store.root, 'journal', segment), '{"seq":99,"half a li');
    await expectAllIsWell(store);
  });

  it('leaves files alone that are not its own', async ({ store }) => {
    await someWork(store);
    const strangers = [
      '.A.json.swp',
      'A.json~',
      'A.json.bak',
      '.held.json.tmp-4711',
      'notes.txt',
      '#held.json#',
      '.json',
    ];
    for (const name of strangers) writeFileSync(cardPath(store, name), `content of ${name}`);
    mkdirSync(cardPath(store, 'folder'));
    writeFileSync(join(store.root, 'README'), 'mine');
    await expectAllIsWell(store);
    for (const name of strangers) expect(readFileSync(cardPath(store, name), 'utf8')).toBe(`content of ${name}`);
    expect(readdirSync(cardPath(store, 'folder'))).toEqual([]);
    expect(readFileSync(join(store.root, 'README'), 'utf8')).toBe('mine');
  });
});

describe('the data folder of another program in the same place', () => {
  it('is refused by name, and nothing is written into it', async ({ store }) => {
    mkdirSync(join(store.root, 'base'), { recursive: true });
    writeFileSync(join(store.root, 'PG_VERSION'), '17\n');
    writeFileSync(join(store.root, 'base', '1'), 'theirs');
    const before = tree(store.mosaicHome);
    const use = async (): Promise<unknown> => {
      const backlog = await openBacklog({ mosaicHome: store.mosaicHome });
      try {
        return await backlog.create({ id: 'A', title: 'A' });
      } finally {
        await backlog.close();
      }
    };
    const error = await refusal(use(), 'STORE_FOREIGN', store.root, 'PGlite');
    expect(error.hint).toMatch(/\bimport\b/);
    expect(tree(store.mosaicHome)).toEqual(before);
  });
});

/** Changes what the last segment says of itself, as another version would have said it. */
function changeHeader(store: FileStore, changes: Readonly<Record<string, unknown>>): void {
  const folder = join(store.root, 'journal');
  const path = join(folder, readdirSync(folder).toSorted().at(-1) ?? '');
  const [header = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  const fields = openLine(header);
  if (typeof fields !== 'object' || fields === null) throw new Error('The journal has no header.');
  writeFileSync(path, [sealLine(JSON.stringify({ ...fields, sum: undefined, ...changes })), ...rest].join('\n'));
}

describe('a store of a newer version', () => {
  it.for([true, false])(
    'is refused with both numbers, and nothing is changed; with an index: %s',
    async (hasIndex, { store }) => {
      await someWork(store);
      const folder = join(store.root, 'journal');
      changeHeader(store, { format: 99 });
      if (!hasIndex) rmSync(join(store.root, 'index'), { recursive: true, force: true });
      const before = tree(cardPath(store, ''));
      const journal = tree(folder);
      const use = async (): Promise<unknown> => {
        const backlog = await openBacklog({ mosaicHome: store.mosaicHome });
        try {
          return await backlog.complete({ id: 'next' });
        } finally {
          await backlog.close();
        }
      };
      await refusal(use(), 'STORE_TOO_NEW', store.root, '99');
      expect(tree(cardPath(store, ''))).toEqual(before);
      expect(tree(folder)).toEqual(journal);
    },
  );
});

describe('a store of the first format', () => {
  it('is worked on as it is, and the next segment is of the present one', async ({ store }) => {
    await someWork(store);
    changeHeader(store, { format: 1, redo: undefined });
    rmSync(join(store.root, 'index'), { recursive: true, force: true });
    await expectAllIsWell(store);
    const backlog = await store.open({ actor: 'doctor' });
    expect((await backlog.doctor({ fix: true })).healthy).toBe(true);
    await backlog.close();
    const folder = join(store.root, 'journal');
    const last = readFileSync(join(folder, readdirSync(folder).toSorted().at(-1) ?? ''), 'utf8');
    expect(openLine(last.slice(0, last.indexOf('\n')))).toMatchObject({ format: 2 });
  });
});
