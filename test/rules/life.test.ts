/** What each command writes into the card, told by example. The states are in life-table.test.ts. */
import { describe, expect, it } from 'vitest';
import { link, unlink, update } from '../../src/card/content.ts';
import { block, claim, complete, expire, fail, reclaim, redate, release, renew, unblock } from '../../src/card/life.ts';
import type { Outcome } from '../../src/card/outcome.ts';
import { toTimestamp } from '../../src/card/time.ts';
import { aCard, aClaimedCard, changedCard, NOW_MS } from './given.ts';

const NOW = toTimestamp(NOW_MS);
const UNCLAIMED = { claimOwner: null, claimTtlSeconds: null, claimedAt: null };

describe('a change says what was done', () => {
  const lastAttempt = aClaimedCard({ maxAttempts: 1 });
  const tomorrow = toTimestamp(NOW_MS + 86_400_000);

  it.each<readonly [string, () => Outcome]>([
    ['claimed', () => claim(aCard(), { owner: 'coder0' }, NOW_MS)],
    ['renewed', () => renew(aClaimedCard(), { owner: 'coder0' }, NOW_MS)],
    ['released', () => release(aClaimedCard(), {}, NOW_MS)],
    ['completed', () => complete(aClaimedCard(), {}, NOW_MS)],
    ['failed', () => fail(aClaimedCard(), {}, NOW_MS)],
    ['failed', () => fail(lastAttempt, {}, NOW_MS)],
    ['expired', () => expire(aClaimedCard(), NOW_MS + 86_400_000)],
    ['reclaimed', () => reclaim(aClaimedCard(), NOW_MS)],
    ['updated', () => redate(aClaimedCard({ claimedAt: tomorrow }), NOW_MS)],
    ['blocked', () => block(aCard(), {}, NOW_MS)],
    ['unblocked', () => unblock(aCard({ status: 'blocked' }), NOW_MS)],
    ['linked', () => link(aCard(), 'A1', NOW_MS)],
    ['unlinked', () => unlink(aCard({ dependsOn: ['A1'] }), 'A1', NOW_MS)],
    ['updated', () => update(aCard(), { title: 'Another' }, NOW_MS)],
  ])('%s', (change, decide) => {
    expect(decide()).toMatchObject({ kind: 'changed', change });
  });
});

describe('what is so already stays the very card it is', () => {
  const ready = aCard({ statusReason: 'The last one failed.' });
  const blocked = aCard({ status: 'blocked', statusReason: 'Waits for paint.' });
  const done = aCard({ status: 'done' });

  it.each<readonly [string, () => Outcome, Outcome['kind']]>([
    ['a ready card is not released', () => release(ready, {}, NOW_MS), 'unchanged'],
    ['a card that nobody holds is not dated back', () => redate(ready, NOW_MS), 'unchanged'],
    [
      'a claim of this very moment is not dated back',
      () => redate(aClaimedCard({ claimedAt: NOW }), NOW_MS),
      'unchanged',
    ],
    ['a card that nobody holds does not expire', () => expire(done, NOW_MS), 'unchanged'],
    ['a blocked card keeps its reason', () => block(blocked, {}, NOW_MS), 'unchanged'],
    [
      'a blocked card is given the same reason',
      () => block(blocked, { reason: 'Waits for paint.' }, NOW_MS),
      'unchanged',
    ],
    ['a blocked card is given another reason', () => block(blocked, { reason: 'Waits.' }, NOW_MS), 'changed'],
    ['a blocked card loses its reason', () => block(blocked, { reason: null }, NOW_MS), 'changed'],
  ])('%s', (_what, decide, kind) => {
    expect(decide().kind).toBe(kind);
  });
});

describe('claim', () => {
  it('writes the owner, the time and the length, counts the attempt and forgets the last failure', () => {
    const card = aCard({ attempts: 2, statusReason: 'The linker was missing.', notBefore: toTimestamp(NOW_MS - 1) });
    expect(claim(card, { owner: 'coder1', ttlSeconds: 60 }, NOW_MS)).toEqual({
      kind: 'changed',
      change: 'claimed',
      card: {
        ...card,
        status: 'claimed',
        claimOwner: 'coder1',
        claimTtlSeconds: 60,
        claimedAt: NOW,
        attempts: 3,
        notBefore: null,
        statusReason: null,
        rev: 2,
        updatedAt: NOW,
      },
    });
  });

  it('lasts a quarter of an hour when nothing else is said', () => {
    expect(changedCard(claim(aCard(), { owner: 'coder1' }, NOW_MS)).claimTtlSeconds).toBe(900);
  });

  it('of a card that is not free is a defect of the caller', () => {
    expect(() => claim(aClaimedCard(), { owner: 'coder1' }, NOW_MS)).toThrow(
      'Card "A4" is claimed; only a ready card can be claimed.',
    );
  });
});

