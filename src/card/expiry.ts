/**
 * When a claim ends. Expiry is a fact of the wall clock, and wall clocks jump: a claim dated in the future counts as
 * taken now. Such a claim would count as taken now for ever, so whoever sweeps expired claims also dates it back
 * (`redate` in life.ts), from where on it runs out like any other.
 */
import type { Card } from './card.ts';
import { toMs } from './time.ts';

export interface ClaimSpan {
  readonly claimedAtMs: number;
  readonly claimTtlSeconds: number;
}

export function expiresAtMs(claim: ClaimSpan, nowMs: number): number {
  return takenAtMs(claim.claimedAtMs, nowMs) + claim.claimTtlSeconds * 1000;
}

/** The moment the claim was taken; now, where that lies in the future or cannot be read. */
export function takenAtMs(claimedAtMs: number, nowMs: number): number {
  return claimedAtMs <= nowMs ? claimedAtMs : nowMs;
}

/** When the card's claim ends; null when there is none on it. */
export function claimEndMs(card: Card, nowMs: number): number | null {
  if (card.claimedAt === null) return null;
  return expiresAtMs({ claimedAtMs: toMs(card.claimedAt), claimTtlSeconds: card.claimTtlSeconds ?? 0 }, nowMs);
}

/** When the card's claim has ended; null when there is none, or it still holds. It is over in the very millisecond. */
export function expiredAtMs(card: Card, nowMs: number): number | null {
  const endMs = claimEndMs(card, nowMs);
  return endMs !== null && endMs <= nowMs ? endMs : null;
}

export function isExpired(card: Card, nowMs: number): boolean {
  return expiredAtMs(card, nowMs) !== null;
}
