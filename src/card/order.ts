/**
 * The order in which cards are claimed and listed, the same in every store: priority descending, then the time of
 * creation, then the id. It never depends on the clock alone, so that it is total even when many cards share a moment.
 */
import { compareCodePoints } from './unicode.ts';

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