describe('renew', () => {
  it('keeps the time of the claim and makes it longer', () => {
    const card = changedCard(renew(aClaimedCard(), { owner: 'coder0', ttlSeconds: 900 }, NOW_MS));
    expect(card).toMatchObject({ claimedAt: toTimestamp(NOW_MS - 60_000), claimTtlSeconds: 960, attempts: 1, rev: 2 });
  });

  it('rounds up to whole seconds, so that the claim never ends early', () => {
    const card = changedCard(renew(aClaimedCard(), { owner: 'coder0', ttlSeconds: 10 }, NOW_MS + 1));
    expect(card.claimTtlSeconds).toBe(71);
  });

  it('may make the claim end earlier than before', () => {
    expect(changedCard(renew(aClaimedCard(), { owner: 'coder0', ttlSeconds: 1 }, NOW_MS)).claimTtlSeconds).toBe(61);
  });

  it('revives a claim that has expired and that nobody took', () => {
    const muchLaterMs = NOW_MS + 86_400_000;
    const card = changedCard(renew(aClaimedCard(), { owner: 'coder0', attempt: 1, ttlSeconds: 900 }, muchLaterMs));
    expect(expire(card, muchLaterMs + 899_999).kind).toBe('unchanged');
    expect(expire(card, muchLaterMs + 900_000).kind).toBe('changed');
  });

  it('of a claim dated in the future counts from now', () => {
    const card = changedCard(
      renew(aClaimedCard({ claimedAt: toTimestamp(NOW_MS + 86_400_000) }), { owner: 'coder0', ttlSeconds: 60 }, NOW_MS),
    );
    expect(card).toMatchObject({ claimedAt: NOW, claimTtlSeconds: 60 });
  });
});

describe('the fence', () => {
  it('says whose claim was expected and who holds the card now', () => {
    const card = aClaimedCard({ claimOwner: 'coder1', attempts: 4 });
    expect(complete(card, { owner: 'coder0', attempt: 3 }, NOW_MS)).toEqual({
      kind: 'refused',
      refusal: {
        code: 'CLAIM_LOST',
        id: 'A4',
        expectedOwner: 'coder0',
        expectedAttempt: 3,
        status: 'claimed',
        owner: 'coder1',
        attempts: 4,
      },
    });
  });

  it('stops the same owner on an attempt that is over', () => {
    const card = aClaimedCard({ attempts: 2 });
    expect(complete(card, { owner: 'coder0', attempt: 1 }, NOW_MS).kind).toBe('refused');
    expect(complete(card, { owner: 'coder0', attempt: 2 }, NOW_MS).kind).toBe('changed');
  });

  it('holds with the attempt alone', () => {
    expect(fail(aClaimedCard({ attempts: 2 }), { attempt: 1 }, NOW_MS)).toMatchObject({
      refusal: { code: 'CLAIM_LOST', expectedOwner: null, expectedAttempt: 1 },
    });
    expect(fail(aClaimedCard({ attempts: 2 }), { attempt: 2 }, NOW_MS).kind).toBe('changed');
  });

  it('lets the holder finish after the time is over, as long as nobody took the card', () => {
    expect(complete(aClaimedCard(), { owner: 'coder0', attempt: 1 }, NOW_MS + 86_400_000).kind).toBe('changed');
  });
});

describe('complete', () => {
  it('keeps the result and clears the claim', () => {
    const card = changedCard(complete(aClaimedCard(), { owner: 'coder0', result: { lines: 12 } }, NOW_MS));
    expect(card).toMatchObject({ ...UNCLAIMED, status: 'done', result: { lines: 12 }, attempts: 1, rev: 2 });
  });

  it('without a result leaves none from before', () => {
    expect(changedCard(complete(aClaimedCard({ result: 'of the first time' }), {}, NOW_MS)).result).toBeNull();
  });

  it('of a done card returns that very card, whoever asks and with whatever result', () => {
    const card = aCard({ status: 'done', attempts: 2, result: 1 });
    for (const fence of [{}, { owner: 'somebody' }, { owner: 'somebody', attempt: 2 }]) {
      const outcome = complete(card, { ...fence, result: 2 }, NOW_MS);
      expect(outcome.kind).toBe('unchanged');
      expect(outcome).toHaveProperty('card', card);
    }
  });

  it('of a done card is refused to an attempt that was followed by another', () => {
    const card = aCard({ status: 'done', attempts: 2, result: 1 });
    expect(complete(card, { owner: 'somebody', attempt: 1 }, NOW_MS)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'CLAIM_LOST', expectedAttempt: 1, attempts: 2, status: 'done' },
    });
  });
});

