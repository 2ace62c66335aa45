/**
 * A card's status in a byte, whether it is archived, and the moment it waits for.
 */
import type { Summary } from './summary.ts';

const STATUSES = ['ready', 'claimed', 'blocked', 'done', 'damaged'] as const;

/** An index into STATUSES plus one, with ARCHIVED set where it is. */
export type CardState = number;

/** The id is named as a dependency, and there is no such card. */
export const MISSING: CardState = 0;
export const READY: CardState = 1;
export const CLAIMED: CardState = 2;
const DONE: CardState = 4;
const ARCHIVED = 8;

export function stateOf(status: Summary['status'], place: 'live' | 'archived'): CardState {
  return STATUSES.indexOf(status) + 1 + (place === 'archived' ? ARCHIVED : 0);
}

/** Null for an id that is no card. */
export function statusOf(state: CardState): Summary['status'] | null {
  return STATUSES[(state & ~ARCHIVED) - 1] ?? null;
}

/** Done, and so good enough for the cards that depend on it, archived or not. */
export function isDone(state: CardState): boolean {
  return (state & ~ARCHIVED) === DONE;
}

export function isOpen(state: CardState): boolean {
  return state !== MISSING && state < ARCHIVED && state !== DONE;
}

/**
 * Of a ready card its `notBefore`, of a claimed one the moment from which its claim counts as expired, else NaN.
 *
 * A `claimedAt` in the future counts as now, so until it has come the claim always seems to have its whole time before
 * it. That makes the moment at which it is over the same fixed one as for any other claim.
 */
export function momentOf(summary: Summary): number {
  if (summary.status === 'ready') return summary.notBeforeMs ?? NaN;
  if (summary.status !== 'claimed' || summary.claimedAtMs === null || summary.claimTtlSeconds === null) return NaN;
  if (summary.claimTtlSeconds <= 0) return -Infinity;
  return summary.claimedAtMs + summary.claimTtlSeconds * 1000;
}
