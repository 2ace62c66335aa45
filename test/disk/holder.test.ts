/** What may be concluded about whoever holds a lock. */
import { describe, expect, it } from 'vitest';
import { judgeHolder } from '../../src/disk/holder.ts';

const TIMES = { staleMs: 60_000, graceMs: 1000 };

describe('a holder', () => {
  it('that is proven dead is dead at once, however young its lock', () => {
    expect(judgeHolder({ liveness: 'dead', lockAgeMs: 0, observedMs: 0 }, TIMES)).toBe('dead');
  });

  it('that may be alive is waited for until its lock is stale', () => {
    for (const liveness of ['alive', 'unknown'] as const) {
      expect(judgeHolder({ liveness, lockAgeMs: 59_999, observedMs: 59_999 }, TIMES)).toBe('alive');
      expect(judgeHolder({ liveness, lockAgeMs: 60_000, observedMs: 1000 }, TIMES)).toBe('stale');
    }
  });

  it('is given a moment after a suspended machine resumes, when every lock looks old', () => {
    expect(judgeHolder({ liveness: 'alive', lockAgeMs: 86_400_000, observedMs: 0 }, TIMES)).toBe('alive');
    expect(judgeHolder({ liveness: 'alive', lockAgeMs: 86_400_000, observedMs: 999 }, TIMES)).toBe('alive');
  });

  it('whose lock is dated in the future, because a clock was set back, becomes stale by the watch of who waits', () => {
    expect(judgeHolder({ liveness: 'unknown', lockAgeMs: -86_400_000, observedMs: 59_999 }, TIMES)).toBe('alive');
    expect(judgeHolder({ liveness: 'unknown', lockAgeMs: -86_400_000, observedMs: 60_000 }, TIMES)).toBe('stale');
  });
});
