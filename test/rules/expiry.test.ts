/** When a claim ends, also when the clock has jumped. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiresAtMs, isExpired } from '../../src/card/expiry.ts';
import { expire, redate } from '../../src/card/life.ts';
import { toTimestamp } from '../../src/card/time.ts';
import { aCard, aClaimedCard, changedCard, NOW_MS, someMs } from './given.ts';

const someTtl: fc.Arbitrary<number> = fc.integer({ min: 1, max: 100_000 });

describe('a claim', () => {
  it('ends its time to live after it was taken', () => {
    expect(expiresAtMs({ claimedAtMs: NOW_MS - 60_000, claimTtlSeconds: 900 }, NOW_MS)).toBe(NOW_MS + 840_000);
  });

  it('holds until the last millisecond, and not in the one it ends', () => {
    const card = aClaimedCard({ claimedAt: toTimestamp(NOW_MS), claimTtlSeconds: 900 });
    expect(isExpired(card, NOW_MS + 899_999)).toBe(false);
    expect(isExpired(card, NOW_MS + 900_000)).toBe(true);
  });

  it('dated in the future counts as taken now', () => {
    expect(expiresAtMs({ claimedAtMs: NOW_MS + 1, claimTtlSeconds: 900 }, NOW_MS)).toBe(NOW_MS + 900_000);
  });

  it('is never further from its end than its time to live, wherever the clock stands', () => {
    fc.assert(
      fc.property(someMs, someMs, someTtl, (claimedAtMs, nowMs, claimTtlSeconds) => {
        expect(expiresAtMs({ claimedAtMs, claimTtlSeconds }, nowMs) - nowMs).toBeLessThanOrEqual(
          claimTtlSeconds * 1000,
        );
      }),
    );
  });

  it('is over exactly when its end has come', () => {
    fc.assert(
      fc.property(someMs, someMs, someTtl, (claimedAtMs, nowMs, claimTtlSeconds) => {
        const card = aClaimedCard({ claimedAt: toTimestamp(claimedAtMs), claimTtlSeconds });
        expect(isExpired(card, nowMs)).toBe(claimedAtMs + claimTtlSeconds * 1000 <= nowMs);
      }),
    );
  });

  it('is not over on a card that nobody holds', () => {
    for (const status of ['ready', 'blocked', 'done'] as const)
      expect(isExpired(aCard({ status }), NOW_MS)).toBe(false);
  });
});

describe('a claim from a clock that ran days ahead', () => {
  const ahead = aClaimedCard({ claimedAt: toTimestamp(NOW_MS + 3 * 86_400_000), claimTtlSeconds: 900, attempts: 4 });

  it('is dated back to now, and keeps its owner, its attempt and its length', () => {
    const card = changedCard(redate(ahead, NOW_MS));
    expect(card).toMatchObject({
      claimedAt: toTimestamp(NOW_MS),
      claimOwner: 'coder0',
      attempts: 4,
      claimTtlSeconds: 900,
      status: 'claimed',
    });
  });

  it('runs out after its time to live instead of after those days', () => {
    const card = changedCard(redate(ahead, NOW_MS));
    expect(expire(card, NOW_MS + 899_999).kind).toBe('unchanged');
    expect(changedCard(expire(card, NOW_MS + 900_000))).toMatchObject({ status: 'ready', claimOwner: null });
  });

  it('is the only kind that is dated back', () => {
    for (const card of [aCard(), aClaimedCard(), aClaimedCard({ claimedAt: toTimestamp(NOW_MS) })]) {
      expect(redate(card, NOW_MS)).toEqual({ kind: 'unchanged', card });
    }
  });
});
