/**
 * The bytes of an encoded index: a header, then columns with one entry a slot, then what hangs off the slots.
 *
 *   u32 crc32 of everything behind it, u32 magic with the layout's version, the counts as f64
 *   f64 columns, u32 columns and tables, u8 columns, the heap: no padding, because the widest come first
 *
 * A slot is a card's number for good: other parts refer to it, and encoding again does not move it. An id that is only
 * named as a dependency has a slot too, in state MISSING. A position is a card's place in claim order, new each time.
 *
 * Numbers stand in the byte order of the machine. A file from one of the other order shows another magic, so it is
 * refused like any other unknown layout, and made again.
 */
import { crc32 } from 'node:zlib';

/** Raise the last byte with every change of the layout or of the meaning of anything in it. */
const MAGIC = 0x4d434901;

/** No slot, no position, no edge. */
export const NONE = 0xffffffff;

/** What the header says. All are counts or times, in this order. */
const COUNTS = [
  'slots',
  'cards',
  'edges',
  'idCells',
  'keyCells',
  'heapBytes',
  'keys',
  'deadSlots',
  'deadEdges',
  'deadHeapBytes',
  'horizonMs',
] as const;

export type Counts = Record<(typeof COUNTS)[number], number>;

const HEADER_BYTES = 8 + COUNTS.length * 8;

export interface Tables {
  readonly counts: Counts;
  readonly bytes: Uint8Array;
  // one entry a slot
  readonly createdAtMs: Float64Array;
  readonly updatedAtMs: Float64Array;
  /** Of a ready card its `notBefore`, of a claimed one the end of its claim, else NaN. */
  readonly momentMs: Float64Array;
  readonly priority: Int32Array;
  /** How many ids it depends on are not done. */
  readonly unmet: Uint32Array;
  readonly heapOffset: Uint32Array;
  readonly heapLength: Uint32Array;
  readonly tags: Uint32Array;
  readonly firstEdge: Uint32Array;
  readonly position: Uint32Array;
  readonly fileCrc: Uint32Array;
  readonly state: Uint8Array;
  /** The slots of the cards in claim order. */
  readonly order: Uint32Array;
  /** Bit sets over positions, one for each lane. */
  readonly queue: Uint32Array;
  readonly later: Uint32Array;
  readonly claimed: Uint32Array;
  readonly open: Uint32Array;
  /** Pairs: a slot that depends, and the next edge of the same dependency. */
  readonly edges: Uint32Array;
  readonly idCells: Uint32Array;
  readonly keyCells: Uint32Array;
  /** The records, see `record.ts`. */
  readonly heap: Buffer;
}

/** Fresh tables, all zero but the header, which is filled in by `seal`. */
export function allocate(counts: Counts): Tables {
  return viewsOn(new Uint8Array(lengthOf(counts)), counts);
}

/** Writes header and checksum; the bytes are whole afterwards. */
export function seal(tables: Tables): Uint8Array {
  const { bytes, counts } = tables;
  const numbers = new Float64Array(bytes.buffer, 8, COUNTS.length);
  for (const [i, name] of COUNTS.entries()) numbers[i] = counts[name];
  const words = new Uint32Array(bytes.buffer, 0, 2);
  words[1] = MAGIC;
  words[0] = crc32(bytes.subarray(4));
  return bytes;
}

/** Views on the bytes, which must not change afterwards; null where they are not exactly what `seal` once wrote. */
export function openTables(bytes: Uint8Array): Tables | null {
  if (bytes.byteLength < HEADER_BYTES) return null;
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, 2);
  if (words[1] !== MAGIC || words[0] !== crc32(aligned.subarray(4))) return null;
  const counts = readCounts(new Float64Array(aligned.buffer, aligned.byteOffset + 8, COUNTS.length));
  return lengthOf(counts) === aligned.byteLength ? viewsOn(aligned, counts) : null;
}

export function noCounts(): Counts {
  return readCounts(new Float64Array(COUNTS.length));
}

function readCounts(numbers: Float64Array): Counts {
  const at = (name: keyof Counts): number => numbers[COUNTS.indexOf(name)] ?? 0;
  return {
    slots: at('slots'),
    cards: at('cards'),
    edges: at('edges'),
    idCells: at('idCells'),
    keyCells: at('keyCells'),
    heapBytes: at('heapBytes'),
    keys: at('keys'),
    deadSlots: at('deadSlots'),
    deadEdges: at('deadEdges'),
    deadHeapBytes: at('deadHeapBytes'),
    horizonMs: at('horizonMs'),
  };
}

function laneWords(counts: Counts): number {
  return Math.ceil(counts.cards / 32);
}

function lengthOf(counts: Counts): number {
  const { slots, cards, edges, idCells, keyCells, heapBytes } = counts;
  const words = slots * 8 + cards + laneWords(counts) * 4 + (edges + idCells + keyCells) * 2;
  return HEADER_BYTES + slots * 24 + words * 4 + slots + heapBytes;
}

function viewsOn(bytes: Uint8Array, counts: Counts): Tables {
  const { slots, cards, edges, idCells, keyCells, heapBytes } = counts;
  let offset = bytes.byteOffset + HEADER_BYTES;
  const take = (length: number): number => {
    offset += length;
    return offset - length;
  };
  const floats = (length: number): Float64Array => new Float64Array(bytes.buffer, take(length * 8), length);
  const words = (length: number): Uint32Array => new Uint32Array(bytes.buffer, take(length * 4), length);
  const lane = laneWords(counts);
  return {
    counts,
    bytes,
    createdAtMs: floats(slots),
    updatedAtMs: floats(slots),
    momentMs: floats(slots),
    priority: new Int32Array(bytes.buffer, take(slots * 4), slots),
    unmet: words(slots),
    heapOffset: words(slots),
    heapLength: words(slots),
    tags: words(slots),
    firstEdge: words(slots),
    position: words(slots),
    fileCrc: words(slots),
    order: words(cards),
    queue: words(lane),
    later: words(lane),
    claimed: words(lane),
    open: words(lane),
    edges: words(edges * 2),
    idCells: words(idCells * 2),
    keyCells: words(keyCells * 2),
    state: new Uint8Array(bytes.buffer, take(slots), slots),
    heap: Buffer.from(bytes.buffer, take(heapBytes), heapBytes),
  };
}
