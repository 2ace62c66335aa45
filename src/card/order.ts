/**
 * The order in which cards are claimed and listed, the same in every store: priority descending, then the time of
 * creation, then the id. It never depends on the clock alone, so that it is total even when many cards share a moment.
 */

import type { Card } from './card.ts';
import { toMs } from './time.ts';

export interface ClaimOrderKey {
  readonly priority: number;
  /** Never `NaN`: a card whose `createdAt` cannot be read is damaged and has no place in the order. */
  readonly createdAtMs: number;
  readonly id: string;
}

/** Negative when `a` comes first; zero only for the same id, priority and time. */
export function compareClaimOrder(a: ClaimOrderKey, b: ClaimOrderKey): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (a.createdAtMs !== b.createdAtMs) return a.createdAtMs - b.createdAtMs;
  return compareCodePoints(a.id, b.id);
}

/** The same for whole cards. */
export function compareCards(a: Card, b: Card): number {
  return compareClaimOrder({ ...a, createdAtMs: toMs(a.createdAt) }, { ...b, createdAtMs: toMs(b.createdAt) });
}

/**
 * Negative, zero or positive: the order of the code points, which is also that of the bytes in UTF-8 and that of
 * Postgres with `COLLATE "C"`.
 */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    if (unitA !== unitB) return rankOf(unitA) - rankOf(unitB);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, but as numbers they lie below U+E000 to U+FFFF: swap the two. */
function rankOf(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  if (unit >= 0xd800) return unit + 0x2000;
  return unit;
}
