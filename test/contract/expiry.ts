/** Expired claims: they come back by the next claim, by `reclaim`, and never twice. */
import { describe, expect } from 'vitest';
import { abandoned, fromNow, given, ids } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfExpiry(it: PromiseTest): void {
  describe('an expired claim', () => {
    takeover(it);
    attemptsUsedUp(it);
  });
  describe('reclaim', () => {
    reclaimAll(it);
    reclaimNamed(it);
  });
}

function takeover(it: PromiseTest): void {
  it('is taken over by the next claim', async ({ backlog }) => {
    await given(backlog, abandoned('A', { attempts: 4 }));
    expect(await backlog.claim({ owner: 'w', ttlSeconds: 30 })).toMatchObject({
      id: 'A',
      claimOwner: 'w',
      claimTtlSeconds: 30,
      attempts: 5,
    });
  });

  it('is taken over by a claim that names it', async ({ backlog }) => {
    await given(backlog, { id: 'first', priority: 9 }, abandoned('A'));
    expect(await backlog.claim({ owner: 'w', id: 'A' })).toMatchObject({ id: 'A', claimOwner: 'w', attempts: 2 });
  });

  it('puts its card back among the others, in the usual order', async ({ backlog }) => {
    await given(backlog, { id: 'middle', priority: 5 }, abandoned('low'), abandoned('high', { priority: 9 }));
    const taken = await backlog.claimMany({ owner: 'w', count: 3 });
    expect(ids(taken)).toEqual(['high', 'middle', 'low']);
  });

  it('expires after exactly its time to live, on the real clock', async ({ backlog, other }) => {
    await backlog.create({ id: 'A', title: 'A' });
    const first = await backlog.claim({ owner: 'ghost', ttlSeconds: 1 });
    expect(await other.claim({ owner: 'w' })).toBeNull();
    const second = await other.claim({ owner: 'w', waitSeconds: 5 });
    const held = Date.parse(second?.claimedAt ?? '') - Date.parse(first?.claimedAt ?? '');
    expect(held).toBeGreaterThanOrEqual(1000);
    await refusal(backlog.complete({ id: 'A', owner: 'ghost' }), 'CLAIM_LOST', 'A', 'w');
  });

  it('comes back to one of many claimers only', async ({ backlog, other }) => {
    await given(backlog, abandoned('A'));
    const taken = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? backlog : other).claim({ owner: `w${n}` })),
    );
    expect(taken.filter((card) => card !== null)).toHaveLength(1);
    expect(await backlog.get({ id: 'A' })).toMatchObject({ attempts: 2 });
  });

  it('leaves other claims alone', async ({ backlog }) => {
    await given(backlog, abandoned('old'), { ...abandoned('young'), claimedAt: fromNow(-890) });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'old' });
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    expect(await backlog.get({ id: 'young' })).toMatchObject({ claimOwner: 'ghost', rev: 1 });
  });

  it('is none while claimedAt lies in the future: it counts as taken now', async ({ backlog }) => {
    await given(backlog, abandoned('A', { claimedAt: fromNow(86_400) }));
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    expect(await backlog.reclaim()).toEqual([]);
    expect(await backlog.reclaim({ id: 'A' })).toEqual(['A']);
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A' });
  });

  it('is written down before the claim that takes it over', async ({ backlog }) => {
    await given(backlog, abandoned('A'));
    await backlog.claim({ owner: 'w' });
    const changes = await backlog.history({ id: 'A' });
    expect(changes.slice(-2)).toMatchObject([
      { kind: 'expired', from: 'claimed', to: 'ready' },
      { kind: 'claimed', from: 'ready', to: 'claimed', by: 'w' },
    ]);
  });
}

function attemptsUsedUp(it: PromiseTest): void {
  it('blocks its card with a reason once maxAttempts are used up', async ({ backlog }) => {
    await given(backlog, abandoned('A', { attempts: 2, maxAttempts: 2 }), { id: 'next' });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'next' });
    const card = await backlog.get({ id: 'A' });
    expect(card).toMatchObject({
      status: 'blocked',
      attempts: 2,
      claimOwner: null,
      claimedAt: null,
      claimTtlSeconds: null,
    });
    expect(card.statusReason).toContain('2');
    expect(await backlog.claim({ owner: 'w', id: 'A' })).toBeNull();
  });

  it('blocks nothing while there are attempts left', async ({ backlog }) => {
    await given(backlog, abandoned('A', { attempts: 1, maxAttempts: 2 }));
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A', attempts: 2 });
  });

  it('that blocked its card leaves a card that an operator can set free', async ({ backlog }) => {
    await given(backlog, abandoned('A', { attempts: 1, maxAttempts: 1 }));
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    await backlog.unblock({ id: 'A' });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A', attempts: 2 });
  });
}

function reclaimAll(it: PromiseTest): void {
  it('gives back every expired claim and no other, and names them', async ({ backlog }) => {
    await given(
      backlog,
      abandoned('old'),
      abandoned('older'),
      abandoned('worn-out', { attempts: 3, maxAttempts: 3 }),
      { id: 'free' },
      { ...abandoned('young'), claimedAt: fromNow(0) },
    );
    expect((await backlog.reclaim()).toSorted()).toEqual(['old', 'older', 'worn-out']);
    expect(await backlog.get({ id: 'old' })).toMatchObject({
      status: 'ready',
      claimOwner: null,
      claimTtlSeconds: null,
      claimedAt: null,
      attempts: 1,
    });
    expect(await backlog.get({ id: 'worn-out' })).toMatchObject({ status: 'blocked' });
    expect(await backlog.get({ id: 'young' })).toMatchObject({ status: 'claimed' });
    expect(await backlog.reclaim()).toEqual([]);
  });
}

function reclaimNamed(it: PromiseTest): void {
  it('of one named card takes its claim away, expired or not', async ({ backlog }) => {
    await given(backlog, { id: 'A' });
    await backlog.claim({ owner: 'w', id: 'A' });
    await given(backlog, abandoned('B'));
    expect(await backlog.reclaim({ id: 'A' })).toEqual(['A']);
    expect(await backlog.get({ id: 'A' })).toMatchObject({ status: 'ready', claimOwner: null, attempts: 1 });
    expect(await backlog.get({ id: 'B' })).toMatchObject({ status: 'claimed' });
    await refusal(backlog.complete({ id: 'A', owner: 'w' }), 'CLAIM_LOST', 'A');
    expect(await backlog.reclaim({ id: 'B' })).toEqual(['B']);
    expect(await backlog.get({ id: 'B' })).toMatchObject({ status: 'ready', attempts: 1 });
  });

  it('of a card that nobody holds changes nothing', async ({ backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B', status: 'done' });
    expect(await backlog.reclaim({ id: 'A' })).toEqual([]);
    expect(await backlog.reclaim({ id: 'B' })).toEqual([]);
    expect(await backlog.get({ id: 'A' })).toMatchObject({ rev: 1 });
  });

  it('of an id that is not there is an error', async ({ backlog }) => {
    await refusal(backlog.reclaim({ id: 'nowhere' }), 'CARD_NOT_FOUND', 'nowhere');
  });
}
