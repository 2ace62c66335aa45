/** What the errors say, word for word: people and agents act on these sentences. */
import { describe, expect } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { abandoned, given } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

interface Case {
  readonly refused: (backlog: Backlog) => Promise<unknown>;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** On a store with: base ← top (depends on it), held by ann (attempt 2), `it's odd` done. */
const CASES: Readonly<Record<string, Case>> = {
  'a card that is not there': {
    refused: (backlog) => backlog.get({ id: 'nowhere' }),
    code: 'CARD_NOT_FOUND',
    message: 'There is no card nowhere. Nothing was changed.',
    hint: 'See the cards there are with: mosaic fleet backlog list',
  },
  'a card with nearly the same id': {
    refused: (backlog) => backlog.complete({ id: 'hel' }),
    code: 'CARD_NOT_FOUND',
    message: 'There is no card hel. Nothing was changed.',
    hint: 'Did you mean held?',
  },
  'an id that is taken': {
    refused: (backlog) => backlog.create({ id: "it's odd", title: 'Again' }),
    code: 'CARD_EXISTS',
    message: "There is already a card it's odd. Nothing was changed.",
    hint: "See it with: mosaic fleet backlog show 'it'\\''s odd'",
  },
  'a claim that somebody else holds': {
    refused: (backlog) => backlog.complete({ id: 'held', owner: 'ghost', attempt: 1 }),
    code: 'CLAIM_LOST',
    message:
      'The claim of ghost on card held (attempt 1) is not the current one: the card is claimed by ann (attempt 2). ' +
      'Nothing was changed.',
    hint: 'Stop working on this card; somebody else may hold it. Claim the next one instead.',
  },
  'a card that is not blocked': {
    refused: (backlog) => backlog.unblock({ id: 'held' }),
    code: 'CARD_NOT_BLOCKED',
    message: 'Card held is claimed, not blocked, so it cannot be unblocked. Nothing was changed.',
    hint: 'See it with: mosaic fleet backlog show held',
  },
  'a revision that is no longer the current one': {
    refused: (backlog) => backlog.update({ id: 'held', title: 'New', rev: 1 }),
    code: 'REVISION_CONFLICT',
    message: 'Card held is at revision 3, not 1: it was changed in the meantime. Nothing was changed.',
    hint: 'Look at it again, then repeat the update with --rev 3: mosaic fleet backlog show held',
  },
  'a cycle': {
    refused: (backlog) => backlog.link({ from: 'base', to: 'top' }),
    code: 'DEPENDENCY_CYCLE',
    message:
      'That edge would close a cycle, and none of its cards could ever be claimed: base → top → base. ' +
      'Nothing was changed.',
    hint: 'See what waits for what with: mosaic fleet backlog explain top',
  },
  'a card that depends on itself': {
    refused: (backlog) => backlog.link({ from: 'base', to: 'base' }),
    code: 'DEPENDENCY_CYCLE',
    message: 'Card base cannot depend on itself (base → base). Nothing was changed.',
    hint: 'See what waits for what with: mosaic fleet backlog explain base',
  },
  'an import with a card that has changed': {
    refused: (backlog) => backlog.import({ lines: ['{"id":"base","title":"Other"}'] }),
    code: 'IMPORT_REFUSED',
    message:
      'The import was refused because of one problem; nothing was changed.\n' +
      'Line 1: there is already a card base with another title. Import with --update to replace it.',
    hint: 'Mend these lines and import the whole file again: cards that are there already are left as they are.',
  },
  'a batch in which one operation is refused': {
    refused: (backlog) => backlog.batch({ lines: ['{"op":"complete","id":"nowhere"}'] }),
    code: 'BATCH_REFUSED',
    message: 'Line 1 was refused, so nothing of the batch was done: There is no card nowhere. Nothing was changed.',
    hint: 'See the cards there are with: mosaic fleet backlog list',
  },
};

export function promisesOfErrors(it: PromiseTest): void {
  describe('the error for', () => {
    for (const [what, { refused, code, message, hint }] of Object.entries(CASES)) {
      it(`${what} says what happened, that nothing was changed, and what to do next`, async ({ backlog }) => {
        await given(backlog, { id: 'base' }, { id: 'top', dependsOn: ['base'] }, abandoned('held'), {
          id: "it's odd",
          status: 'done',
        });
        await backlog.claim({ owner: 'ann', id: 'held' });
        const error = await refusal(refused(backlog), code);
        expect({ message: error.message, hint: error.hint }).toEqual({ message, hint });
      });
    }

    it('every refusal is an Error with a name, a code and a stack, for programs that know nothing of us', async ({
      backlog,
    }) => {
      const error = await refusal(backlog.get({ id: 'nowhere' }), 'CARD_NOT_FOUND');
      expect(error).toBeInstanceOf(Error);
      expect(error.name).toBe('MosaicError');
      expect(error.stack).toContain('There is no card nowhere.');
    });
  });
}
