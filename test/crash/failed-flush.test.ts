/**
 * The flush of a file or a folder fails while the store makes a checkpoint, the work goes on, and then the power goes:
 * what was acknowledged is there all the same, though a flush that is tried again tells lies.
 */
import { expect, test } from 'vitest';
import { randomFrom } from '../data/generated.ts';
import { DEEP, say, seed, sweepRecording } from './every-state.ts';
import { record } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import type { Reach } from './survivors.ts';

const REACH: Reach = DEEP ? { exhaustUpTo: 256, draws: 200, oneIn: 1 } : { exhaustUpTo: 8, draws: 1, oneIn: 60 };
const WITH_CHECKPOINTS = /checkpoints/;

test.each(scenarios.filter(({ name }) => WITH_CHECKPOINTS.test(name)))(
  'whatever a power cut leaves after a failed flush amid $name, every promise holds',
  { timeout: 3_600_000 },
  (scenario) => {
    const random = randomFrom(seed);
    const sum = { moments: 0, combinations: 0, states: 0, again: 0 };
    for (let failedFlush = 0; ; failedFlush += 1) {
      const recording = record(scenario, { failedFlush });
      if (recording === null) break;
      try {
        const counts = sweepRecording(recording, false, REACH, random);
        for (const key of ['moments', 'combinations', 'states', 'again'] as const) sum[key] += counts[key];
      } catch (error) {
        throw new Error(`Flush ${failedFlush} failed. ${String(error)}`, { cause: error });
      }
    }
    say(sum, scenario.name);
    expect(sum.states).toBeGreaterThan(1000);
  },
);
