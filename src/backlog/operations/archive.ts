/** Moving what has been done for a while out of the working set. */
import { compareCards } from '../../card/order.ts';
import { toMs } from '../../card/time.ts';
import type { ArchiveOptions } from '../backlog.ts';
import type { Transaction } from '../transaction.ts';
import { mustGet } from './one-card.ts';

/** Returns the ids, in claim order. */
export function archiveCards(transaction: Transaction, { olderThanSeconds }: ArchiveOptions): readonly string[] {
  const beforeMs = transaction.nowMs - (olderThanSeconds ?? 0) * 1000;
  const cards = transaction
    .doneIds()
    .map((id) => mustGet(transaction, id))
    .filter((card) => card.status === 'done' && toMs(card.updatedAt) <= beforeMs)
    .toSorted(compareCards);
  for (const card of cards) transaction.archive(card);
  return cards.map((card) => card.id);
}
