/** `claim`: which card it takes, and that nobody else takes the same. */
import { describe, expect } from 'vitest';
import { fromNow, given, ids } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfClaim(it: PromiseTest): void {
  describe('claim', () => {
    whatItTakes(it);
    oneNamedCard(it);
    manyAtOnce(it);
  });
}

function whatItTakes(it: PromiseTest): void {
  it('marks the card as held by its owner, for 900 seconds where nothing else is asked', async ({ backlog }) => {
    const created = await backlog.create({ id: 'A', title: 'A', priority: 3, labels: ['x'] });
    const before = Date.now();
    const card = await backlog.claim({ owner: 'coder0' });
    const after = Date.now();

    expect(card).toEqual({
      ...created,
      status: 'claimed',
      claimOwner: 'coder0',
      claimTtlSeconds: 900,
      claimedAt: card?.claimedAt,
      updatedAt: card?.claimedAt,
      attempts: 1,
      rev: 2,
    });
    const claimedAt = Date.parse(card?.claimedAt ?? '');
    expect(claimedAt).toBeGreaterThanOrEqual(before);
    expect(claimedAt).toBeLessThanOrEqual(after);
    expect(await backlog.get({ id: 'A' })).toEqual(card);
  });

  it('gives null when nothing is claimable', async ({ backlog }) => {
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    await given(
      backlog,
      { id: 'parked', status: 'blocked' },
      { id: 'waits', dependsOn: ['parked'] },
      { id: 'dangling', dependsOn: ['nowhere'] },
      { id: 'later', notBefore: fromNow(60) },
      { id: 'over', status: 'done' },
    );
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    expect(await backlog.history()).toHaveLength(5);
  });

  it('takes the first card in the order of the contract', async ({ backlog }) => {
    await given(
      backlog,
      { id: 'low', priority: -5, createdAt: '2020-01-01T00:00:00.000Z' },
      { id: 'b', priority: 2, createdAt: '2026-01-01T00:00:00.000Z' },
      { id: 'a', priority: 2, createdAt: '2026-01-01T00:00:00.000Z' },
      { id: 'older', priority: 2, createdAt: '2025-12-31T23:59:59.999Z' },
      { id: 'top-but-waiting', priority: 9, dependsOn: ['low'] },
    );
    const taken: (string | undefined)[] = [];
    for (let n = 0; n < 4; n += 1) taken.push((await backlog.claim({ owner: `w${n}` }))?.id);
    expect(taken).toEqual(['older', 'a', 'b', 'low']);

    await backlog.complete({ id: 'low' });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'top-but-waiting' });
  });

  it('takes a card only when every card it depends on is done', async ({ backlog }) => {
    await given(backlog, { id: 'one' }, { id: 'two' }, { id: 'both', dependsOn: ['one', 'two'], priority: 9 });
    await backlog.complete({ id: 'one' });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'two' });
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    await backlog.complete({ id: 'two', owner: 'w' });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'both' });
  });

  it('takes the first in order where any of several phases or labels will do', async ({ backlog }) => {
    await given(
      backlog,
      { id: 'a', priority: 1, phase: 'M1' },
      { id: 'b', priority: 9, phase: 'M2', labels: ['ui'] },
      { id: 'c', priority: 5, phase: 'M3', labels: ['db'] },
      { id: 'd', priority: 7, phase: 'M1', labels: ['docs'] },
    );
    expect(await backlog.claim({ owner: 'w', phase: [] })).toBeNull();
    expect(await backlog.claim({ owner: 'w', phase: ['M1', 'M4'] })).toMatchObject({ id: 'd' });
    expect(await backlog.claim({ owner: 'w', phase: ['M1', 'M3'], label: ['ui', 'db'] })).toMatchObject({ id: 'c' });
    expect(await backlog.claim({ owner: 'w', id: 'b', phase: ['M1', 'M3'] })).toBeNull();
    expect(await backlog.claim({ owner: 'w', phase: ['M1', 'M2'] })).toMatchObject({ id: 'b' });
    expect(ids(await backlog.claimMany({ owner: 'w', count: 9, phase: ['M1', 'M2'] }))).toEqual(['a']);
  });

  it('looks at the phase and the label that are asked for', async ({ backlog }) => {
    await given(
      backlog,
      { id: 'a', priority: 9, phase: 'M2', labels: ['ui'] },
      { id: 'b', priority: 5, phase: 'M1' },
      { id: 'c', priority: 1, phase: 'M1', labels: ['ui', 'hard'] },
    );
    expect(await backlog.claim({ owner: 'w', phase: 'M3' })).toBeNull();
    expect(await backlog.claim({ owner: 'w', label: 'hard', phase: 'M2' })).toBeNull();
    expect(await backlog.claim({ owner: 'w', phase: 'M1', label: 'ui' })).toMatchObject({ id: 'c' });
    expect(await backlog.claim({ owner: 'w', phase: 'M1' })).toMatchObject({ id: 'b' });
    expect(await backlog.claim({ owner: 'w', label: 'ui' })).toMatchObject({ id: 'a' });
  });

  it('clears the reason of the last failure, and counts the attempt', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    await backlog.claim({ owner: 'w' });
    await backlog.fail({ id: 'A', owner: 'w', reason: 'The tests were red.' });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ attempts: 2, statusReason: null });
  });

  it('keeps the time to live that is asked for', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    expect(await backlog.claim({ owner: 'w', ttlSeconds: 5 })).toMatchObject({ claimTtlSeconds: 5 });
  });
}

