/**
 * How long a card waits after a failed attempt: twice as long after each, half of it by chance, so that cards that failed
 * together do not come back together ("equal jitter": Marc Brooker, "Exponential Backoff And Jitter"). Pure.
 */

const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 3600;

/** @param attempt the one that failed, from 1 @param chance from 0 to 1 @returns whole seconds */
export function retryAfterSeconds(attempt: number, chance: number): number {
  const full = Math.min(FIRST_SECONDS * 2 ** (attempt - 1), LONGEST_SECONDS);
  return Math.round(full * (0.5 + chance / 2));
}
