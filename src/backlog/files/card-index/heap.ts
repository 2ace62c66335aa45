/**
 * Where the records go when the tables are encoded again.
 */
import type { CardTable } from './card-table.ts';
import { recordOf, recordOfMissing } from './record.ts';

export interface Heap {
  readonly bytes: number;
  /** What no slot refers to. */
  readonly deadBytes: number;
  readonly pieces: readonly { readonly bytes: Uint8Array; readonly offset: number }[];
  /** By slot. */
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
}

export function packHeap(cards: CardTable): Heap {
  const { heap, heapOffset, heapLength, counts } = cards.base.tables;
  const offsets = new Uint32Array(cards.slotCount);
  const lengths = new Uint32Array(cards.slotCount);
  offsets.set(heapOffset);
  lengths.set(heapLength);
  const fresh = freshRecords(cards);
  placeRecords(cards, fresh, { offsets, lengths });
  const { records, bytes, deadBytes } = fresh;
  if (isWasteful(fresh)) return compacted([heap, records], offsets, lengths);
  const pieces = [
    { bytes: heap, offset: 0 },
    { bytes: records, offset: counts.heapBytes },
  ];
  return { bytes, deadBytes, pieces, offsets, lengths };
}

/** The records of what has changed, to stand behind those of the base. */
export interface FreshRecords {
  readonly records: Buffer;
  /** Of each record, in the order of what has changed. */
  readonly sizes: readonly number[];
  /** Of the heap with them, all of it and what no slot refers to. */
  readonly bytes: number;
  readonly deadBytes: number;
}

export function freshRecords(cards: CardTable): FreshRecords {
  const { heapLength, counts } = cards.base.tables;
  const sizes: number[] = [];
  let { deadHeapBytes: deadBytes } = counts;
  let texts = '';
  for (const [slot, { id, summary }] of cards.changed) {
    const record = summary === null ? recordOfMissing(id) : recordOf(summary);
    texts += record;
    sizes.push(Buffer.byteLength(record));
    deadBytes += heapLength[slot] ?? 0;
  }
  const records = Buffer.from(texts);
  return { records, sizes, bytes: counts.heapBytes + records.length, deadBytes };
}

/** Notes for each slot where its record stands. */
export function placeRecords(
  cards: CardTable,
  { sizes }: FreshRecords,
  { offsets, lengths }: Pick<Heap, 'offsets' | 'lengths'>,
): void {
  let end = cards.base.tables.counts.heapBytes;
  let index = 0;
  for (const slot of cards.changed.keys()) {
    const size = sizes[index] ?? 0;
    offsets[slot] = end;
    lengths[slot] = size;
    end += size;
    index += 1;
  }
}

/** Whether so much of a heap is of no use that it is better packed anew. */
export function isWasteful({ bytes, deadBytes }: Pick<FreshRecords, 'bytes' | 'deadBytes'>): boolean {
  return deadBytes * 2 > bytes;
}

/** The same records, one behind the other. */
function compacted([old, fresh]: readonly [Buffer, Buffer], offsets: Uint32Array, lengths: Uint32Array): Heap {
  let bytes = 0;
  for (const length of lengths) bytes += length;
  const packed = Buffer.allocUnsafe(bytes);
  let end = 0;
  for (const [slot, offset] of offsets.entries()) {
    const length = lengths[slot] ?? 0;
    const [source, start] = offset < old.length ? [old, offset] : [fresh, offset - old.length];
    source.copy(packed, end, start, start + length);
    offsets[slot] = end;
    end += length;
  }
  return { bytes, deadBytes: 0, pieces: [{ bytes: packed, offset: 0 }], offsets, lengths };
}
