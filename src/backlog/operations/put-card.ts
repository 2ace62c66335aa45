/** Puts a card into the store, unless what was asked for has made it larger than a card may be. */
import type { Card, ChangeKind } from '../../card/card.ts';
import { cardText, MAX_CARD_BYTES } from '../card-schema.ts';
import { cardTooLarge } from '../sentences.ts';
import type { ChangeNote, Transaction } from '../transaction.ts';

/** What these put into a card is the caller's; the others add a few words, and nothing may keep them from it. */
const BY_THE_CALLER: ReadonlySet<ChangeKind> = new Set(['created', 'imported', 'updated', 'linked', 'completed']);

/** @throws MosaicError INVALID_INPUT */
export function putCard(transaction: Transaction, card: Card, note: ChangeNote): void {
  if (BY_THE_CALLER.has(note.kind) && Buffer.byteLength(cardText(card)) > MAX_CARD_BYTES) throw cardTooLarge(card.id);
  transaction.put(card, note);
}
