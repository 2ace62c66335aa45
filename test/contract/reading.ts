/** `get` and `list`: what is shown, in which order, and through which filters. */
import { describe, expect } from 'vitest';
import { abandoned, fromNow, given, ids } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfReading(it: PromiseTest): void {
  describe('get', () => {
    it('of an id that is not there is an error that names it', async ({ backlog }) => {
      const error = await refusal(backlog.get({ id: 'A4' }), 'CARD_NOT_FOUND', 'A4');
      expect(error.hint).not.toBeNull();
    });

    it('suggests an id that is spelled nearly the same', async ({ backlog }) => {
      await backlog.create({ id: 'fleet-001', title: 'One' });
      const error = await refusal(backlog.get({ id: 'fleet-01' }), 'CARD_NOT_FOUND', 'fleet-01');
      expect(error.hint).toContain('fleet-001');
    });

    it('sees at once what another handle has changed', async ({ backlog, other }) => {
      await backlog.create({ id: 'A', title: 'A' });
      expect(await other.get({ id: 'A' })).toMatchObject({ status: 'ready' });
      const claimed = await backlog.claim({ owner: 'w' });
      expect(await other.get({ id: 'A' })).toEqual(claimed);
    });

    it('gives a copy: what the caller does to it does not reach the store', async ({ backlog }) => {
      const card = await backlog.create({ id: 'A', title: 'A', labels: ['x'], acceptance: { list: [1] } });
      Reflect.set(card, 'title', 'changed');
      Reflect.set(card.labels, 0, 'changed');
      expect(await backlog.get({ id: 'A' })).toMatchObject({ title: 'A', labels: ['x'], acceptance: { list: [1] } });
    });
  });

  describe('list', () => {
    order(it);
    filters(it);
  });
}

function order(it: PromiseTest): void {
  it('is ordered by priority downwards, then age, then id', async ({ backlog }) => {
    await given(
      backlog,
      { id: 'b', createdAt: '2026-01-02T00:00:00.000Z' },
      { id: 'urgent', priority: 5, createdAt: '2026-01-09T00:00:00.000Z' },
      { id: 'c', createdAt: '2026-01-02T00:00:00.000Z' },
      { id: 'a', createdAt: '2026-01-02T00:00:00.001Z' },
      { id: 'last', priority: -1, createdAt: '2026-01-01T00:00:00.000Z' },
      { id: 'old', createdAt: '2026-01-01T00:00:00.000Z' },
    );
    expect(ids((await backlog.list()).cards)).toEqual(['urgent', 'old', 'b', 'c', 'a', 'last']);
  });

  it('orders equal cards by the code points of their ids, whatever their alphabet', async ({ backlog }) => {
    const sorted = ['-', '10', '2', 'A', 'Z', '_', 'a', 'aa', 'b', 'ä', '汉', '\u{ff61}', '🦔', '🦔a'];
    await given(backlog, ...sorted.toReversed().map((id) => ({ id, createdAt: '2026-01-01T00:00:00.000Z' })));
    expect(ids((await backlog.list()).cards)).toEqual(sorted);

    const claimed: string[] = [];
    for (let card = await backlog.claim({ owner: 'w' }); card; card = await backlog.claim({ owner: 'w' })) {
      claimed.push(card.id);
    }
    expect(claimed).toEqual(sorted);
  });

  it('ends after the limit', async ({ backlog }) => {
    await given(backlog, { id: 'a' }, { id: 'b', priority: 1 }, { id: 'c', priority: 2 });
    expect(ids((await backlog.list({ limit: 2 })).cards)).toEqual(['c', 'b']);
    expect(ids((await backlog.list({ limit: 9 })).cards)).toEqual(['c', 'b', 'a']);
  });

  it('of an empty store is empty', async ({ backlog }) => {
    expect(await backlog.list()).toEqual({ cards: [], damaged: [] });
  });
}

function filters(it: PromiseTest): void {
  it('shows only what each filter lets through', async ({ backlog }) => {
    await given(
      backlog,
      { id: 'r', phase: 'M1', labels: ['ui', 'hard'] },
      {
        id: 'c',
        phase: 'M1',
        ...{ status: 'claimed', claimOwner: 'ann', claimTtlSeconds: 900, claimedAt: fromNow(0) },
      },
      { id: 'x', phase: 'M2', status: 'blocked', labels: ['ui'] },
      { id: 'd', status: 'done' },
    );
    const shown = async (...options: Parameters<typeof backlog.list>): Promise<readonly string[]> =>
      ids((await backlog.list(...options)).cards).toSorted();

    expect(await shown({ status: 'ready' })).toEqual(['r']);
    expect(await shown({ status: 'claimed' })).toEqual(['c']);
    expect(await shown({ status: 'blocked' })).toEqual(['x']);
    expect(await shown({ status: 'done' })).toEqual(['d']);
    expect(await shown({ phase: 'M1' })).toEqual(['c', 'r']);
    expect(await shown({ phase: 'm1' })).toEqual([]);
    expect(await shown({ label: 'ui' })).toEqual(['r', 'x']);
    expect(await shown({ label: 'u' })).toEqual([]);
    expect(await shown({ owner: 'ann' })).toEqual(['c']);
    expect(await shown({ owner: 'bob' })).toEqual([]);
    expect(await shown({ phase: 'M1', label: 'ui', status: 'ready' })).toEqual(['r']);
    expect(await shown({ phase: 'M2', status: 'ready' })).toEqual([]);
  });

  it('finds words in id, title and body, in any case', async ({ backlog }) => {
    await given(
      backlog,
      { id: 'fleet-7', title: 'Crash in the Parser', body: 'It happens with ÄPFEL.' },
      { id: 'other', title: 'Parser speed', body: null },
    );
    const found = async (text: string): Promise<readonly string[]> =>
      ids((await backlog.list({ text })).cards).toSorted();
    expect(await found('parser')).toEqual(['fleet-7', 'other']);
    expect(await found('FLEET')).toEqual(['fleet-7']);
    expect(await found('äpfel')).toEqual(['fleet-7']);
    expect(await found('parser crash')).toEqual(['fleet-7']);
    expect(await found('nothing of the kind')).toEqual([]);
  });

  it('with readyOnly shows exactly what claim would take, in the same order', async ({ backlog }) => {
    await given(
      backlog,
      { id: 'free', priority: 1 },
      { id: 'first', priority: 2 },
      { id: 'waits', dependsOn: ['free'] },
      { id: 'dangling', dependsOn: ['nowhere'] },
      { id: 'later', notBefore: fromNow(3600) },
      { id: 'due', notBefore: fromNow(-3600) },
      { id: 'parked', status: 'blocked' },
      { id: 'over', status: 'done' },
      { id: 'after', dependsOn: ['over'], priority: -1 },
    );
    const shown = ids((await backlog.list({ readyOnly: true })).cards);
    expect(shown).toEqual(['first', 'free', 'due', 'after']);
    expect(ids(await backlog.claimMany({ owner: 'w', count: 99 }))).toEqual(shown);
    expect((await backlog.list({ readyOnly: true })).cards).toEqual([]);
  });

  it('with readyOnly shows a card whose claim has expired, for claim would take it', async ({ backlog }) => {
    await given(backlog, abandoned('A'));
    expect(ids((await backlog.list({ readyOnly: true })).cards)).toEqual(['A']);
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A' });
  });
}
