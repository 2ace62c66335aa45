/** The checker can say no: each of these histories has one thing in it that must not happen, and it is found. */
import { describe, expect, test } from 'vitest';
import type { Card } from '../../src/card/card.ts';
import type { JournalLine } from './checker/call.ts';
import { check, type Evidence } from './checker/check.ts';
import { begun, cardOf, changesOf, held, refusal, type Tale, unanswered } from './checker/tale.ts';

function texts(evidence: Evidence): readonly string[] {
  return check(evidence).map(({ text }) => text);
}

/** The last transaction once more, with its cards one revision on. */
function again(lines: readonly JournalLine[]): JournalLine[] {
  return lines.map((line) => ({ ...line, card: line.card && { ...line.card, rev: line.card.rev + 1 } }));
}

describe('a history in which all went well has nothing against it', () => {
  const fine: Readonly<Record<string, () => Tale>> = {
    'a claim, a refusal and a completion': () =>
      held()
        .does('bob', { op: 'complete', id: 'c2', owner: 'bob/1' })
        .does('ann', { op: 'renew', id: 'c2', owner: 'ann/1', ttlSeconds: 5 })
        .does('ann', { op: 'complete', id: 'c2', owner: 'ann/1', attempt: 1, result: 7 })
        .does('ann', { op: 'archive' }),
    'a claim that ran out and was taken over': () =>
      begun()
        .does('ann', { op: 'claim', owner: 'ann/1', ttlSeconds: 1 })
        .pass(2000)
        .does('bob', { op: 'claim', owner: 'bob/1', phase: 'nowhere' })
        .does('bob', { op: 'claim', owner: 'bob/1' }),
    'two calls of one process at once that each took an expired claim back': () =>
      begun()
        .does('ann', { op: 'claim', owner: 'ann/1', ttlSeconds: 1 })
        .does('ann', { op: 'claim', owner: 'ann/2', ttlSeconds: 2 })
        .pass(1100)
        .does('bob', { op: 'claimWaiting', owner: 'bob/1', phase: 'nowhere', waitSeconds: 1 })
        .pass(1000)
        .does('bob', { op: 'claim', owner: 'bob/2', phase: 'nowhere' })
        // It had begun before the other one, and stood in line all the time.
        .bend((call) => ({ ...call, startUs: call.startUs - 1_500_000, startWallMs: call.startWallMs - 1500 })),
    'an unanswered call that has changed something': () =>
      begun().does('ann', { op: 'block', id: 'c0' }).bend(unanswered),
    'an unanswered call that has changed nothing': () => begun().told('ann', { op: 'block', id: 'c0' }, null),
    'an unknown outcome': () =>
      begun()
        .does('ann', { op: 'block', id: 'c0' })
        .bend((call) => ({ ...call, outcome: refusal('OUTCOME_UNKNOWN') })),
    'a lock that was lost to somebody who took it': () => {
      const tale = begun().told('ann', { op: 'block', id: 'c0' }, refusal('LOCK_LOST'));
      tale.segmentsOpenedMs.push(tale.calls.at(-1)?.startWallMs ?? 0);
      return tale;
    },
    'a lock that was lost to somebody who was stopped before they opened a segment': () => {
      const tale = begun().told('ann', { op: 'block', id: 'c0' }, refusal('LOCK_LOST')).pass(500);
      tale.segmentsOpenedMs.push(Math.max(...tale.calls.map(({ endWallMs }) => endWallMs)) + 400);
      return tale.does('bob', { op: 'block', id: 'c0' });
    },
    'a refusal by a card that changed in the meantime': () =>
      begun()
        .told('bob', { op: 'unblock', id: 'c0' }, refusal('CARD_NOT_BLOCKED'))
        .takesLonger(100)
        .does('ann', { op: 'complete', id: 'c0' }),
    'readers of what was there': () => {
      const tale = held();
      const cards = [cardOf(tale, 'c1'), cardOf(tale, 'c2'), cardOf(tale, 'c0')];
      return tale
        .reads('eve', { op: 'get', id: 'c2' }, cardOf(tale, 'c2'))
        .told('eve', { op: 'get', id: 'c7' }, refusal('CARD_NOT_FOUND'))
        .reads('eve', { op: 'list', filter: {} }, cards)
        .reads('eve', { op: 'history' }, changesOf(tale))
        .reads('eve', { op: 'watch', since: 2, forMs: 1 }, changesOf(tale).slice(2))
        .reads('eve', { op: 'stats' }, { byStatus: { ready: 2, claimed: 1, blocked: 0, done: 0 }, damaged: 0 });
    },
  };
  for (const [what, tale] of Object.entries(fine)) {
    test(what, () => expect(texts(tale().evidence())).toEqual([]));
  }
});

