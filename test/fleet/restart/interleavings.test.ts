/**
 * The lock of restarts in every order of events: two and three owners, each stopped at every point, killed, interrupted
 * while it waits, and robbed of the mutex, while time passes or does not. What must never happen says `world.ts`.
 */
import { expect, test } from 'vitest';
import { World, type WorldTerms } from './world.ts';

interface Explored {
  readonly states: number;
  readonly endings: number;
  /** Why locks were taken over, in any of them. */
  readonly reasons: ReadonlySet<string>;
}

/** @throws Error with the choices that led there, when a promise is broken */
async function explore(terms: WorldTerms): Promise<Explored> {
  const visited = new Set<string>();
  const reasons = new Set<string>();
  const stack: (readonly string[])[] = [[]];
  let endings = 0;
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    const world = new World(terms);
    const made: string[] = [];
    try {
      for (const choice of path) await world.make(choice);
      made.push(...path);
      // On from here along the first choice; the others are for later.
      for (;;) {
        const key = world.key();
        for (const why of world.takeovers()) reasons.add(why);
        if (visited.has(key)) break;
        visited.add(key);
        const [first, ...others] = world.choices();
        if (first === undefined) {
          await world.finish();
          endings += 1;
          break;
        }
        for (const other of others) stack.push([...made, other]);
        made.push(first);
        await world.make(first);
      }
    } catch (error) {
      throw new Error(`${String(error)}\n${made.join(', ')}`, { cause: error });
    }
  }
  return { states: visited.size, endings, reasons };
}

const NO_MISHAP = { kill: 0, abort: 0, 'lose-mutex': 0 };
const TWO = { owners: 2, steps: 2, refresh: 'in-steps' } as const;
const ONE_STEP = { steps: 1, refresh: 'between-steps' } as const;

test.each<readonly [string, WorldTerms, readonly string[]]>([
  ['two that are slow', { ...TWO, steps: 3, budget: NO_MISHAP }, ['stale', 'waited']],
  ['two, one killed', { ...TWO, budget: { ...NO_MISHAP, kill: 1 } }, ['dead', 'stale', 'waited']],
  ['two, one interrupted while it waits', { ...TWO, budget: { ...NO_MISHAP, abort: 1 } }, ['stale', 'waited']],
  ['two, the mutex lost', { ...TWO, steps: 1, budget: { ...NO_MISHAP, 'lose-mutex': 1 } }, ['stale', 'waited']],
  [
    'two, everything at once',
    { ...ONE_STEP, owners: 2, budget: { kill: 1, abort: 1, 'lose-mutex': 1 } },
    ['dead', 'stale', 'waited'],
  ],
  ['three that are slow', { ...ONE_STEP, owners: 3, budget: NO_MISHAP }, ['stale', 'waited']],
])('%s', async (_, terms, expected) => {
  const { states, endings, reasons } = await explore(terms);
  expect(states).toBeGreaterThan(2000);
  expect(endings).toBeGreaterThan(0);
  expect([...reasons].sort()).toEqual(expected);
});
