/**
 * A rehearsal changes nothing, so nothing else would notice that its lock was lost in the middle: what it has read before
 * and what it has read after must not become one answer.
 */
import { expect, test } from 'vitest';
import { MosaicError } from '../../src/errors.ts';
import { CARDS, copyOf, newWorld, type Round, run, type Runner, storeOf, type World, writer } from './crew.ts';
import { BEGINNING } from './stepper.ts';

const LATE = 2;
const QUICK = 3;
/** The priorities of the two cards as they were, one after the other: the quick one adds to the first, then the second. */
const STATES = ['0 0', '1 0', '1 1'];

test(
  'whoever rehearses and is taken over meanwhile answers with a state that there was, or not at all',
  { timeout: 300_000 },
  () => {
    const start = newWorld();
    const answers = new Map<string, number>();
    let ways = 0;
    for (let stop = 1; ; stop += 1) {
      const world = copyOf(start);
      const late = rehearser(world, (answer) => answers.set(answer, (answers.get(answer) ?? 0) + 1));
      if (run(world, late, stop)) break;
      expect(run(world, writer(world, QUICK, 'impatient', CARDS.map(addTo)))).toBe(true);
      expect(run(world, late)).toBe(true);
      ways += 1;
      for (const answer of answers.keys())
        expect([...STATES, 'LOCK_LOST'], `stopped after ${stop} calls`).toContain(answer);
    }
    expect(ways).toBeGreaterThan(30);
    expect(answers.get('LOCK_LOST')).toBeGreaterThan(0);
    expect(answers.get('1 1')).toBeGreaterThan(0);
  },
);

function addTo(id: string): Round {
  return { operation: 'add', id, token: id, checkpoint: 'when-due' };
}

function rehearser(world: World, answered: (answer: string) => void): Runner {
  return {
    process: LATE,
    trace: BEGINNING,
    code: (outside) => {
      const store = storeOf(world, outside, LATE, 'patient');
      const answer = (): string => {
        for (;;) {
          try {
            const attempt = store.tryChange((transaction) => {
              const seen = CARDS.map((id) => transaction.card(id)?.priority ?? null);
              transaction.rollBack();
              return seen.join(' ');
            });
            if (attempt.kind === 'done') return attempt.value;
          } catch (error) {
            if (error instanceof MosaicError) return error.code;
            throw error;
          }
        }
      };
      const said = answer();
      outside.tell(() => answered(said));
      store.close();
    },
  };
}
