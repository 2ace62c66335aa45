/**
 * Brings tables up to date in their own memory: mostly a few cards have changed, and none came, left or moved. Then what
 * has to be done is as much as has changed, however many cards there are.
 */
import type { CardTable } from './card-table.ts';
import { newKeys, writeChanged } from './encode.ts';
import { lengthened, NONE, seal, type Tables } from './encoded/layout.ts';
import { pageAt } from './encoded/pages.ts';
import { freshRecords, isWasteful, placeRecords } from './heap.ts';
import type { Lanes } from './lanes.ts';

/**
 * Whoever asks goes on with the tables that are returned: those of before lie in the same memory.
 *
 * @returns null where that cannot be done; then nothing was touched
 */
export function patchTables(cards: CardTable, lanes: Lanes): Tables | null {
  const from = cards.base.tables;
  if (from.room === 0 || !isInOrder(cards) || newKeys(cards).length > 0) return null;
  const fresh = freshRecords(cards);
  if (fresh.records.length > from.room || isWasteful(fresh)) return null;
  const to = lengthened(from, {
    ...from.counts,
    open: lanes.openCount,
    heapBytes: fresh.bytes,
    deadHeapBytes: fresh.deadBytes,
    horizonMs: lanes.horizonMs,
  });
  writeChanged(cards, to);
  to.heap.set(fresh.records, from.counts.heapBytes);
  placeRecords(cards, fresh, { offsets: to.heapOffset, lengths: to.heapLength });
  lanes.queue.placed.copyTo(to.queue);
  lanes.later.placed.copyTo(to.later);
  lanes.claimed.placed.copyTo(to.claimed);
  lanes.openPlaced.copyTo(to.open);
  seal(to, pagesWritten(cards, to));
  return to;
}

/** Whether every card is where it was in claim order, and depends on what it depended on. */
function isInOrder(cards: CardTable): boolean {
  if (cards.slotCount !== cards.base.slots || cards.changedEdges.size > 0) return false;
  for (const [slot, { summary }] of cards.changed) {
    if ((cards.positionAt(slot) !== NONE) !== (summary !== null)) return false;
  }
  return true;
}

function pagesWritten(cards: CardTable, to: Tables): readonly number[] {
  const { createdAtMs, updatedAtMs, momentMs, priority, fileCrc, heapOffset, heapLength, tags, state, unmet } = to;
  const columns = [createdAtMs, updatedAtMs, momentMs, priority, fileCrc, heapOffset, heapLength, tags, state];
  const isWritten = new Uint8Array(to.sums.length);
  for (const { byteOffset, BYTES_PER_ELEMENT: width } of columns) {
    for (const slot of cards.changed.keys()) isWritten[pageAt(to.body, byteOffset + slot * width)] = 1;
  }
  for (const slot of cards.changedUnmet.keys()) isWritten[pageAt(to.body, unmet.byteOffset + slot * 4)] = 1;
  isWritten.fill(1, pageAt(to.body, to.heap.byteOffset + cards.base.tables.counts.heapBytes));
  const pages: number[] = [];
  for (let page = isWritten.indexOf(1); page >= 0; page = isWritten.indexOf(1, page + 1)) pages.push(page);
  return pages;
}
