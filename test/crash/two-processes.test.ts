/**
 * Two processes whose calls come between each other's at every place, and a power cut at any moment after that: one waits
 * for the other, takes over from it when it was killed, or takes it for dead when it was only slow.
 * `MOSAIC_CRASH=deep` goes through millions of states.
 */
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../data/generated.ts';
import { afterPowerCut, copyOf, newWorld, type Round, run, type World, writer } from '../model/crew.ts';
import type { Effect } from '../model/effect.ts';
import { verify } from '../model/verify.ts';
import { DEEP, say, seed } from './every-state.ts';
import { type Reach } from './survivors.ts';
import { sweep } from './sweep.ts';

const REACH: Reach = DEEP ? { exhaustUpTo: 128, draws: 60, oneIn: 2 } : { exhaustUpTo: 4, draws: 1, oneIn: 60 };
/** Of the moments after the second one came in, which it does at each of the first one's calls. */
const MOMENTS_ONE_IN = DEEP ? 1 : 6;

const [SLOW, QUICK, LAST] = [2, 3, 4];
const MAX_TURNS = 10;
const MAX_CALLS = 10_000;

const round = (operation: Round['operation'], id: string, token: string, checkpoint: Round['checkpoint']): Round => ({
  operation,
  id,
  token,
  checkpoint,
});
const plans: readonly { readonly slow: readonly Round[]; readonly quick: readonly Round[] }[] = [
  { slow: [round('add', 'a', 's1', 'when-due')], quick: [round('add', 'a', 'q1', 'now')] },
  {
    slow: [round('complete', 'a', 's1', 'when-due'), round('archive', 'a', 's2', 'now')],
    quick: [round('add', 'b', 'q1', 'when-due'), round('reopen', 'a', 'q2', 'when-due')],
  },
];

describe.each(['that waits for the other', 'that takes over from the dead', 'that takes the other for dead'] as const)(
  'a power cut amid two processes, one %s',
  (manner) => {
    test.each(plans)('$slow.0.operation and $quick.0.operation', { timeout: 3_600_000 }, ({ slow, quick }) => {
      const random = randomFrom(seed);
      const sum = { moments: 0, combinations: 0, states: 0, again: 0 };
      const seen = new Set<string>();
      const base = newWorld();
      for (let call = 1; ; call += 1) {
        const effects: Effect[] = [];
        const world = copyOf(base, () => effects.length);
        world.disk.tellEffects((effect) => effects.push(effect));
        const first = writer(world, SLOW, 'patient', slow);
        const second = writer(
          world,
          QUICK,
          manner === 'that takes the other for dead' ? 'impatient' : 'patient',
          quick,
        );
        if (run(world, first, call)) break;
        const from = effects.length;
        if (manner === 'that takes over from the dead') {
          world.dead.add(SLOW);
          run(world, second);
        } else {
          alternate(
            world,
            () => run(world, second, MAX_CALLS),
            () => run(world, first, MAX_CALLS),
          );
        }
        const counts = sweep({
          base: base.disk,
          effects,
          reach: REACH,
          random,
          seen,
          from,
          momentsOneIn: MOMENTS_ONE_IN,
          promiseAt: (moment) => promiseAt(world, moment),
          verify: (survived, moment) => verify(afterPowerCut(world, survived, moment), LAST),
        });
        for (const key of ['moments', 'combinations', 'states'] as const) sum[key] += counts[key];
      }
      say(sum, `one ${manner}`);
      expect(sum.states).toBeGreaterThan(500);
    });
  },
);

/** Each goes on until it waits for the other, or is at its end. */
function alternate(world: World, ...turns: readonly (() => boolean)[]): void {
  const over = turns.map(() => false);
  for (let turn = 0; turn < MAX_TURNS && over.includes(false); turn += 1) {
    const index = turn % turns.length;
    if (over[index] === false) over[index] = turns[index]?.() ?? true;
  }
  if (over.includes(false)) throw new Error(`They wait for each other: ${world.calls.slice(-10).join('\n')}`);
}

function promiseAt(world: World, moment: number): string {
  return world.begun
    .map(({ round: { token }, begunAt, toldAt, fate }) =>
      begunAt > moment ? '' : `${token} ${toldAt <= moment ? JSON.stringify(fate) : '?'}`,
    )
    .join();
}
