/** The checker can say no to what readers were told: each of these saw something that was not so. */
import { describe, expect, test } from 'vitest';
import { check } from './checker/check.ts';
import { begun, cardOf, changesOf, held, refusal, type Tale, unanswered } from './checker/tale.ts';

describe('the checker says so where a reader', () => {
  const broken: Readonly<Record<string, Readonly<Record<string, (tale: Tale) => Tale>>>> = {
    'as it never was': {
      'sees a card that never was': (tale) =>
        tale.reads('eve', { op: 'get', id: 'c2' }, { ...cardOf(tale, 'c2'), title: 'Never' }),
    },
    'which was over before it asked': {
      'sees a card as it was before': (tale) => tale.reads('eve', { op: 'get', id: 'c2' }, cardOf(begun(), 'c2')),
    },
    'which nobody had asked for yet': {
      'sees a card as it will be': (tale) => {
        const later = held().pass(40).does('ann', { op: 'block', id: 'c2' });
        tale.reads('eve', { op: 'get', id: 'c2' }, cardOf(later, 'c2'));
        return tale.pass(20).does('ann', { op: 'block', id: 'c2' });
      },
    },
    'after somebody had seen a later one': {
      'sees an older state than the one before': (tale) => {
        const before = cardOf(tale, 'c2');
        tale.does('ann', { op: 'complete', id: 'c2' }).bend(unanswered);
        return tale
          .reads('eve', { op: 'get', id: 'c2' }, cardOf(tale, 'c2'))
          .reads('bob', { op: 'get', id: 'c2' }, before);
      },
    },
    'was refused with': {
      'misses a card that is there': (tale) => tale.told('eve', { op: 'get', id: 'c2' }, refusal('CARD_NOT_FOUND')),
      'is refused': (tale) => tale.told('eve', { op: 'stats' }, refusal('INTERNAL')),
    },
    'leaves out': {
      'has a list without a card': (tale) => tale.reads('eve', { op: 'list', filter: {} }, [cardOf(tale, 'c2')]),
      'has an export without a card': (tale) => tale.reads('eve', { op: 'export' }, [cardOf(tale, 'c1')]),
      'has a history without its end': (tale) => tale.reads('eve', { op: 'history' }, changesOf(tale).slice(0, -1)),
    },
    'shows c0 before c2': {
      'has a list in another order': (tale) =>
        tale.reads('eve', { op: 'list', filter: {} }, [cardOf(tale, 'c0'), cardOf(tale, 'c2'), cardOf(tale, 'c1')]),
    },
    'which its filter leaves out': {
      'has a list with what its filter leaves out': (tale) =>
        tale.reads('eve', { op: 'list', filter: { status: 'claimed' } }, [cardOf(tale, 'c1'), cardOf(tale, 'c2')]),
    },
    'tells of': {
      'has a history with a gap': (tale) => tale.reads('eve', { op: 'history' }, changesOf(tale).toSpliced(1, 1)),
      'has a history with a repeat': (tale) =>
        tale.reads('eve', { op: 'history' }, [...changesOf(tale), ...changesOf(tale).slice(-1)]),
      'has a history that never was': (tale) =>
        tale.reads('eve', { op: 'history', id: 'c2' }, [{ ...changesOf(tale).at(-1), by: 'bob/1' }]),
      'watches and misses a change': (tale) =>
        tale.reads('eve', { op: 'watch', since: 1, forMs: 1 }, changesOf(tale).slice(2)),
    },
    'counts 3 ready cards': {
      'counts wrongly': (tale) =>
        tale.reads('eve', { op: 'stats' }, { byStatus: { ready: 3, claimed: 0, blocked: 0, done: 0 }, damaged: 0 }),
    },
    'finds x': {
      'finds damage': (tale) =>
        tale.reads(
          'eve',
          { op: 'doctor' },
          { findings: [{ severity: 'error', code: 'x', subject: null, message: 'X' }] },
        ),
    },
  };
  for (const [reason, cases] of Object.entries(broken)) {
    for (const [what, tale] of Object.entries(cases)) {
      test(what, () => expect(texts(tale(held())).join('\n')).toContain(reason));
    }
  }
});

function texts(tale: Tale): readonly string[] {
  return check(tale.evidence()).map(({ text }) => text);
}