describe('fail', () => {
  it('puts the card back with the reason', () => {
    const card = changedCard(fail(aClaimedCard(), { owner: 'coder0', reason: 'The tests were red.' }, NOW_MS));
    expect(card).toMatchObject({ ...UNCLAIMED, status: 'ready', statusReason: 'The tests were red.', notBefore: null });
  });

  it('says so where no reason was given', () => {
    const expected = 'The last attempt failed; no reason was given.';
    expect(changedCard(fail(aClaimedCard(), {}, NOW_MS)).statusReason).toBe(expected);
    expect(changedCard(fail(aClaimedCard(), { reason: null }, NOW_MS)).statusReason).toBe(expected);
  });

  it('keeps the card back for as long as was asked', () => {
    const card = changedCard(fail(aClaimedCard(), { retryAfterSeconds: 90 }, NOW_MS));
    expect(card.notBefore).toBe(toTimestamp(NOW_MS + 90_000));
  });

  it.each([
    [1, 'Red.', 'The only attempt allowed is used up: Red.'],
    [3, 'Red.', 'All 3 attempts allowed are used up: Red.'],
    [3, undefined, 'All 3 attempts allowed are used up.'],
  ])('at the last of %i attempts blocks the card and says why', (attempts, reason, statusReason) => {
    const card = aClaimedCard({ attempts, maxAttempts: attempts });
    expect(changedCard(fail(card, { reason, retryAfterSeconds: 90 }, NOW_MS))).toMatchObject({
      ...UNCLAIMED,
      status: 'blocked',
      statusReason,
      notBefore: null,
    });
  });
});

describe('an expired claim', () => {
  const endMs = NOW_MS + 840_000;

  it('puts the card back and says whose claim it was and when it ended', () => {
    expect(expire(aClaimedCard(), endMs)).toMatchObject({
      change: 'expired',
      card: {
        ...UNCLAIMED,
        status: 'ready',
        attempts: 1,
        statusReason: `The claim of coder0 expired at ${toTimestamp(endMs)}.`,
      },
    });
  });

  it('at the last attempt blocks the card and says both', () => {
    expect(changedCard(expire(aClaimedCard({ attempts: 2, maxAttempts: 2 }), endMs))).toMatchObject({
      ...UNCLAIMED,
      status: 'blocked',
      statusReason: `All 2 attempts allowed are used up: the claim of coder0 expired at ${toTimestamp(endMs)}.`,
    });
  });

  it('counts the same when an operator takes it away', () => {
    const card = aClaimedCard({ attempts: 2, maxAttempts: 2 });
    expect(reclaim(card, endMs)).toEqual({ ...expire(card, endMs), change: 'reclaimed' });
  });
});

describe('reclaim', () => {
  it('of a claim that still holds counts nothing against the card', () => {
    expect(reclaim(aClaimedCard({ attempts: 2, maxAttempts: 2 }), NOW_MS)).toMatchObject({
      change: 'reclaimed',
      card: { ...UNCLAIMED, status: 'ready', statusReason: null, attempts: 2 },
    });
  });
});

describe('release', () => {
  it('puts the card back, keeps the attempt counted and no reason', () => {
    expect(release(aClaimedCard(), { owner: 'coder0' }, NOW_MS)).toMatchObject({
      change: 'released',
      card: { ...UNCLAIMED, status: 'ready', attempts: 1, statusReason: null },
    });
  });
});

describe('block and unblock', () => {
  it('park a card with a reason and take a claim on it away', () => {
    expect(block(aClaimedCard(), { reason: 'Waits for legal.' }, NOW_MS)).toMatchObject({
      change: 'blocked',
      card: { ...UNCLAIMED, status: 'blocked', statusReason: 'Waits for legal.' },
    });
  });

  it('keep the reason of a blocked card unless another is given', () => {
    const card = aCard({ status: 'blocked', statusReason: 'All 3 attempts allowed are used up.' });
    expect(block(card, {}, NOW_MS)).toEqual({ kind: 'unchanged', card });
    expect(changedCard(block(card, { reason: 'Parked.' }, NOW_MS)).statusReason).toBe('Parked.');
    expect(changedCard(block(card, { reason: null }, NOW_MS)).statusReason).toBeNull();
  });

  it('do not leave the last failure as the reason of a card that is parked without one', () => {
    expect(changedCard(block(aCard({ statusReason: 'Red.' }), {}, NOW_MS)).statusReason).toBeNull();
  });

  it('bring the card back without its reason', () => {
    const card = aCard({ status: 'blocked', statusReason: 'Parked.', attempts: 3, maxAttempts: 3 });
    expect(unblock(card, NOW_MS)).toMatchObject({
      change: 'unblocked',
      card: { status: 'ready', statusReason: null, attempts: 3 },
    });
  });

  it('refuse to unblock what is not blocked, by name', () => {
    expect(unblock(aClaimedCard(), NOW_MS)).toEqual({
      kind: 'refused',
      refusal: { code: 'CARD_NOT_BLOCKED', id: 'A4', status: 'claimed' },
    });
  });
});
