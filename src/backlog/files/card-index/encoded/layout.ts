/**
 * The bytes of an encoded index: a head, which every reader needs, then the body, in pages that are read when they are
 * needed; see `pages.ts`.
 *
 *   head  u32 crc32 of all of the head behind it, u32 magic with the layout's version, the counts as f64,
 *         the lanes, u32 crc32 of each page of the body, zeros up to a multiple of eight bytes
 *   body  f64 columns, u32 columns and tables, u8 columns, the heap: no padding, because the widest come first
 *
 * A slot is a card's number for good: other parts refer to it, and encoding again does not move it. An id that is only
 * named as a dependency has a slot too, in state MISSING. A position is a card's place in claim order, new each time.
 *
 * Numbers stand in the byte order of the machine. A file from one of the other order shows another magic, so it is
 * refused like any other unknown layout, and made again.
 */
import { crc32 } from 'node:zlib';
import type { Positions } from '../position-set.ts';
import { areAsSummed, Pages, pagesIn, type ReadAt, sumPages } from './pages.ts';

/** Raise the last byte with every change of the layout or of the meaning of anything in it. */
const MAGIC = 0x4d434902;

/** No slot, no position, no edge. */
export const NONE = 0xffffffff;

/** What the header says. All are counts or times, in this order. */
const COUNTS = [
  'slots',
  'cards',
  'open',
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

/** The checksum, the magic and the counts. */
const HEADER_BYTES = 8 + COUNTS.length * 8;

/** The queue, later, claimed, open. */
const LANES = 4;

export interface Tables {
  readonly counts: Counts;
  readonly bytes: Uint8Array;
  /** To be asked before anything of the body is looked at; null where all of it is there. */
  readonly pages: Pages | null;
  /** Sets of positions, one for each lane; in the head, because they are walked. */
  readonly queue: Positions;
  readonly later: Positions;
  readonly claimed: Positions;
  readonly open: Positions;
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
  /** Pairs: a slot that depends, and the next edge of the same dependency. */
  readonly edges: Uint32Array;
  readonly idCells: Uint32Array;
  readonly keyCells: Uint32Array;
  /** The records, see `record.ts`. */
  readonly heap: Buffer;
}

/** Fresh tables, all zero but the header, which is filled in by `seal`. */
export function allocate(counts: Counts): Tables {
  return viewsOn(new Uint8Array(lengthOf(counts)), counts, null);
}

/** Writes header and checksums; the bytes are whole afterwards. */
export function seal(tables: Tables): Uint8Array {
  const { bytes, counts } = tables;
  const { body, sums } = partsOf(bytes, counts);
  sumPages(body, sums);
  const numbers = new Float64Array(bytes.buffer, 8, COUNTS.length);
  for (const [i, name] of COUNTS.entries()) numbers[i] = counts[name];
  const words = new Uint32Array(bytes.buffer, 0, 2);
  words[1] = MAGIC;
  words[0] = sumOfHead(bytes, counts);
  return bytes;
}

/** Views on the bytes, which must not change afterwards; null where they are not exactly what `seal` once wrote. */
export function openTables(bytes: Uint8Array): Tables | null {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const counts = countsIn(aligned, aligned.byteLength);
  if (counts === null || !isHeadWhole(aligned, counts)) return null;
  const { body, sums } = partsOf(aligned, counts);
  return areAsSummed(body, sums) ? viewsOn(aligned, counts, null) : null;
}

/**
 * As `openTables`, but of the body nothing is read yet.
 *
 * @param length of everything that `seal` wrote
 */
export function openTablesInPages(length: number, readAt: ReadAt): Tables | null {
  const header = new Uint8Array(HEADER_BYTES);
  if (readAt(header, 0) !== HEADER_BYTES) return null;
  const announced = countsIn(header, length);
  if (announced === null) return null;
  // Memory that nobody touches costs nothing; but for so much that is not shared V8 would begin to collect at once.
  const bytes = new Uint8Array(new SharedArrayBuffer(length));
  const head = bytes.subarray(0, headLength(announced));
  if (readAt(head, 0) !== head.length) return null;
  const counts = countsIn(head, length);
  if (counts === null || headLength(counts) !== head.length || !isHeadWhole(bytes, counts)) return null;
  const { body, sums } = partsOf(bytes, counts);
  return viewsOn(bytes, counts, new Pages(body, sums, head.length, readAt));
}

/** @returns null where the length is not what it says; whether it is whole is another question */
function countsIn(header: Uint8Array, length: number): Counts | null {
  if (header.byteLength < HEADER_BYTES) return null;
  if (new Uint32Array(header.buffer, header.byteOffset, 2)[1] !== MAGIC) return null;
  const counts = readCounts(new Float64Array(header.buffer, header.byteOffset + 8, COUNTS.length));
  return lengthOf(counts) === length ? counts : null;
}

function isHeadWhole(bytes: Uint8Array, counts: Counts): boolean {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, 1)[0] === sumOfHead(bytes, counts);
}

