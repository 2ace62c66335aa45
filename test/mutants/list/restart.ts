/** Bugs in whose turn it is to restart. */
import type { Mutant } from '../mutant.ts';

const LOCK = 'src/fleet/restart/restart-lock.ts';
const RULES = 'src/fleet/restart/restart-lock-rules.ts';
const ORDERS = ['test/fleet/restart/interleavings.test.ts'];

export const RESTART_MUTANTS: readonly Mutant[] = [
  {
    name: 'restart-released-by-anybody',
    breaks: 'A restart that has lost its lock takes away that of the newer one in the end.',
    edits: [
      {
        file: LOCK,
        from: '      if (owner?.token === this.token) {\n        wasOurs = true;',
        to: '      if (owner !== null) {\n        wasOurs = true;',
      },
    ],
    tests: ORDERS,
  },
  {
    name: 'restart-step-without-a-look',
    breaks: 'A restart goes on to its next step without asking whether the lock is still its own.',
    edits: [{ file: LOCK, from: 'if (!(await this.#refresh())) throw', to: 'if (this.#lost.signal.aborted) throw' }],
    tests: ORDERS,
  },
  {
    name: 'restart-interrupted-with-the-lock',
    breaks: 'A restart that is interrupted after it has put its lock there leaves it behind.',
    edits: [{ file: LOCK, from: '    await lock.release();\n    return null;', to: '    return null;' }],
    tests: ORDERS,
  },
  {
    name: 'restart-silent-in-a-step',
    breaks: 'A restart in the middle of a long step does not say that it makes progress.',
    edits: [{ file: LOCK, from: 'if (over.aborted) return;', to: 'return;' }],
    tests: ['test/fleet/restart/concurrent.test.ts'],
  },
  {
    name: 'restart-impatient-with-everybody',
    breaks: 'Whoever has waited for one restart does not wait for the next one.',
    edits: [{ file: RULES, from: 'before?.token === token && before.text !== null', to: 'before !== null' }],
    tests: ['test/fleet/restart/rules.test.ts'],
  },
  {
    name: 'restart-beside-the-one-before',
    breaks: 'Whoever has lost patience begins while the restart before it does not know yet that it has lost.',
    edits: [{ file: LOCK, from: "if (seen.why === 'waited') await", to: "if (seen.why === 'dead') await" }],
    tests: ['test/fleet/restart/takeover.test.ts'],
  },
];
