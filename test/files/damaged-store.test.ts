/** What doctor --fix brings back, from whatever still holds it; each of these has once been lost, or has gone unnamed. */
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Backlog, Finding } from '../../src/backlog/backlog.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import type { FileStore } from './file-store.ts';
import { given, ids } from '../contract/given.ts';
import { refusal } from '../contract/refusal.ts';
import { byHand as it, cardPath } from './by-hand.ts';

const TROUBLE: ReadonlySet<Finding['severity']> = new Set(['warning', 'error']);

async function troubles(backlog: Backlog): Promise<readonly string[]> {
  const { findings } = await backlog.doctor();
  return findings.filter(({ severity }) => TROUBLE.has(severity)).map(({ code }) => code);
}

function journal(store: FileStore, segment: number): string {
  return join(store.root, 'journal', `${String(segment).padStart(8, '0')}.jsonl`);
}

describe('a folder of cards that has gone', () => {
  it('is an accident: nothing is done with the store until the cards are back', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B' });
    rmSync(join(store.root, 'cards'), { recursive: true });
    await refusal(backlog.list(), 'STORE_DAMAGED', '2 cards');
    await refusal(backlog.claim({ owner: 'w' }), 'STORE_DAMAGED', '2 cards');
    expect(await troubles(backlog)).toEqual(['store-damaged']);
    await backlog.doctor({ fix: true });
    expect(ids((await backlog.list()).cards)).toEqual(['A', 'B']);
    expect(await troubles(backlog)).toEqual([]);
  });

  it('takes nothing with it that the journal still knows, and no index does', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B' });
    await backlog.close();
    for (const folder of ['cards', 'index']) rmSync(join(store.root, folder), { recursive: true });
    const next = await store.open({ actor: 'next' });
    await refusal(next.claim({ owner: 'w' }), 'STORE_DAMAGED', '2 cards');
    await next.doctor({ fix: true });
    expect(ids((await next.list()).cards)).toEqual(['A', 'B']);
    await next.close();
  });
});

describe('a card that the disk has changed, though nobody has written to its file', () => {
  it('is damaged, not edited, and comes back from the journal', async ({ store, backlog }) => {
    await given(backlog, { id: 'A', priority: 1 }, { id: 'B' });
    rot(cardPath(store, 'A.json'), '"priority": 1', '"priority": 7');
    await refusal(backlog.get({ id: 'A' }), 'CARD_DAMAGED', 'nobody has written');
    await refusal(backlog.get({ id: 'A' }), 'CARD_DAMAGED', 'nobody has written');
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'B' });
    expect(await troubles(backlog)).toEqual(['damaged-card']);
    await backlog.doctor({ fix: true });
    expect(await backlog.get({ id: 'A' })).toMatchObject({ priority: 1 });
    expect(await troubles(backlog)).toEqual([]);
  });

  it('is damaged in the archive as well', async ({ store, backlog }) => {
    await given(backlog, { id: 'A', status: 'done' });
    await backlog.archive();
    rot(join(store.root, 'archive', 'A.json'), '"status": "done"', '"status": "do!e"');
    expect(await troubles(backlog)).toEqual(['damaged-card']);
    await backlog.doctor({ fix: true });
    expect(await troubles(backlog)).toEqual([]);
    expect(ids((await backlog.list({ archived: true })).cards)).toEqual(['A']);
  });
});

describe('a file that no card is known for', () => {
  it('is taken out by doctor --fix, and kept', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' });
    copyFileSync(cardPath(store, 'A.json'), cardPath(store, 'A-copy.json'));
    expect(await troubles(backlog)).toEqual(['damaged-card']);
    await backlog.doctor({ fix: true });
    expect(await troubles(backlog)).toEqual([]);
    expect(readdirSync(join(store.root, 'aside'))).toEqual(['1.A-copy.json']);
    expect(ids((await backlog.list()).cards)).toEqual(['A']);
  });
});