describe('the checker says so where', () => {
  const broken: Readonly<Record<string, Readonly<Record<string, () => Evidence>>>> = {
    'No call explains what the journal says': {
      'an acknowledged change is there twice': () => {
        const tale = begun().does('ann', { op: 'update', id: 'c0', title: 'New' });
        tale.transactions.push(again(tale.transactions.at(-1) ?? []));
        return tale.evidence();
      },
      'an unanswered change is there twice': () => {
        const tale = begun().does('ann', { op: 'release', id: 'c0' }).does('ann', { op: 'fail', id: 'c0' });
        tale.bend(unanswered);
        tale.transactions.push(again(tale.transactions.at(-1) ?? []));
        return tale.evidence();
      },
      'a refused change is there': () =>
        begun()
          .does('ann', { op: 'block', id: 'c0' })
          .bend((call) => ({ ...call, outcome: refusal('DISK_FULL') }))
          .evidence(),
      'a change is there that nobody asked for': () => {
        const tale = held();
        tale.calls.pop();
        return tale.evidence();
      },
      'a change is recorded as done by hand': () => {
        const tale = begun().does('ann', { op: 'update', id: 'c0', title: 'New' });
        const lines = tale.transactions.pop() ?? [];
        tale.transactions.push(lines.map((line) => ({ ...line, kind: 'edited', by: null })));
        return tale.evidence();
      },
      'half of a transaction is missing': () => {
        const tale = begun();
        tale.transactions[0]?.pop();
        return tale.evidence();
      },
      'a field is lost on the way': () => {
        const tale = held();
        const lines = tale.transactions.pop() ?? [];
        tale.transactions.push(lines.map((line) => ({ ...line, card: line.card && { ...line.card, title: 'Lost' } })));
        return tale.evidence();
      },
      'another card than the first is claimed': () => {
        const tale = begun().does('ann', { op: 'claim', owner: 'ann/1', id: 'c0' });
        return tale.bend((call) => ({ ...call, operation: { op: 'claim', owner: 'ann/1' } })).evidence();
      },
      'a claim is taken back before it has run out': () => {
        const tale = begun().does('ann', { op: 'claim', owner: 'ann/1', ttlSeconds: 1 }).pass(2000);
        tale.does('bob', { op: 'claim', owner: 'bob/1' });
        const { transactions, ...rest } = tale.evidence();
        const late = transactions.map((lines) => lines.map(longerClaim));
        return { ...rest, transactions: late };
      },
    },
    'no state between its start and its end explains that': {
      'an acknowledged change is missing': () => {
        const tale = held();
        tale.transactions.pop();
        return tale.evidence();
      },
      'the holder of a claim is told that it is lost': () =>
        held().told('ann', { op: 'renew', id: 'c2', owner: 'ann/1' }, refusal('CLAIM_LOST')).evidence(),
      'a claimer is told that there is nothing': () =>
        begun().told('bob', { op: 'claim', owner: 'bob/1' }, { kind: 'answered', value: null }).evidence(),
      'a waiting claimer is told that there is nothing': () =>
        begun()
          .told('bob', { op: 'claimWaiting', owner: 'bob/1', waitSeconds: 1 }, { kind: 'answered', value: null })
          .evidence(),
      'a refusal has no reason': () =>
        begun().told('bob', { op: 'block', id: 'c0' }, refusal('DISK_FAILED')).evidence(),
      'an answer is of a state that was over': () => {
        const tale = begun().does('ann', { op: 'block', id: 'c0' });
        const before = cardOf(tale, 'c0');
        tale.does('ann', { op: 'update', id: 'c0', title: 'New' });
        return tale.told('bob', { op: 'block', id: 'c0' }, { kind: 'answered', value: before }).evidence();
      },
      'a refusal is of a state that another one knew to be over': () =>
        begun()
          .does('ann', { op: 'block', id: 'c0' })
          .bend(unanswered)
          .told('bob', { op: 'create', id: 'c0', title: 'C0' }, refusal('CARD_EXISTS'))
          .told('bob', { op: 'update', id: 'c0', rev: 1, title: 'X' }, refusal('REVISION_CONFLICT'))
          .told('bob', { op: 'link', from: 'c0', to: 'c1' }, refusal('DEPENDENCY_CYCLE'))
          .told('eve', { op: 'unblock', id: 'c0' }, { kind: 'answered', value: cardOf(begun(), 'c0') })
          .evidence(),
    },
    'lost the lock, and nobody had taken it': {
      'a lock is lost that nobody took': () =>
        begun().told('bob', { op: 'block', id: 'c0' }, refusal('LOCK_LOST')).evidence(),
      'a lock is lost, and others go on for a while before anybody takes it': () => {
        const tale = begun().told('bob', { op: 'block', id: 'c0' }, refusal('LOCK_LOST'));
        tale.does('ann', { op: 'block', id: 'c0' });
        tale.segmentsOpenedMs.push(Math.max(...tale.calls.map(({ endWallMs }) => endWallMs)) + 1);
        return tale.evidence();
      },
    },
    'stands behind it in the journal': {
      'the journal is out of the order of time': () => {
        const tale = begun().does('ann', { op: 'block', id: 'c0' }).does('bob', { op: 'block', id: 'c2' });
        tale.transactions.push(...tale.transactions.splice(1, 1));
        return tale.evidence();
      },
    },
    'is of generation': {
      'a generation writes after its successor': () => {
        const { transactions, ...rest } = held().evidence();
        return {
          ...rest,
          transactions: transactions.map((lines, index) => lines.map((line) => ({ ...line, generation: 9 - index }))),
        };
      },
    },
    'while ann/1 holds it': {
      'a card is claimed that somebody holds': () => {
        const tale = held();
        const card = { ...cardOf(tale, 'c2'), claimOwner: 'bob/1', attempts: 2, rev: 3 };
        const lines = tale.transactions.at(-1) ?? [];
        tale.told('bob', { op: 'claim', owner: 'bob/1', ttlSeconds: 60 }, { kind: 'answered', value: card });
        tale.transactions.push(lines.map((line) => ({ ...line, by: 'bob/1', from: 'ready', card })));
        return tale.evidence();
      },
    },
    'is not as the journal leaves it': {
      'a file is not as the journal leaves it': () => withFiles(held(), (card) => ({ ...card, rev: 1 })),
      'a file is missing': () => ({ ...held().evidence(), files: [] }),
    },
    'of which nobody knows': {
      'a file is there of which nobody knows': () => {
        const { files, ...rest } = held().evidence();
        return { ...rest, files: [...files, { place: 'cards', card: { ...cardOf(held(), 'c0'), id: 'c9' } }] };
      },
    },
    'There are two files': {
      'a file is there twice': () => {
        const { files, ...rest } = held().evidence();
        return { ...rest, files: [...files, ...files] };
      },
    },
    'where the journal does not have it': {
      'a file is in the wrong folder': () => {
        const { files, ...rest } = held().evidence();
        return { ...rest, files: files.map(({ card }) => ({ place: 'archive', card })) };
      },
    },
  };
  for (const [reason, cases] of Object.entries(broken)) {
    for (const [what, evidence] of Object.entries(cases)) {
      test(what, () => expect(texts(evidence()).join('\n')).toContain(reason));
    }
  }

  function withFiles(tale: Tale, change: (card: Card) => Card): Evidence {
    const { files, ...rest } = tale.evidence();
    return { ...rest, files: files.map(({ place, card }) => ({ place, card: change(card) })) };
  }

  function longerClaim(line: JournalLine): JournalLine {
    return line.by === 'ann/1' && line.card !== null ? { ...line, card: { ...line.card, claimTtlSeconds: 60 } } : line;
  }
});

test('a violation tells the story of its card', () => {
  const tale = held().told('ann', { op: 'renew', id: 'c2', owner: 'ann/1' }, refusal('CLAIM_LOST'));
  const [violation] = check(tale.evidence());
  expect(violation?.text).toContain('ann call 3 (renew)');
  expect(violation?.story).toContain('claimed by ann/1: claimed, rev 2, attempts 1');
  expect(violation?.story).toContain('ann call 3 ends: {"kind":"refused","code":"CLAIM_LOST"');
});
