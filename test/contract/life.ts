/** `renew`, `release`, `complete`, `fail`, `block`, `unblock`: what each makes of a card. */
import { describe, expect } from 'vitest';
import type { Card } from '../../src/card/card.ts';
import { abandoned, contents, fromNow, given } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

const UNCLAIMED = { claimOwner: null, claimTtlSeconds: null, claimedAt: null };

function expiryMs(card: Card): number {
  return Date.parse(card.claimedAt ?? '') + (card.claimTtlSeconds ?? Number.NaN) * 1000;
}

export function promisesOfLife(it: PromiseTest): void {
  describe('renew', () => renewing(it));
  describe('complete', () => completing(it));
  describe('fail and release', () => givingBack(it));
  describe('block and unblock', () => parking(it));
  describe('fields that no version knows yet', () => unknownFields(it));
}

function renewing(it: PromiseTest): void {
  it('keeps claimedAt and lengthens claimTtlSeconds to now + ttl', async ({ backlog }) => {
    const claimed = { ...abandoned('A'), claimOwner: 'w', claimedAt: fromNow(-600) };
    await given(backlog, claimed);
    const before = Date.now();
    const card = await backlog.renew({ id: 'A', owner: 'w', attempt: 1, ttlSeconds: 120 });
    const after = Date.now();

    expect(card).toMatchObject({ status: 'claimed', claimOwner: 'w', claimedAt: claimed.claimedAt, attempts: 1 });
    expect(Number.isInteger(card.claimTtlSeconds)).toBe(true);
    expect(expiryMs(card)).toBeGreaterThanOrEqual(before + 120_000);
    expect(expiryMs(card)).toBeLessThanOrEqual(after + 121_000);
  });

  it('renews for 900 seconds where nothing else is asked', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    await backlog.claim({ owner: 'w', ttlSeconds: 5 });
    const before = Date.now();
    const card = await backlog.renew({ id: 'A', owner: 'w' });
    expect(expiryMs(card)).toBeGreaterThanOrEqual(before + 900_000);
    expect(expiryMs(card)).toBeLessThanOrEqual(Date.now() + 901_000);
  });

  it('keeps a card from being taken over', async ({ backlog, other }) => {
    await given(backlog, abandoned('A'));
    await backlog.renew({ id: 'A', owner: 'ghost', ttlSeconds: 60 });
    expect(await other.claim({ owner: 'w' })).toBeNull();
    expect(await other.reclaim()).toEqual([]);
  });

  it('is refused on a card that is done', async ({ backlog }) => {
    await given(backlog, { id: 'A' });
    await backlog.claim({ owner: 'w' });
    await backlog.complete({ id: 'A', owner: 'w' });
    await refusal(backlog.renew({ id: 'A', owner: 'w' }), 'CLAIM_LOST', 'A');
  });
}

function completing(it: PromiseTest): void {
  it('makes the card done, clears the claim and keeps the result', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    await backlog.claim({ owner: 'w' });
    const result = { commit: 'abc', files: ['x', 1, null], nested: { ok: true } };
    const card = await backlog.complete({ id: 'A', owner: 'w', result });
    expect(card).toMatchObject({ ...UNCLAIMED, status: 'done', result, attempts: 1, rev: 3 });
    expect(await backlog.get({ id: 'A' })).toEqual(card);
  });

  it('of a done card changes nothing and gives it back, whoever asks', async ({ backlog, other }) => {
    await backlog.create({ id: 'A', title: 'A' });
    await backlog.claim({ owner: 'w' });
    const done = await backlog.complete({ id: 'A', owner: 'w', attempt: 1, result: 'first' });
    const before = await contents(backlog);
    expect(await backlog.complete({ id: 'A', owner: 'w', attempt: 1, result: 'second' })).toEqual(done);
    expect(await other.complete({ id: 'A', result: 'third' })).toEqual(done);
    expect(await contents(backlog)).toEqual(before);
  });

  it('of an id that is not there is an error', async ({ backlog }) => {
    await refusal(backlog.complete({ id: 'nowhere' }), 'CARD_NOT_FOUND', 'nowhere');
  });
}