describe('a damaged journal', () => {
  it('is readable again after doctor --fix, but for what was lost', async ({ store, backlog }) => {
    for (const id of ['A', 'B', 'C']) await given(backlog, { id });
    const path = journal(store, 1);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"id":"B"', '"id":"X"'));
    expect(await troubles(backlog)).toEqual(['journal-damaged']);
    await backlog.doctor({ fix: true });
    expect(await troubles(backlog)).toEqual([]);
    expect(ids((await backlog.list()).cards)).toEqual(['A', 'B', 'C']);
    expect((await backlog.history()).map(({ id }) => id)).not.toContain('X');
  });

  it('of which a segment is missing goes on behind the gap, and says so', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' });
    await backlog.doctor({ fix: true });
    await given(backlog, { id: 'B' });
    await backlog.doctor({ fix: true });
    await given(backlog, { id: 'C' });
    await backlog.close();
    rmSync(journal(store, 2));
    const next = await store.open({ actor: 'next' });
    expect((await next.history()).map(({ id }) => id)).toEqual(['A', 'C']);
    expect(await troubles(next)).toEqual(['journal-damaged']);
    await next.doctor({ fix: true });
    expect(await troubles(next)).toEqual([]);
    await next.update({ id: 'B', title: 'Goes on' });
    expect((await next.history()).map(({ id }) => id)).toEqual(['A', 'C', 'B']);
    await next.close();
  });

  it('does not end where an old index says, before a segment that is missing', async ({ store, backlog }) => {
    const index = join(store.root, 'index', 'cards.idx');
    await given(backlog, { id: 'A' });
    await backlog.doctor({ fix: true });
    const old = readFileSync(index);
    for (const id of ['B', 'C']) {
      await given(backlog, { id });
      await backlog.doctor({ fix: true });
    }
    await backlog.close();
    writeFileSync(index, old);
    rmSync(journal(store, 3));
    const next = await store.open({ actor: 'next' });
    await next.update({ id: 'C', title: 'Goes on' });
    expect((await next.history()).map(({ seq, id }) => `${seq} ${id}`)).toEqual(['1 A', '2 B', '4 C']);
    await next.close();
  });

  it('that has lost its last segments gives no number out a second time', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' });
    for (const title of ['Second', 'Third']) {
      await backlog.doctor({ fix: true });
      await backlog.update({ id: 'A', title });
    }
    await backlog.close();
    for (const segment of [2, 3]) rmSync(journal(store, segment));
    const next = await store.open({ actor: 'next' });
    await next.update({ id: 'A', title: 'Goes on' });
    const [first, ...others] = (await next.history()).map(({ seq }) => seq);
    expect(first).toBe(1);
    // Two was that of a change that is lost; so much the index still knows.
    expect(Math.min(...others)).toBeGreaterThan(2);
    await next.close();
  });

  it('does not go on in a copy of one of its segments', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' });
    await backlog.close();
    copyFileSync(journal(store, 1), journal(store, 9));
    const next = await store.open({ actor: 'next' });
    await next.update({ id: 'A', title: 'Goes on' });
    expect((await next.history()).map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'imported'],
      [2, 'updated'],
    ]);
    expect(await troubles(next)).toEqual(['journal-damaged']);
    await next.doctor({ fix: true });
    expect(await troubles(next)).toEqual([]);
    await next.close();
  });
});

it('a journal that has lost its last bytes loses nothing of what comes after them', async ({ store, backlog }) => {
  await given(backlog, { id: 'A' }, { id: 'B' });
  await backlog.close();
  // Its last bytes are not those of the file: behind them is room.
  truncateSync(journal(store, 1), readFileSync(journal(store, 1), 'utf8').trimEnd().length - 5);
  const next = await store.open({ actor: 'next' });
  await next.update({ id: 'A', title: 'Goes on' });
  await next.close();
  const last = await store.open({ actor: 'last' });
  // The journal has lost the transaction that its last bytes belonged to; the cards are taken up as they stand.
  const changes = (await last.history()).map(({ kind, id }) => `${kind} ${id}`);
  expect(changes).toEqual(['edited A', 'edited B', 'updated A']);
  expect(ids((await last.list()).cards)).toEqual(['A', 'B']);
  await last.close();
});

it('what lies behind the end of the journal never becomes a part of it', async ({ store, backlog }) => {
  await given(backlog, { id: 'A' });
  // As a power cut leaves it where nothing is flushed: this segment, but not the one before it.
  writeFileSync(journal(store, 3), `{"sum":"00000000","segment":3}\n${'\0'.repeat(500)}`);
  for (const part of ['b', 'c', 'd']) {
    await given(backlog, ...Array.from({ length: 600 }, (_, index) => ({ id: `${part}${index}` })));
  }
  await backlog.close();
  const next = await store.open({ actor: 'next' });
  expect(await troubles(next)).toEqual([]);
  expect((await next.history()).map(({ seq }) => seq)).toEqual(Array.from({ length: 1801 }, (_, index) => index + 1));
  expect(readdirSync(join(store.root, 'aside'))).toEqual(['1.00000003.jsonl']);
  await next.close();
});

/** Changes the content of a file as a bad disk does: its time stays. */
function rot(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`There is no ${from} in ${path}.`);
  const { mtimeMs } = statSync(path);
  writeFileSync(path, text.replace(from, to));
  // Node's own way may lose a microsecond.
  nodeFileSystem.setModifiedAt(path, mtimeMs);
}
