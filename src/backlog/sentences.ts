/** Turns refusals of the rules into errors: whole sentences that name the card, and a next step that is safe to run. */
import type { CardStatus } from '../card/card.ts';
import type { Refusal } from '../card/outcome.ts';
import { MosaicError } from '../errors.ts';
import { MAX_CARD_BYTES } from './card-schema.ts';

/** A command line that can be pasted as it stands, whatever the id is made of. */
export function commandLine(...words: readonly string[]): string {
  return ['mosaic', 'fleet', 'backlog', ...words.map(quoteForShell)].join(' ');
}

export function quoteForShell(word: string): string {
  return /^[A-Za-z0-9._/:=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function refused(refusal: Refusal): MosaicError {
  switch (refusal.code) {
    case 'CLAIM_LOST':
      return claimLost(refusal);
    case 'CARD_NOT_BLOCKED':
      return new MosaicError({
        code: refusal.code,
        message: `Card ${refusal.id} is ${refusal.status}, not blocked, so it cannot be unblocked. Nothing was changed.`,
        hint: `See it with: ${commandLine('show', refusal.id)}`,
      });
    case 'REVISION_CONFLICT':
      return new MosaicError({
        code: refusal.code,
        message:
          `Card ${refusal.id} is at revision ${refusal.rev}, not ${refusal.expectedRev}: ` +
          'it was changed in the meantime. Nothing was changed.',
        hint: `Look at it again, then repeat the update with --rev ${refusal.rev}: ${commandLine('show', refusal.id)}`,
      });
    case 'DEPENDENCY_CYCLE':
      return dependencyCycle(refusal.cycle);
  }
}

export function dependencyCycle(cycle: readonly string[]): MosaicError {
  const [first = '', second = ''] = cycle;
  return new MosaicError({
    code: 'DEPENDENCY_CYCLE',
    message:
      cycle.length === 2
        ? `Card ${first} cannot depend on itself (${cycle.join(' → ')}). Nothing was changed.`
        : `That edge would close a cycle, and none of its cards could ever be claimed: ${cycle.join(' → ')}. ` +
          'Nothing was changed.',
    hint: `See what waits for what with: ${commandLine('explain', second === first ? first : second)}`,
  });
}

export function cardNotFound(id: string, similar: readonly string[]): MosaicError {
  return new MosaicError({
    code: 'CARD_NOT_FOUND',
    message: `There is no card ${id}. Nothing was changed.`,
    hint:
      similar.length === 0
        ? `See the cards there are with: ${commandLine('list')}`
        : `Did you mean ${similar.slice(0, 3).join(' or ')}?`,
  });
}

export function cardExists(id: string): MosaicError {
  return new MosaicError({
    code: 'CARD_EXISTS',
    message: `There is already a card ${id}. Nothing was changed.`,
    hint: `See it with: ${commandLine('show', id)}`,
  });
}

export function cardDamaged(id: string, file: string, reason: string): MosaicError {
  return new MosaicError({
    code: 'CARD_DAMAGED',
    message: `The file of card ${id} cannot be used: ${reason}. It was left as it is (${file}). Nothing was changed.`,
    hint: `Mend the file by hand, or see what can be restored with: ${commandLine('doctor')}`,
  });
}

export function cardTooLarge(id: string): MosaicError {
  return new MosaicError({
    code: 'INVALID_INPUT',
    message: `Card ${id} would be larger than ${MAX_CARD_BYTES / 1024 / 1024} MiB. Nothing was changed.`,
    hint: 'Keep what is large in a file of its own, and the path of that file in the card.',
  });
}

export function storeClosed(): MosaicError {
  return new MosaicError({ code: 'STORE_CLOSED', message: 'This backlog is closed. Nothing was changed.' });
}

export function isCardDamaged(error: unknown): error is MosaicError {
  return error instanceof MosaicError && error.code === 'CARD_DAMAGED';
}

function claimLost(refusal: Extract<Refusal, { code: 'CLAIM_LOST' }>): MosaicError {
  const whose = refusal.expectedOwner === null ? 'The claim' : `The claim of ${refusal.expectedOwner}`;
  const which = refusal.expectedAttempt === null ? '' : ` (attempt ${refusal.expectedAttempt})`;
  return new MosaicError({
    code: 'CLAIM_LOST',
    message:
      `${whose} on card ${refusal.id}${which} is not the current one: the card is ` +
      `${stateOf(refusal.status, refusal.owner, refusal.attempts)}. Nothing was changed.`,
    hint: 'Stop working on this card; somebody else may hold it. Claim the next one instead.',
  });
}

function stateOf(status: CardStatus, owner: string | null, attempts: number): string {
  return status === 'claimed' && owner !== null ? `claimed by ${owner} (attempt ${attempts})` : status;
}
