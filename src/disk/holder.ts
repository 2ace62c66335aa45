/** Who holds a lock, and what the others may conclude about them. Pure. */

/** `dead` is proven. `stale` is a guess by age, made safe by the fence and the seal. */
export type Verdict = 'alive' | 'dead' | 'stale';

export interface HolderEvidence {
  readonly liveness: 'alive' | 'dead' | 'unknown';
  /** Wall clock: now minus the lock's time of last modification. Negative when a clock was set back. */
  readonly lockAgeMs: number;
  /** Monotonic clock: how long the observer itself has seen this very generation held. */
  readonly observedMs: number;
}

export interface StaleTimes {
  /** From this age on a holder that cannot be proven dead may be taken over. */
  readonly staleMs: number;
  /**
   * However old the lock looks, watch it this long first: after a suspended laptop resumes, every lock is old at once
   * and its live holder needs no more than a moment to finish.
   */
  readonly graceMs: number;
}

export function judgeHolder(evidence: HolderEvidence, times: StaleTimes): Verdict {
  if (evidence.liveness === 'dead') return 'dead';
  const oldByItsDate = evidence.lockAgeMs >= times.staleMs && evidence.observedMs >= times.graceMs;
  // A lock dated in the future (the clock was set back) still ages by our own watch.
  const oldByOurWatch = evidence.observedMs >= times.staleMs;
  return oldByItsDate || oldByOurWatch ? 'stale' : 'alive';
}
