/** How a row of an embedded store becomes a card: whatever type says the same is understood, and nothing is guessed. */
import { describe, expect, it } from 'vitest';
import { cardOfRow } from '../../src/backlog/postgres/pglite/card-row.ts';

describe('a row of an embedded store', () => {
  it.each([
    ['2026-01-02T03:04:05.678901+00:00', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05+02', '2026-01-02T01:04:05.000Z'],
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02 03:04:05.5', '2026-01-02T03:04:05.500Z'],
    ['2026-01-02', '2026-01-02T00:00:00.000Z'],
    [1_767_323_045_678, '2026-01-02T03:04:05.678Z'],
    ['infinity', 'infinity'],
    ['2026-13-02T00:00:00', '2026-13-02T00:00:00'],
  ])('has a time %s, which is %s, and UTC unless it says otherwise', (written, read) => {
    expect(cardOfRow({ id: 'A', created_at: written })).toEqual({ id: 'A', createdAt: read });
  });

  it.each([
    [
      ['B', 'C', 'B'],
      ['B', 'C'],
    ],
    ['["B", "B"]', ['B']],
    ['{B,C}', '{B,C}'],
    [[], []],
  ])('depends on %j, which is %j', (written, read) => {
    expect(cardOfRow({ depends_on: written })).toEqual({ dependsOn: read });
  });

  it.each([
    ['["x"]', ['x']],
    ['{"a": 1}', { a: 1 }],
    ['x; y', 'x; y'],
    ['[draft] x', '[draft] x'],
    [{ a: [null] }, { a: [null] }],
  ])('is accepted by %j, which is %j', (written, read) => {
    expect(cardOfRow({ acceptance: written })).toEqual({ acceptance: read });
  });

  it('has nothing where it has null, and no empty name', () => {
    expect(
      cardOfRow({ id: 'A', body: null, priority: null, phase: '', idempotency_key: '', depends_on: null }),
    ).toEqual({
      id: 'A',
    });
  });

  it('keeps columns that are not of the fifteen, in our spelling', () => {
    expect(cardOfRow({ id: 'A', max_attempts: 3, not_before: '2026-01-02T03:04:05', _own: 1 })).toEqual({
      ...{ id: 'A', maxAttempts: 3, notBefore: '2026-01-02T03:04:05.000Z', _own: 1 },
    });
  });

  it('has a whole claim when it is claimed, and none otherwise', () => {
    const claim = { claim_owner: 'w', claim_ttl_seconds: 60, claimed_at: '2026-01-02T03:04:05Z' };
    const whole = { claimOwner: 'w', claimTtlSeconds: 60, claimedAt: '2026-01-02T03:04:05.000Z' };
    expect(cardOfRow({ status: 'claimed', ...claim })).toEqual({ status: 'claimed', ...whole });
    expect(cardOfRow({ status: 'ready', ...claim })).toEqual({ status: 'ready' });
    const bare = { status: 'claimed', updated_at: '2026-01-02T03:04:05Z', created_at: '2026-01-01T00:00:00Z' };
    expect(cardOfRow(bare)).toMatchObject({ ...whole, claimOwner: 'unknown', claimTtlSeconds: 900 });
    expect(cardOfRow({ ...bare, ...claim, claim_ttl_seconds: 0 })).toMatchObject({ ...whole, claimTtlSeconds: 1 });
  });
});
