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
  let deadBytes = counts.deadHeapBytes;
  let end = counts.heapBytes;
  let records = '';
  for (const [slot, { id, summary }] of cards.changed) {
    const record = summary === null ? recordOfMissing(id) : recordOf(summary);
    deadBytes += lengths[slot] ?? 0;
    records += record;
    const length = Buffer.byteLength(record);
    offsets[slot] = end;
    lengths[slot] = length;
    end += length;
  }
  const fresh = Buffer.from(records);
  const pieces = [
    { bytes: heap, offset: 0 },
    { bytes: fresh, offset: counts.heapBytes },
  ];
  if (deadBytes * 2 <= end) return { bytes: end, deadBytes, pieces, offsets, lengths };
  return compacted([heap, fresh], offsets, lengths);
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
