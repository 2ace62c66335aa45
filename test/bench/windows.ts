/** Claim and complete, as many as go: crews of workers take turns, one window each. */
import type { Bench, Sizes } from './bench.ts';
import { type Command, Companion } from './child.ts';
import { compared, type Figure, type Goal, type Measured, measured } from './figures.ts';

/** One worker's part in each window, in pairs a second. */
type Shares = readonly number[];

export interface Side {
  readonly name: string;
  /** What starts one more worker on the same store. */
  readonly worker: Command;
}

export interface Windows {
  readonly name: string;
  /** By window, what each worker did. */
  readonly shares: readonly Shares[];
}

/** One worker alone has settled by then: V8 has compiled, and the system has begun to write out what it is given. */
const LEAST_TO_WARM_UP = 5;
/** Of more workers than that, each has been long enough at it all the same. */
const MOST_TO_WARM_UP = 9;

/** What V8 compiles as it goes, each worker compiles for itself, and all of them on the same two processors. */
function warmUpWindows(workers: number): number {
  return Math.min(Math.max(1 + workers, LEAST_TO_WARM_UP), MOST_TO_WARM_UP);
}

/** So many windows does each side have, with those for warming up. */
export function windowCount(sizes: Sizes, workers: number): number {
  return warmUpWindows(workers) + sizes.windows;
}

/**
 * Each side works for one window, then the next one does; the workers of all sides are there all the time. Those
 * for warming up come first, and are not counted.
 */
export async function windows({ sizes }: Bench, workers: number, sides: readonly Side[]): Promise<readonly Windows[]> {
  const crews = sides.map(({ worker }) => Array.from({ length: workers }, () => new Companion(worker)));
  try {
    for (const member of crews.flat()) await member.hears();
    const shares = sides.map((): Shares[] => []);
    for (let window = 0; window < windowCount(sizes, workers); window += 1) {
      for (const [index, crew] of crews.entries()) {
        for (const member of crew) member.tell(String(sizes.windowMs));
        const pairs = await Promise.all(crew.map((member) => member.hears()));
        if (window >= warmUpWindows(workers))
          shares[index]?.push(pairs.map((count) => (Number(count) * 1000) / sizes.windowMs));
      }
    }
    return sides.map(({ name }, index) => ({ name, shares: shares[index] ?? [] }));
  } finally {
    await Promise.all(crews.flat().map((member) => member.end()));
  }
}

function total({ name, shares }: Windows): Measured {
  const sums = shares.map((window) => window.reduce((sum, share) => sum + share, 0));
  return measured(name, 'pairs/s', sums);
}

export function besides(row: string, [mine, peer]: readonly (Windows | undefined)[], goal: Goal): Figure {
  if (mine === undefined || peer === undefined) throw new Error(`${row}: one side is missing.`);
  return compared(row, total(mine), total(peer), goal);
}

/** The median of the windows: who starved in one of them shows. */
export function fairness(row: string, [mine, peer]: readonly Windows[], goal: Goal): Figure {
  if (mine === undefined || peer === undefined) throw new Error(`${row}: one side is missing.`);
  const ratio = ({ name, shares }: Windows): Measured =>
    measured(
      name,
      'ratio',
      shares.map((window) => Math.min(...window) / Math.max(...window)),
    );
  return { row, ours: ratio(mine), peer: ratio(peer), value: ratio(mine).median, goal };
}

export function atLeast(goal: number, bar: number | null): Goal {
  return { sense: 'at least', goal, bar };
}
