/** The journey of many cards through a store: in, listed, worked off in the right order, and out again without loss. */
import { expect } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import type { Card } from '../../src/card/card.ts';
import { collect, type GivenCard, ids, line } from '../contract/given.ts';
import { newFileStore } from '../files/file-store.ts';
import { inOrder, orderOfWork } from './model.ts';

export async function journey(cards: readonly GivenCard[]): Promise<void> {
  const store = await newFileStore();
  const elsewhere = await newFileStore();
  const backlog = await store.open({ actor: 'journey' });
  const copy = await elsewhere.open({ actor: 'journey' });
  try {
    const listed = await comeIn(backlog, cards);
    await goOn(backlog, copy, listed);
    await workOff(backlog, listed);
    expect((await backlog.doctor()).healthy).toBe(true);
    expect((await copy.doctor()).healthy).toBe(true);
  } finally {
    await backlog.close();
    await copy.close();
    await store.remove();
    await elsewhere.remove();
  }
}

async function comeIn(backlog: Backlog, cards: readonly GivenCard[]): Promise<readonly Card[]> {
  const lines = cards.map(line);
  const report = await backlog.import({ lines });
  expect(report.created.toSorted()).toEqual(ids(cards).toSorted());
  expect(await backlog.import({ lines })).toMatchObject({ created: [], updated: [] });

  const { cards: listed, damaged } = await backlog.list();
  expect(damaged).toEqual([]);
  expect(ids(listed)).toEqual(inOrder(listed));
  const byId = new Map(listed.map((card) => [card.id, card]));
  for (const card of cards) expect(byId.get(card.id)).toMatchObject(card);
  expect(byId.size).toBe(cards.length);
  return listed;
}

/** Out of one store and into another: the same cards, field by field. */
async function goOn(backlog: Backlog, copy: Backlog, listed: readonly Card[]): Promise<void> {
  const exported = await collect(backlog.export());
  await copy.import({ lines: exported });
  expect((await copy.list()).cards).toEqual(listed);
  expect((await collect(copy.export())).toSorted()).toEqual(exported.toSorted());
}

async function workOff(backlog: Backlog, listed: readonly Card[]): Promise<void> {
  const worked: string[] = [];
  for (let card = await backlog.claim({ owner: 'w' }); card !== null; card = await backlog.claim({ owner: 'w' })) {
    worked.push(card.id);
    await backlog.complete({ id: card.id, owner: 'w', attempt: card.attempts });
  }
  expect(worked).toEqual(orderOfWork(listed, Date.now()));
  expect(worked.length).toBeGreaterThan(0);
  expect((await backlog.stats()).claimable).toBe(0);
}
