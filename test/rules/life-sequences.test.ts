/**
 * Any commands in any order at any time, beside a model that knows only who holds the card and until when.
 * The clock may run backwards between two commands.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Card, CardStatus } from '../../src/card/card.ts';
import { newCard, link, unlink, update } from '../../src/card/content.ts';
import { checkInvariants } from '../../src/card/invariants.ts';
import { block, claim, complete, expire, fail, reclaim, redate, release, renew, unblock } from '../../src/card/life.ts';
import type { Outcome } from '../../src/card/outcome.ts';
import { toTimestamp } from '../../src/card/time.ts';
import { NOW_MS } from './given.ts';

const OWNERS = ['ann', 'bob'] as const;
const FENCED = ['renew', 'complete', 'fail', 'release'] as const;
const FREE = ['claim', 'expire', 'reclaim', 'redate', 'block', 'unblock', 'update', 'link', 'unlink'] as const;

interface Step {
  readonly command: (typeof FENCED)[number] | (typeof FREE)[number];
  /** How far the clock goes before the command; backwards where negative. */
  readonly waitMs: number;
  readonly owner: (typeof OWNERS)[number];
  readonly ttlSeconds: number;
  /** Whose claim the command names: nobody's, the current one, one by attempt alone, or any earlier one. */
  readonly fence: 'none' | 'current' | 'attempt' | 'earlier' | 'stranger';
}

interface Claim {
  readonly owner: string;
  readonly attempt: number;
}

const someStep: fc.Arbitrary<Step> = fc.record({
  command: fc.oneof(
    { weight: 3, arbitrary: fc.constant('claim' as const) },
    { weight: 4, arbitrary: fc.constantFrom(...FENCED) },
    { weight: 4, arbitrary: fc.constantFrom(...FREE) },
  ),
  waitMs: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 3000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -5000, max: -1 }) },
  ),
  owner: fc.constantFrom(...OWNERS),
  ttlSeconds: fc.integer({ min: 1, max: 4 }),
  fence: fc.constantFrom('none', 'current', 'current', 'attempt', 'earlier', 'stranger'),
});

const someLife: fc.Arbitrary<{ readonly maxAttempts: number | null; readonly steps: readonly Step[] }> = fc.record({
  maxAttempts: fc.option(fc.integer({ min: 1, max: 4 })),
  steps: fc.array(someStep, { minLength: 1, maxLength: 40 }),
});

describe('any sequence of commands', () => {
  it('keeps the invariants, raises rev by one with each change and by nothing else, and keeps what it does not know', () => {
    liveThrough(({ before, outcome, nowMs }) => {
      if (outcome.kind === 'refused') return;
      expect(checkInvariants(outcome.card)).toBeNull();
      expect(outcome.card['colour']).toBe('green');
      expect(outcome.card).toMatchObject({ id: before.id, createdAt: before.createdAt, idempotencyKey: 'key' });
      expect(Object.keys(outcome.card)).toEqual(Object.keys(before));
      const change = { rev: before.rev + 1, updatedAt: toTimestamp(nowMs) };
      expect(outcome.card).toMatchObject(outcome.kind === 'changed' ? change : before);
    });
  });

  it('returns the very same object where nothing changes', () => {
    liveThrough(({ before, outcome }) => {
      expect(outcome.kind !== 'unchanged' || outcome.card === before).toBe(true);
    });
  });

  it('never changes a card that is handed in', () => {
    liveThrough(({ before, spelledBefore }) => {
      expect(JSON.stringify(before)).toBe(spelledBefore);
    });
  });

  it('lets no holder of the past change anything', () => {
    liveThrough(({ before, step, outcome, fence }) => {
      const isStale = namesAnotherClaim(fence, before);
      expect(isStale && isFenced(step.command) && outcome.kind === 'changed').toBe(false);
    });
  });

  it('counts every claim as an attempt and nothing else', () => {
    liveThrough(({ before, outcome }) => {
      if (outcome.kind !== 'changed') return;
      expect(outcome.card.attempts - before.attempts).toBe(outcome.change === 'claimed' ? 1 : 0);
    });
  });

  it('leaves the card in the state the model expects', () => {
    liveThrough(({ before, step, outcome, nowMs, fence }) => {
      const after = outcome.kind === 'refused' ? 'refused' : outcome.card.status;
      expect(after).toBe(expectedState(before, step, nowMs, fence));
    });
  });

  it('renews to the asked time from then, and at most a second more', () => {
    liveThrough(({ step, outcome, nowMs }) => {
      if (outcome.kind !== 'changed' || outcome.change !== 'renewed') return;
      const { claimedAt, claimTtlSeconds } = outcome.card;
      const leftMs = Date.parse(claimedAt ?? '') + (claimTtlSeconds ?? 0) * 1000 - nowMs - step.ttlSeconds * 1000;
      expect(leftMs).toBeGreaterThanOrEqual(0);
      expect(leftMs).toBeLessThan(1000);
    });
  });
});

