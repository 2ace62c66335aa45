/**
 * Every state a power cut can leave, at every moment of every operation: what was acknowledged is there, nothing is torn,
 * nothing is there by half, and a second recovery changes nothing. `MOSAIC_CRASH=deep` goes through millions.
 */
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../data/generated.ts';
import { DEEP, say, seed, sweepRecording } from './every-state.ts';
import { record } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import type { Reach } from './survivors.ts';

const REACH: Reach = DEEP ? { exhaustUpTo: 4096, draws: 2000, oneIn: 1 } : { exhaustUpTo: 256, draws: 16, oneIn: 6 };

describe('whatever a power cut leaves, every promise holds', () => {
  test.each(scenarios)('$name', { timeout: 3_600_000 }, (scenario) => {
    const recording = record(scenario);
    if (recording === null) throw new Error('Nobody was killed, and yet there is nothing.');
    const counts = sweepRecording(recording, scenario.byHand ?? false, REACH, randomFrom(seed));
    say(counts, scenario.name);
    expect(counts.states).toBeGreaterThan(1000);
  });
});
