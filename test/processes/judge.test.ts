/** The judge of the histories can say no: each of these has happened to somebody's queue. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/backlog/backlog.ts';
import type { ChangeKind } from '../../src/card/card.ts';
import { judge } from './judge.ts';

function history(...steps: readonly (readonly [ChangeKind, string | null])[]): readonly Change[] {
  return steps.map(([kind, by], n) => ({
    ...{ seq: n + 1, at: '2026-01-01T00:00:00.000Z', kind, id: 'A', by },
    ...{ from: null, to: null, rev: n + 1, reason: null },
  }));
}

const IMPORTED = ['imported', null] as const;

describe('the judge', () => {
  test('has nothing against a takeover of an expired claim', () => {
    const verdict = judge(
      history(IMPORTED, ['claimed', 'ann'], ['expired', 'bob'], ['claimed', 'bob'], ['completed', 'bob']),
    );
    expect(verdict).toMatchObject({ wrong: [], takeovers: 1 });
    expect(verdict.completed.get('A')).toEqual({ by: 'bob', attempt: 2 });
  });

  const impossible = {
    'a card that is held is claimed': history(IMPORTED, ['claimed', 'ann'], ['claimed', 'bob']),
    'somebody completes what another one holds': history(IMPORTED, ['claimed', 'ann'], ['completed', 'bob']),
    'a card is completed twice': history(IMPORTED, ['claimed', 'ann'], ['completed', 'ann'], ['completed', 'ann']),
    'a done card is claimed': history(IMPORTED, ['claimed', 'ann'], ['completed', 'ann'], ['claimed', 'bob']),
    'a claim expires that nobody held': history(IMPORTED, ['expired', 'bob']),
    'a card appears twice': history(IMPORTED, IMPORTED),
    'a card changes that was not there': history(['claimed', 'ann']),
    'a revision is left out': history(IMPORTED, ['claimed', 'ann']).map((change) => ({
      ...change,
      rev: change.seq * 2 - 1,
    })),
    'a number is left out': history(IMPORTED, ['claimed', 'ann']).map((change) => ({ ...change, seq: change.seq * 2 })),
  };
  for (const [what, changes] of Object.entries(impossible)) {
    test(`says so where ${what}`, () => expect(judge(changes).wrong).not.toEqual([]));
  }
});
