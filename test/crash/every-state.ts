/** Every state a power cut can leave of a recorded run, each recovered from and held against the promises. */
import type { Effect } from '../model/effect.ts';
import type { MemoryDisk } from '../model/memory-filesystem.ts';
import { recoverAndVerify } from './recover.ts';
import type { Recording } from './scenario.ts';
import { type Counts, sweep } from './sweep.ts';
import type { Reach } from './survivors.ts';

export const DEEP: boolean = process.env['MOSAIC_CRASH'] === 'deep';
export const seed: number = Number(process.env['MOSAIC_TEST_SEED'] ?? Date.now() % 1_000_000);

/** While it recovers, the power goes again: in one of so many states, with fewer combinations each. */
const AGAIN_IN = DEEP ? 40 : 200;
const AGAIN: Reach = { exhaustUpTo: 16, draws: 2, oneIn: 20 };

export interface AllCounts extends Counts {
  /** States left by a second power cut, amid the recovery from the first. */
  readonly again: number;
}

export function sweepRecording(recording: Recording, byHand: boolean, reach: Reach, random: () => number): AllCounts {
  const { base, effects, effectsOfKilled } = recording;
  const settled = new Set<string>();
  let again = 0;
  const recover = (disk: MemoryDisk, moment: number, cuts: number, onEffect?: (effect: Effect) => void): void => {
    const acknowledgedSeq = acknowledgedAt(recording, moment);
    recoverAndVerify(disk, { ...recording, acknowledgedSeq, cuts, byHand, settled }, onEffect);
  };
  const verify = (disk: MemoryDisk, moment: number): void => {
    if (random() * AGAIN_IN >= 1) {
      recover(disk, moment, 1);
      return;
    }
    const survived = disk.copy();
    const recovery: Effect[] = [];
    recover(disk, moment, 1, (effect) => recovery.push(effect));
    const promiseAt = (): string => '';
    const second = { base: survived, effects: recovery, reach: AGAIN, random, seen: new Set<string>(), promiseAt };
    again += sweep({ ...second, verify: (left) => recover(left, moment, 2) }).states;
  };
  const promiseAt = (moment: number): string => String(acknowledgedAt(recording, moment));
  const counts = sweep({ base, effects, reach, random, from: effectsOfKilled, seen: new Set(), promiseAt, verify });
  return { ...counts, again };
}

function acknowledgedAt({ acknowledged }: Pick<Recording, 'acknowledged'>, moment: number): number {
  return acknowledged.findLast(({ after }) => after <= moment)?.seq ?? 0;
}

export function say({ moments, combinations, states, again }: AllCounts, name: string): void {
  console.log(
    `${name}: ${moments} moments, ${combinations} combinations, ${states} states, ${again} after a second power cut. ` +
      `Repeat it with MOSAIC_TEST_SEED=${seed}.`,
  );
}