interface Moment {
  readonly before: Card;
  readonly spelledBefore: string;
  readonly step: Step;
  readonly outcome: Outcome;
  readonly nowMs: number;
  /** The command names a claim that is not the current one. */
  readonly fence: Partial<Claim>;
}

function liveThrough(look: (moment: Moment) => void): void {
  fc.assert(
    fc.property(someLife, ({ maxAttempts, steps }) => {
      let card: Card = {
        ...newCard({ id: 'A4', title: 'A4', idempotencyKey: 'key', maxAttempts }, NOW_MS),
        colour: 'green',
      };
      let nowMs = NOW_MS;
      const claims: Claim[] = [];
      for (const step of steps) {
        nowMs += step.waitMs;
        const fence = fenceOf(step, card, claims);
        const spelledBefore = JSON.stringify(card);
        const outcome = apply(card, step, fence, nowMs);
        look({ before: card, spelledBefore, step, outcome, nowMs, fence });
        if (outcome.kind === 'changed') card = outcome.card;
        if (outcome.kind === 'changed' && outcome.change === 'claimed') {
          claims.push({ owner: step.owner, attempt: card.attempts });
        }
      }
    }),
    { numRuns: 300 },
  );
}

function fenceOf(step: Step, card: Card, claims: readonly Claim[]): Partial<Claim> {
  const last = claims.at(-1) ?? { owner: step.owner, attempt: 1 };
  switch (step.fence) {
    case 'none':
      // There is no renewing without an owner.
      return step.command === 'renew' ? { owner: last.owner } : {};
    case 'current':
      return last;
    case 'attempt':
      return step.command === 'renew' ? last : { attempt: last.attempt };
    case 'earlier':
      return claims.at(-2) ?? { owner: last.owner, attempt: card.attempts + 1 };
    case 'stranger':
      return { owner: 'nobody' };
  }
}

function namesAnotherClaim(fence: Partial<Claim>, card: Card): boolean {
  if (fence.owner === undefined && fence.attempt === undefined) return false;
  if (card.status !== 'claimed') return true;
  return (fence.owner ?? card.claimOwner) !== card.claimOwner || (fence.attempt ?? card.attempts) !== card.attempts;
}

function isFenced(command: Step['command']): boolean {
  return FENCED.some((fenced) => fenced === command);
}

function apply(card: Card, step: Step, fence: Partial<Claim>, nowMs: number): Outcome {
  const { ttlSeconds, owner } = step;
  switch (step.command) {
    case 'claim':
      // As a store does it: what is not free is not offered to the rule.
      return card.status === 'ready' ? claim(card, { owner, ttlSeconds }, nowMs) : { kind: 'unchanged', card };
    case 'renew':
      return renew(card, { owner: fence.owner ?? owner, attempt: fence.attempt, ttlSeconds }, nowMs);
    case 'complete':
      return complete(card, { ...fence, result: ttlSeconds }, nowMs);
    case 'fail':
      return fail(card, { ...fence, reason: 'Red.', retryAfterSeconds: ttlSeconds }, nowMs);
    case 'release':
      return release(card, fence, nowMs);
    case 'expire':
      return expire(card, nowMs);
    case 'reclaim':
      return reclaim(card, nowMs);
    case 'redate':
      return redate(card, nowMs);
    case 'block':
      return block(card, { reason: 'Parked.' }, nowMs);
    case 'unblock':
      return unblock(card, nowMs);
    case 'update':
      return update(card, { priority: ttlSeconds }, nowMs);
    case 'link':
      return link(card, owner, nowMs);
    case 'unlink':
      return unlink(card, owner, nowMs);
  }
}

/** The model: a claim is a lease, an operator may do anything, and worn-out cards end up blocked. */
function expectedState(card: Card, step: Step, nowMs: number, fence: Partial<Claim>): CardStatus | 'refused' {
  const { status } = card;
  const isStaleFence = namesAnotherClaim(fence, card);
  const isEarlierAttempt = fence.attempt !== undefined && fence.attempt !== card.attempts;
  const isWornOut = card.attempts >= (card.maxAttempts ?? Infinity);
  const isOver = status === 'claimed' && Date.parse(card.claimedAt ?? '') + (card.claimTtlSeconds ?? 0) * 1000 <= nowMs;
  const afterFailure = isWornOut ? 'blocked' : 'ready';

  if (step.command === 'complete' && status === 'done') return isEarlierAttempt ? 'refused' : 'done';
  if (isFenced(step.command) && isStaleFence) return 'refused';
  if (step.command === 'claim') return status === 'ready' ? 'claimed' : status;
  if (step.command === 'complete') return 'done';
  if (step.command === 'fail') return afterFailure;
  if (step.command === 'release') return 'ready';
  if (step.command === 'expire') return isOver ? afterFailure : status;
  if (step.command === 'reclaim') return isOver ? afterFailure : status === 'claimed' ? 'ready' : status;
  if (step.command === 'block') return 'blocked';
  if (step.command === 'unblock') return status === 'ready' || status === 'blocked' ? 'ready' : 'refused';
  return status;
}
