/** The model's second half: what a single card is and becomes. Written from the contract, as `model.ts` is. */
import { isDeepStrictEqual } from 'node:util';
import type { CreateOptions } from '../../../src/backlog/backlog.ts';
import type { Card, Json } from '../../../src/card/card.ts';
import { Refused } from './model-world.ts';

/** Stands where the contract asks for a reason and leaves its words open. */
export const SOME_REASON = '\u0000some reason';

export function isSame(before: Card, after: Card): boolean {
  return isDeepStrictEqual(before, after);
}

export function fresh(fields: CreateOptions, nowMs: number): Card {
  const now = new Date(nowMs).toISOString();
  return {
    id: fields.id,
    title: fields.title,
    body: fields.body ?? null,
    phase: fields.phase ?? null,
    priority: fields.priority ?? 0,
    status: fields.status ?? 'ready',
    dependsOn: fields.dependsOn ?? [],
    claimOwner: null,
    claimTtlSeconds: null,
    claimedAt: null,
    attempts: 0,
    idempotencyKey: fields.idempotencyKey ?? null,
    acceptance: fields.acceptance ?? null,
    createdAt: now,
    updatedAt: now,
    rev: 1,
    labels: fields.labels ?? [],
    maxAttempts: fields.maxAttempts ?? null,
    notBefore: fields.notBefore ?? null,
    statusReason: fields.statusReason ?? null,
    result: null,
  };
}

/** The card with those fields that are given. */
export function withFields(card: Card, fields: Readonly<Record<string, Json | undefined>>): Card {
  const given: Record<string, Json> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) given[name] = value;
  return { ...card, ...given };
}

export function withoutClaim(card: Card): Card {
  return { ...card, claimOwner: null, claimTtlSeconds: null, claimedAt: null };
}

/** @throws Refused CLAIM_LOST unless the named claim is the current one */
export function fenced(card: Card, fence: { readonly owner?: string; readonly attempt?: number }): void {
  const { owner, attempt } = fence;
  if (owner === undefined && attempt === undefined) return;
  const isHeld = card.status === 'claimed';
  const isOwner = owner === undefined || owner === card.claimOwner;
  const isAttempt = attempt === undefined || attempt === card.attempts;
  if (!isHeld || !isOwner || !isAttempt) throw new Refused('CLAIM_LOST');
}

export function endOfClaimMs(card: Card): number | null {
  if (card.status !== 'claimed' || card.claimedAt === null || card.claimTtlSeconds === null) return null;
  return Date.parse(card.claimedAt) + card.claimTtlSeconds * 1000;
}

export function claim(card: Card, owner: string, ttlSeconds: number | undefined, nowMs: number): Card {
  return {
    ...card,
    status: 'claimed',
    claimOwner: owner,
    claimTtlSeconds: ttlSeconds ?? 900,
    claimedAt: new Date(nowMs).toISOString(),
    attempts: card.attempts + 1,
    // Whoever holds it waits no more, and starts afresh.
    notBefore: null,
    statusReason: null,
  };
}

export function renew(card: Card, ttlSeconds: number | undefined, nowMs: number): Card {
  const heldMs = nowMs - Date.parse(card.claimedAt ?? '');
  return { ...card, claimTtlSeconds: Math.ceil(heldMs / 1000) + (ttlSeconds ?? 900) };
}

/** Null for a card whose claim has not run out. */
export function expire(card: Card, nowMs: number): Card | null {
  const endMs = endOfClaimMs(card);
  if (endMs === null || endMs > nowMs) return null;
  return { ...withoutClaim(card), status: isUsedUp(card) ? 'blocked' : 'ready', statusReason: SOME_REASON };
}

export function reclaimed(card: Card, nowMs: number): Card {
  return expire(card, nowMs) ?? { ...withoutClaim(card), status: 'ready' };
}

export function failed(card: Card, reason: string | null, retryAfterSeconds: number | undefined, nowMs: number): Card {
  if (isUsedUp(card)) return { ...withoutClaim(card), status: 'blocked', statusReason: SOME_REASON };
  const notBefore =
    retryAfterSeconds === undefined ? card.notBefore : new Date(nowMs + retryAfterSeconds * 1000).toISOString();
  return { ...withoutClaim(card), status: 'ready', statusReason: reason ?? SOME_REASON, notBefore };
}

function isUsedUp({ attempts, maxAttempts }: Card): boolean {
  return maxAttempts !== null && attempts >= maxAttempts;
}

/** Whether `actual` is what the model says; where that leaves a reason open, any words will do. */
export function fits(expected: unknown, actual: unknown): boolean {
  if (expected === SOME_REASON) return typeof actual === 'string' && actual !== '';
  if (typeof expected !== 'object' || expected === null) return expected === actual;
  if (typeof actual !== 'object' || actual === null || Array.isArray(expected) !== Array.isArray(actual)) return false;
  const given = new Map(Object.entries(actual).filter(([, value]) => value !== undefined));
  const wanted = Object.entries(expected).filter(([, value]) => value !== undefined);
  return (
    wanted.length === given.size && wanted.every(([name, value]) => given.has(name) && fits(value, given.get(name)))
  );
}