function sumOfHead(bytes: Uint8Array, counts: Counts): number {
  return crc32(bytes.subarray(4, headLength(counts)));
}

export function noCounts(): Counts {
  return readCounts(new Float64Array(COUNTS.length));
}

function readCounts(numbers: Float64Array): Counts {
  const at = (name: keyof Counts): number => numbers[COUNTS.indexOf(name)] ?? 0;
  return {
    slots: at('slots'),
    cards: at('cards'),
    open: at('open'),
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

/** Of one lane, its words and the bits that say which of them are filled. */
function laneWords({ cards }: Counts): { readonly words: number; readonly filled: number } {
  const words = Math.ceil(cards / 32);
  return { words, filled: Math.ceil(words / 32) };
}

function lanesLength(counts: Counts): number {
  const { words, filled } = laneWords(counts);
  return LANES * (words + filled) * 4;
}

function bodyLength(counts: Counts): number {
  const { slots, cards, edges, idCells, keyCells, heapBytes } = counts;
  const words = slots * 8 + cards + (edges + idCells + keyCells) * 2;
  return slots * 24 + words * 4 + slots + heapBytes;
}

function headLength(counts: Counts): number {
  const length = HEADER_BYTES + lanesLength(counts) + pagesIn(bodyLength(counts)) * 4;
  return Math.ceil(length / 8) * 8;
}

function lengthOf(counts: Counts): number {
  return headLength(counts) + bodyLength(counts);
}

function partsOf(bytes: Uint8Array, counts: Counts): { readonly body: Uint8Array; readonly sums: Uint32Array } {
  const sumsAt = bytes.byteOffset + HEADER_BYTES + lanesLength(counts);
  return {
    body: bytes.subarray(headLength(counts)),
    sums: new Uint32Array(bytes.buffer, sumsAt, pagesIn(bodyLength(counts))),
  };
}

function viewsOn(bytes: Uint8Array, counts: Counts, pages: Pages | null): Tables {
  const { slots, cards, edges, idCells, keyCells, heapBytes } = counts;
  let offset = bytes.byteOffset + HEADER_BYTES;
  const take = (length: number): number => {
    offset += length;
    return offset - length;
  };
  const floats = (length: number): Float64Array => new Float64Array(bytes.buffer, take(length * 8), length);
  const words = (length: number): Uint32Array => new Uint32Array(bytes.buffer, take(length * 4), length);
  const ofLane = laneWords(counts);
  const lane = (): Positions => ({ words: words(ofLane.words), filled: words(ofLane.filled) });
  const [queue, later, claimed, open] = [lane(), lane(), lane(), lane()];
  offset = bytes.byteOffset + headLength(counts);
  return {
    counts,
    bytes,
    pages,
    queue,
    later,
    claimed,
    open,
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
    edges: words(edges * 2),
    idCells: words(idCells * 2),
    keyCells: words(keyCells * 2),
    state: new Uint8Array(bytes.buffer, take(slots), slots),
    heap: Buffer.from(bytes.buffer, take(heapBytes), heapBytes),
  };
}
