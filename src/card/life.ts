/**
 * The life of a card: ready, claimed, blocked, done, and what each command makes of each (docs/life-of-a-card.md).
 * Each rule takes the card, the command and the time, and answers with the card after it or a refusal. Stores apply
 * the answer and never decide.
 *
 * The fence: where a command names an owner or an attempt, it is refused unless that very claim is still the current
 * one. Without either it is an operator's override and applies to any status.
 */
import { DEFAULT_CLAIM_TTL_SECONDS, type Card, type Json } from './card.ts';
import { expiredAtMs, takenAtMs } from './expiry.ts';
import { changed, refused, unchanged, type Applied, type Outcome, type Refusal } from './outcome.ts';
import { toMs, toTimestamp } from './time.ts';

export interface Fence {
  readonly owner?: string | undefined;
  /** The value of `attempts` that the claim returned. */
  readonly attempt?: number | undefined;
}

export interface ClaimTerms {
  readonly owner: string;
  readonly ttlSeconds?: number | undefined;
}

export interface RenewTerms extends Fence {
  readonly owner: string;
  readonly ttlSeconds?: number | undefined;
}

export interface Completion extends Fence {
  readonly result?: Json | undefined;
}

export interface Failure extends Fence {
  readonly reason?: string | null | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

const NO_CLAIM = { claimOwner: null, claimTtlSeconds: null, claimedAt: null } as const;

/** The caller has found the card claimable (claimable.ts) in the same critical section. */
export function claim(card: Card, { owner, ttlSeconds }: ClaimTerms, nowMs: number): Outcome {
  // Two holders of one card is the one thing that must never happen: a caller who is wrong is stopped here.
  if (card.status !== 'ready') {
    throw new Error(`Card "${card.id}" is ${card.status}; only a ready card can be claimed.`);
  }

  const fields = {
    status: 'claimed',
    claimOwner: owner,
    claimTtlSeconds: ttlSeconds ?? DEFAULT_CLAIM_TTL_SECONDS,
    claimedAt: toTimestamp(nowMs),
    attempts: card.attempts + 1,
    notBefore: null,
    statusReason: null,
  } as const;
  return changed(card, 'claimed', fields, nowMs);
}

/**
 * The claim ends `ttlSeconds` from now, or up to a second later, because it is kept as whole seconds after
 * `claimedAt`. A claim that has expired but that nobody took is still the current one.
 */
export function renew(card: Card, terms: RenewTerms, nowMs: number): Outcome {
  const lost = lostClaim(card, terms);
  if (lost !== null) return refused(lost);

  const ttlSeconds = terms.ttlSeconds ?? DEFAULT_CLAIM_TTL_SECONDS;
  const takenMs = takenAtMs(card.claimedAt === null ? nowMs : toMs(card.claimedAt), nowMs);
  const fields = {
    claimedAt: toTimestamp(takenMs),
    claimTtlSeconds: Math.ceil((nowMs - takenMs) / 1000) + ttlSeconds,
  };
  return changed(card, 'renewed', fields, nowMs);
}

export function release(card: Card, fence: Fence, nowMs: number): Outcome {
  const lost = lostClaim(card, fence);
  if (lost !== null) return refused(lost);
  if (card.status === 'ready') return unchanged(card);
  return changed(card, 'released', { ...NO_CLAIM, status: 'ready', statusReason: null }, nowMs);
}

/**
 * A done card stays as it is: a worker that repeats itself after a lost answer is not wrong. One whose attempt was
 * followed by another is, for it was not its work that finished the card.
 */
export function complete(card: Card, completion: Completion, nowMs: number): Outcome {
  const isLastAttempt = completion.attempt === undefined || completion.attempt === card.attempts;
  if (card.status === 'done' && isLastAttempt) return unchanged(card);
  const lost = lostClaim(card, completion);
  if (lost !== null) return refused(lost);

  const fields = { ...NO_CLAIM, status: 'done', statusReason: null, result: completion.result ?? null } as const;
  return changed(card, 'completed', fields, nowMs);
}

export function fail(card: Card, failure: Failure, nowMs: number): Outcome {
  const lost = lostClaim(card, failure);
  if (lost !== null) return refused(lost);

  const reason = failure.reason ?? null;
  if (hasUsedUpAttempts(card)) {
    const statusReason = reason === null ? `${attemptsUsedUp(card)}.` : `${attemptsUsedUp(card)}: ${reason}`;
    return changed(card, 'failed', { ...NO_CLAIM, status: 'blocked', statusReason }, nowMs);
  }
  const notBefore =
    failure.retryAfterSeconds === undefined ? card.notBefore : toTimestamp(nowMs + failure.retryAfterSeconds * 1000);
  const fields = {
    ...NO_CLAIM,
    status: 'ready',
    statusReason: reason ?? 'The last attempt failed; no reason was given.',
    notBefore,
  } as const;
  return changed(card, 'failed', fields, nowMs);
}

/** Takes back a claim that has run out; anything else is left alone. */
export function expire(card: Card, nowMs: number): Applied {
  const endMs = expiredAtMs(card, nowMs);
  return endMs === null ? unchanged(card) : changed(card, 'expired', afterExpiry(card, endMs), nowMs);
}

/** An operator takes one claim away, run out or not. One that has run out counts as it would have by itself. */
export function reclaim(card: Card, nowMs: number): Applied {
  if (card.status !== 'claimed') return unchanged(card);
  const endMs = expiredAtMs(card, nowMs);
  const fields = endMs === null ? { ...NO_CLAIM, status: 'ready' as const } : afterExpiry(card, endMs);
  return changed(card, 'reclaimed', fields, nowMs);
}

/**
 * A claim dated in the future counts as taken now (expiry.ts), and this makes it so. Without it a clock that once ran
 * days ahead would keep the card for days. Owner and attempt stay, so the worker's fence still holds.
 */
export function redate(card: Card, nowMs: number): Applied {
  if (card.claimedAt === null || toMs(card.claimedAt) <= nowMs) return unchanged(card);
  return changed(card, 'updated', { claimedAt: toTimestamp(nowMs) }, nowMs);
}

/** A blocked card keeps its reason unless another one is given. */
export function block(card: Card, { reason }: { readonly reason?: string | null | undefined }, nowMs: number): Applied {
  const isSame = reason === undefined || reason === card.statusReason;
  if (card.status === 'blocked' && isSame) return unchanged(card);
  return changed(card, 'blocked', { ...NO_CLAIM, status: 'blocked', statusReason: reason ?? null }, nowMs);
}

export function unblock(card: Card, nowMs: number): Outcome {
  if (card.status === 'ready') return unchanged(card);
  if (card.status !== 'blocked') return refused({ code: 'CARD_NOT_BLOCKED', id: card.id, status: card.status });
  return changed(card, 'unblocked', { status: 'ready', statusReason: null }, nowMs);
}

function lostClaim(card: Card, { owner, attempt }: Fence): Refusal | null {
  if (owner === undefined && attempt === undefined) return null;
  const isCurrent =
    card.status === 'claimed' &&
    (owner === undefined || owner === card.claimOwner) &&
    (attempt === undefined || attempt === card.attempts);
  if (isCurrent) return null;
  return {
    code: 'CLAIM_LOST',
    id: card.id,
    expectedOwner: owner ?? null,
    expectedAttempt: attempt ?? null,
    status: card.status,
    owner: card.claimOwner,
    attempts: card.attempts,
  };
}

function afterExpiry(card: Card, endMs: number): Partial<Card> {
  const what = `the claim of ${card.claimOwner} expired at ${toTimestamp(endMs)}`;
  if (hasUsedUpAttempts(card)) {
    return { ...NO_CLAIM, status: 'blocked', statusReason: `${attemptsUsedUp(card)}: ${what}.` };
  }
  return { ...NO_CLAIM, status: 'ready', statusReason: `T${what.slice(1)}.` };
}

function hasUsedUpAttempts(card: Card): boolean {
  return card.maxAttempts !== null && card.attempts >= card.maxAttempts;
}

/** How the reason of a card begins that came to the end of its attempts; what the last one died of follows. */
function attemptsUsedUp({ maxAttempts }: Card): string {
  return maxAttempts === 1
    ? 'The only attempt allowed is used up'
    : `All ${String(maxAttempts)} attempts allowed are used up`;
}
