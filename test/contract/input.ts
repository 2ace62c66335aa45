/** The border: what an operation is given is checked before anything is done, and the sentence names what is wrong. */
import { describe, expect } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { contents, given } from './given.ts';
import { call, refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

/** For each operation, options that are right, and for each option values that are wrong. */
const OPERATIONS: readonly {
  readonly operation: keyof Backlog;
  readonly right: Readonly<Record<string, unknown>>;
  readonly wrong?: Readonly<Record<string, readonly unknown[]>>;
}[] = [
  {
    operation: 'create',
    right: { id: 'B', title: 'B' },
    wrong: {
      id: [undefined, null, 7, ''],
      title: [undefined, null, 7, '', ' \n\t'],
      body: [7, {}, 'a zero byte \u0000'],
      phase: [7, []],
      priority: ['1', 0.5, 2 ** 31],
      dependsOn: ['A', [7], ['A', ''], { A: true }],
      acceptance: [() => 1, Symbol('no'), 10n],
      idempotencyKey: [7, ''],
      labels: ['x', [7], ['']],
      maxAttempts: [0, -1, 1.5, '3'],
      notBefore: ['tomorrow', 7, '2026-02-30T00:00:00.000Z'],
      status: ['claimed', 'done', 'open', 7],
      statusReason: [7],
    },
  },
  { operation: 'get', right: { id: 'A' }, wrong: { id: [undefined, null, 7, ''] } },
  {
    operation: 'list',
    right: {},
    wrong: {
      status: ['open', 7],
      phase: [7],
      label: [7],
      owner: [7],
      text: [7],
      readyOnly: ['yes'],
      limit: [-1, 1.5, '3'],
    },
  },
  {
    operation: 'claim',
    right: { owner: 'w' },
    wrong: {
      owner: [undefined, null, 7, '', '  ', 'a\nb'],
      ttlSeconds: [0, -1, 1.5, '900', Infinity, Number.NaN],
      id: [7, ''],
      phase: [7],
      label: [7],
      waitSeconds: [-1, '5', Number.NaN],
      signal: ['stop', {}],
    },
  },
  {
    operation: 'claimMany',
    right: { owner: 'w', count: 1 },
    wrong: { count: [undefined, 0, -1, 1.5, '2', Infinity], id: ['A'] },
  },
  {
    operation: 'renew',
    right: { id: 'A', owner: 'w' },
    wrong: { owner: [undefined, ''], ttlSeconds: [0, 1.5, '9'], attempt: [-1, 'x'] },
  },
  { operation: 'release', right: { id: 'A' }, wrong: { id: [undefined], owner: ['', 7], attempt: [1.5, '1'] } },
  { operation: 'complete', right: { id: 'A' }, wrong: { id: [7], owner: [7], attempt: ['1'], result: [() => 1, 10n] } },
  { operation: 'fail', right: { id: 'A' }, wrong: { reason: [7], retryAfterSeconds: [-1, '5', Number.NaN, Infinity] } },
  { operation: 'reclaim', right: {}, wrong: { id: [7, ''] } },
  { operation: 'link', right: { from: 'A', to: 'C' }, wrong: { from: [undefined, 7, ''], to: [undefined, 7, ''] } },
  { operation: 'unlink', right: { from: 'A', to: 'C' }, wrong: { from: [undefined, 7, ''], to: [undefined, 7, ''] } },
  { operation: 'block', right: { id: 'A' }, wrong: { id: [undefined], reason: [7] } },
  { operation: 'unblock', right: { id: 'A' }, wrong: { id: [undefined] } },
  {
    operation: 'update',
    right: { id: 'A' },
    wrong: {
      title: [null, '', 7],
      priority: ['1', 2 ** 31],
      labels: ['x'],
      maxAttempts: [0],
      notBefore: ['soon'],
      rev: [0.5, '1'],
    },
  },
  { operation: 'batch', right: { lines: [] }, wrong: { lines: [undefined, 7, [7]], dryRun: ['yes'] } },
  { operation: 'explain', right: {}, wrong: { id: [7, ''] } },
  { operation: 'history', right: {}, wrong: { id: [7], since: [-1, 1.5, '3'] } },
  { operation: 'watch', right: { signal: AbortSignal.abort() }, wrong: { since: [-1, 1.5, '3'], signal: ['stop'] } },
  {
    operation: 'import',
    right: { lines: [] },
    wrong: { lines: [undefined, 7, [7]], update: ['yes'], dryRun: [1], onProgress: [7] },
  },
  { operation: 'archive', right: {}, wrong: { olderThanSeconds: [-1, '5', Number.NaN] } },
  { operation: 'doctor', right: {}, wrong: { fix: ['yes'] } },
];

export function promisesOfInput(it: PromiseTest): void {
  for (const { operation, right, wrong = {} } of OPERATIONS) {
    describe(`what ${operation} is given`, () => {
      it('is refused where an option does not exist, and the option is named', async ({ backlog }) => {
        await given(backlog, { id: 'A' }, { id: 'C' });
        const before = await contents(backlog);
        await refusal(call(backlog, operation, { ...right, colour: 'red' }), 'INVALID_INPUT', 'colour');
        expect(await contents(backlog)).toEqual(before);
      });

      for (const [option, values] of Object.entries(wrong)) {
        it(`is refused where ${option} is none, and ${option} is named`, async ({ backlog }) => {
          await given(backlog, { id: 'A' }, { id: 'C' });
          const before = await contents(backlog);
          for (const value of values) {
            const error = await refusal(
              call(backlog, operation, { ...right, [option]: value }),
              'INVALID_INPUT',
              option,
            );
            if (value !== undefined) expect(error.message).not.toContain('missing');
          }
          expect(await contents(backlog)).toEqual(before);
        });
      }
    });
  }

  describe('what an operation is given instead of options', () => {
    for (const options of [null, 'A', 7, ['A']]) {
      it(`is refused where it is ${JSON.stringify(options)}`, async ({ backlog }) => {
        await refusal(call(backlog, 'get', options), 'INVALID_INPUT');
        await refusal(call(backlog, 'create', options), 'INVALID_INPUT');
      });
    }
  });
}