function givingBack(it: PromiseTest): void {
  it('fail makes the card ready again, with its reason', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    await backlog.claim({ owner: 'w' });
    const card = await backlog.fail({ id: 'A', owner: 'w', reason: 'The tests were red.' });
    expect(card).toMatchObject({ ...UNCLAIMED, status: 'ready', statusReason: 'The tests were red.', attempts: 1 });
    expect(await backlog.claim({ owner: 'w2' })).toMatchObject({ id: 'A' });
  });

  it('fail with a delay keeps the card away until the delay is over', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    await backlog.claim({ owner: 'w' });
    const before = Date.now();
    const card = await backlog.fail({ id: 'A', owner: 'w', retryAfterSeconds: 1 });
    expect(Date.parse(card.notBefore ?? '')).toBeGreaterThanOrEqual(before + 1000);
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    expect(await backlog.claim({ owner: 'w', waitSeconds: 5 })).toMatchObject({ id: 'A', attempts: 2 });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(card.notBefore ?? ''));
  });

  it('fail blocks the card once maxAttempts are used up, and says why', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A', maxAttempts: 2 });
    await backlog.claim({ owner: 'w' });
    expect(await backlog.fail({ id: 'A', owner: 'w', reason: 'Red.' })).toMatchObject({ status: 'ready' });
    await backlog.claim({ owner: 'w' });
    const card = await backlog.fail({ id: 'A', owner: 'w', reason: 'The linker was missing.' });
    expect(card).toMatchObject({ ...UNCLAIMED, status: 'blocked', attempts: 2 });
    expect(card.statusReason).toContain('The linker was missing.');
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
  });

  it('release makes the card ready, and counts nothing beyond the attempt', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A', maxAttempts: 1 });
    await backlog.claim({ owner: 'w' });
    const card = await backlog.release({ id: 'A', owner: 'w' });
    expect(card).toMatchObject({ ...UNCLAIMED, status: 'ready', attempts: 1, statusReason: null });
  });
}

function parking(it: PromiseTest): void {
  it('block parks a card with its reason and clears a claim on it', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    await backlog.claim({ owner: 'w' });
    const card = await backlog.block({ id: 'A', reason: 'Waits for legal.' });
    expect(card).toMatchObject({ ...UNCLAIMED, status: 'blocked', statusReason: 'Waits for legal.', attempts: 1 });
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
  });

  it('block with the same reason again changes nothing, with another one it does', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    const card = await backlog.block({ id: 'A', reason: 'One.' });
    expect(await backlog.block({ id: 'A', reason: 'One.' })).toEqual(card);
    expect(await backlog.block({ id: 'A', reason: 'Two.' })).toMatchObject({ statusReason: 'Two.', rev: 3 });
    expect(await backlog.block({ id: 'A' })).toMatchObject({ status: 'blocked' });
  });

  it('unblock makes a blocked card ready and forgets the reason', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A', status: 'blocked', statusReason: 'Parked.' });
    expect(await backlog.unblock({ id: 'A' })).toMatchObject({ status: 'ready', statusReason: null });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A' });
  });

  it('unblock of a ready card changes nothing', async ({ backlog }) => {
    const card = await backlog.create({ id: 'A', title: 'A' });
    expect(await backlog.unblock({ id: 'A' })).toEqual(card);
  });

  it('unblock of a claimed or done card is refused', async ({ backlog }) => {
    await given(backlog, { id: 'held' }, { id: 'over', status: 'done' });
    await backlog.claim({ owner: 'w' });
    await refusal(backlog.unblock({ id: 'held' }), 'CARD_NOT_BLOCKED', 'held', 'claimed');
    await refusal(backlog.unblock({ id: 'over' }), 'CARD_NOT_BLOCKED', 'over', 'done');
  });

  it('block and unblock of an id that is not there are errors', async ({ backlog }) => {
    await refusal(backlog.block({ id: 'nowhere' }), 'CARD_NOT_FOUND', 'nowhere');
    await refusal(backlog.unblock({ id: 'nowhere' }), 'CARD_NOT_FOUND', 'nowhere');
  });
}

function unknownFields(it: PromiseTest): void {
  it('stay with the card through every change', async ({ backlog }) => {
    const extra = { estimate: { hours: 3, by: ['ann'] }, 'x-colour': 'red', sprint: null };
    await given(backlog, { id: 'A', ...extra }, { id: 'B', status: 'done' });
    const changes = [
      () => backlog.claim({ owner: 'w' }),
      () => backlog.renew({ id: 'A', owner: 'w' }),
      () => backlog.fail({ id: 'A', owner: 'w' }),
      () => backlog.update({ id: 'A', title: 'New' }),
      () => backlog.link({ from: 'A', to: 'B' }),
      () => backlog.unlink({ from: 'A', to: 'B' }),
      () => backlog.block({ id: 'A' }),
      () => backlog.unblock({ id: 'A' }),
      () => backlog.complete({ id: 'A' }),
      () => backlog.release({ id: 'A' }),
    ];
    for (const change of changes) expect(await change()).toMatchObject(extra);
    expect(await backlog.get({ id: 'A' })).toMatchObject({ ...extra, rev: 11 });
  });
}