function oneNamedCard(it: PromiseTest): void {
  it('by id takes that card, though others come first', async ({ backlog }) => {
    await given(backlog, { id: 'first', priority: 9 }, { id: 'named' });
    expect(await backlog.claim({ owner: 'w', id: 'named' })).toMatchObject({ id: 'named', claimOwner: 'w' });
  });

  it('by id gives null where that card is not claimable, whatever else is', async ({ backlog }) => {
    await given(
      backlog,
      { id: 'free', phase: 'M1' },
      { id: 'parked', status: 'blocked' },
      { id: 'waits', dependsOn: ['free'] },
      { id: 'later', notBefore: fromNow(60) },
      { id: 'over', status: 'done' },
      { id: 'held' },
    );
    await backlog.claim({ owner: 'somebody', id: 'held' });
    for (const id of ['parked', 'waits', 'later', 'over', 'held']) {
      expect(await backlog.claim({ owner: 'w', id }), id).toBeNull();
    }
    expect(await backlog.claim({ owner: 'w', id: 'free', phase: 'M2' })).toBeNull();
    expect(await backlog.get({ id: 'held' })).toMatchObject({ claimOwner: 'somebody', attempts: 1 });
  });

  it('by an id that is not there is an error', async ({ backlog }) => {
    await refusal(backlog.claim({ owner: 'w', id: 'nowhere' }), 'CARD_NOT_FOUND', 'nowhere');
  });

  it('does not give the same owner its own card a second time', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    await backlog.claim({ owner: 'w' });
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    expect(await backlog.claim({ owner: 'w', id: 'A' })).toBeNull();
  });
}

function manyAtOnce(it: PromiseTest): void {
  it('of many cards in one step gives them in order, and as many as there are', async ({ backlog }) => {
    await given(backlog, { id: 'a' }, { id: 'b', priority: 2 }, { id: 'c', priority: 1, phase: 'M1' });
    expect(ids(await backlog.claimMany({ owner: 'w', count: 2 }))).toEqual(['b', 'c']);
    expect(ids(await backlog.claimMany({ owner: 'w', count: 2 }))).toEqual(['a']);
    expect(await backlog.claimMany({ owner: 'w', count: 2 })).toEqual([]);
  });

  it('of many cards looks at the filters', async ({ backlog }) => {
    await given(backlog, { id: 'a' }, { id: 'b', phase: 'M1' }, { id: 'c', phase: 'M1', labels: ['ui'] });
    expect(ids(await backlog.claimMany({ owner: 'w', count: 9, phase: 'M1', label: 'ui' }))).toEqual(['c']);
    expect(ids(await backlog.claimMany({ owner: 'w', count: 9, phase: 'M1' }))).toEqual(['b']);
  });

  it('by as many claimers as there are cards gives each a card of its own', async ({ backlog, other }) => {
    const cards = Array.from({ length: 40 }, (_, n) => ({ id: `card-${n}` }));
    await given(backlog, ...cards);
    const taken = await Promise.all(
      cards.map((_, n) => (n % 2 === 0 ? backlog : other).claim({ owner: `worker-${n}` })),
    );
    expect(new Set(taken.map((card) => card?.id)).size).toBe(40);
    expect(taken).not.toContain(null);
    expect(await other.claim({ owner: 'late' })).toBeNull();
  });
}
