/**
 * A process is killed at any of its calls, another one takes over and goes on, and then the power goes: what the first one
 * had begun, and had not made safe, must not be what the second one builds on. `MOSAIC_CRASH=deep` goes through millions.
 */
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../data/generated.ts';
import { DEEP, say, seed, sweepRecording } from './every-state.ts';
import { record } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import type { Reach } from './survivors.ts';

/** Of the calls at which the first process is killed, one in so many. */
const KILLED_EVERY = DEEP ? 1 : 48;
const REACH: Reach = DEEP ? { exhaustUpTo: 256, draws: 100, oneIn: 4 } : { exhaustUpTo: 8, draws: 2, oneIn: 40 };

describe('whatever a power cut leaves after a process was killed and another went on, every promise holds', () => {
  test.each(scenarios)('$name', { timeout: 3_600_000 }, (scenario) => {
    const random = randomFrom(seed);
    const sum = { moments: 0, combinations: 0, states: 0, again: 0 };
    for (let call = 0; ; call += 1 + Math.floor(random() * 2 * (KILLED_EVERY - 1))) {
      const recording = record(scenario, { lastCall: call });
      if (recording === null) break;
      try {
        const counts = sweepRecording(recording, scenario.byHand ?? false, REACH, random);
        for (const key of ['moments', 'combinations', 'states', 'again'] as const) sum[key] += counts[key];
      } catch (error) {
        throw new Error(`Killed before call ${call}. ${String(error)}`, { cause: error });
      }
    }
    say(sum, scenario.name);
    expect(sum.states).toBeGreaterThan(100);
  });
});
