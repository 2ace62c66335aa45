/** When a card comes back, and when a worker holds back. */
import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from '../../src/fleet/work/back-off.ts';
import { after, CLOSED, type Circuit, isOpen } from '../../src/fleet/work/circuit.ts';

describe('a card that has failed', () => {
  it('waits twice as long after each attempt, up to an hour, and half of it by chance', () => {
    expect([1, 2, 3, 4].map((attempt) => retryAfterSeconds(attempt, 1))).toEqual([10, 20, 40, 80]);
    expect([1, 2, 3, 4].map((attempt) => retryAfterSeconds(attempt, 0))).toEqual([5, 10, 20, 40]);
    expect(retryAfterSeconds(50, 1)).toBe(3600);
    expect(retryAfterSeconds(5000, 0)).toBe(1800);
  });
});

describe('a command that fails at once, again and again', () => {
  const quick = { hasFailed: true, tookMs: 10 };
  const failures = (count: number, nowMs: number): Circuit =>
    Array.from({ length: count }).reduce<Circuit>((circuit) => after(circuit, quick, nowMs), CLOSED);

  it('slows down, and then stops for ten minutes', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8].map((count) => failures(count, 1000).notBeforeMs - 1000);
    expect(pauses).toEqual([0, 0, 1000, 2000, 4000, 8000, 16_000, 600_000]);
    expect([7, 8].map((count) => isOpen(failures(count, 0)))).toEqual([false, true]);
  });

  it('is tried once after the quiet time, and stops again when that fails, too', () => {
    const open = failures(8, 0);
    const again = after(open, quick, 600_001);
    expect(isOpen(again)).toBe(true);
    expect(again.notBeforeMs).toBe(1_200_001);
  });

  it.each([
    ['succeeds', { hasFailed: false, tookMs: 10 }],
    ['works for a while before it fails', { hasFailed: true, tookMs: 5000 }],
  ])('is forgiven as soon as it %s', (_, tried) => {
    expect(after(failures(8, 0), tried, 700_000)).toEqual(CLOSED);
  });
});
