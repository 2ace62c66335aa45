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

/**
 * Behind a body of our own, for the records of cards that change: all else of it mostly stays as long as it is. What is
 * never written to takes no memory.
 */
const ROOM_SHARE = 1 / 2;
const LEAST_ROOM = 4096;

/** The queue, later, claimed, open. */
const LANES = 4;

export interface Tables {
  readonly counts: Counts;
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  /** Of each page of the body. */
  readonly sums: Uint32Array;
  /** So many bytes behind the body are free for more of it; 0 where the memory is not ours to write to. */
  readonly room: number;
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

/** Fresh tables, all zero, until `seal` fills in the head. */
export function allocate(counts: Counts): Tables {
  const length = bodyLength(counts);
  const room = LEAST_ROOM + Math.ceil(length * ROOM_SHARE);
  return viewsOn(new Uint8Array(headLength(counts)), new Uint8Array(length + room), counts, { room, pages: null });
}

/**
 * The same tables with a longer heap and other counts, for which there is room. They share their memory: whoever goes on
 * with these has done with those. The lanes are empty, and the checksums are those of before.
 */
export function lengthened(tables: Tables, counts: Counts): Tables {
  const grown = counts.heapBytes - tables.counts.heapBytes;
  const { buffer, byteOffset, length } = tables.body;
  const room = tables.room - grown;
  const body = new Uint8Array(buffer, byteOffset, length + grown);
  const longer = viewsOn(new Uint8Array(headLength(counts)), body, counts, { room, pages: null });
  longer.sums.set(tables.sums);
  return longer;
}

/** Writes the head; what was encoded is whole afterwards. @param pages those that are not as their checksum says */
export function seal({ head, body, sums, counts }: Tables, pages: Iterable<number>): void {
  sumPages(body, sums, pages);
  const numbers = new Float64Array(head.buffer, head.byteOffset + 8, COUNTS.length);
  for (const [i, name] of COUNTS.entries()) numbers[i] = counts[name];
  const words = new Uint32Array(head.buffer, head.byteOffset, 2);
  words[1] = MAGIC;
  words[0] = sumOfHead(head);
}

/** Views on the bytes, which must not change afterwards; null where they are not exactly what was once encoded. */
export function openTables(bytes: Uint8Array): Tables | null {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const counts = countsIn(aligned, aligned.byteLength);
  if (counts === null) return null;
  const head = aligned.subarray(0, headLength(counts));
  if (!isHeadWhole(head)) return null;
  const tables = viewsOn(head, aligned.subarray(head.length), counts, { room: 0, pages: null });
  return areAsSummed(tables.body, tables.sums) ? tables : null;
}

/**
 * As `openTables`, but of the body nothing is read yet.
 *
 * @param length of everything that was encoded
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
  if (counts === null || headLength(counts) !== head.length || !isHeadWhole(head)) return null;
  const body = bytes.subarray(head.length);
  const pages = new Pages(body, sumsIn(head, counts), head.length, readAt);
  return viewsOn(head, body, counts, { room: 0, pages });
}

/** @returns null where the length is not what it says; whether it is whole is another question */
function countsIn(header: Uint8Array, length: number): Counts | null {
  if (header.byteLength < HEADER_BYTES) return null;
  if (new Uint32Array(header.buffer, header.byteOffset, 2)[1] !== MAGIC) return null;
  const counts = readCounts(new Float64Array(header.buffer, header.byteOffset + 8, COUNTS.length));
  return lengthOf(counts) === length ? counts : null;
}

function isHeadWhole(head: Uint8Array): boolean {
  return new Uint32Array(head.buffer, head.byteOffset, 1)[0] === sumOfHead(head);
}

function sumOfHead(head: Uint8Array): number {
  return crc32(head.subarray(4));
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

function sumsIn(head: Uint8Array, counts: Counts): Uint32Array {
  const at = head.byteOffset + HEADER_BYTES + lanesLength(counts);
  return new Uint32Array(head.buffer, at, pagesIn(bodyLength(counts)));
}

/** @param memory begins with the body; there may be more behind it */
function viewsOn(
  head: Uint8Array,
  memory: Uint8Array,
  counts: Counts,
  { room, pages }: Pick<Tables, 'room' | 'pages'>,
): Tables {
  const { slots, cards, edges, idCells, keyCells, heapBytes } = counts;
  const ofLane = laneWords(counts);
  const ofHead = viewer(head, HEADER_BYTES);
  const lane = (): Positions => ({ words: ofHead.words(ofLane.words), filled: ofHead.words(ofLane.filled) });
  const [queue, later, claimed, open] = [lane(), lane(), lane(), lane()];
  const { floats, words, signed, bytes } = viewer(memory, 0);
  return {
    counts,
    head,
    body: memory.subarray(0, bodyLength(counts)),
    sums: sumsIn(head, counts),
    room,
    pages,
    queue,
    later,
    claimed,
    open,
    createdAtMs: floats(slots),
    updatedAtMs: floats(slots),
    momentMs: floats(slots),
    priority: signed(slots),
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
    state: bytes(slots),
    heap: Buffer.from(memory.buffer, memory.byteOffset + bodyLength(counts) - heapBytes, heapBytes),
  };
}

/** Views one behind the other. */
function viewer({ buffer, byteOffset }: Uint8Array, from: number) {
  let offset = byteOffset + from;
  const take = (length: number): number => {
    offset += length;
    return offset - length;
  };
  return {
    floats: (length: number) => new Float64Array(buffer, take(length * 8), length),
    words: (length: number) => new Uint32Array(buffer, take(length * 4), length),
    signed: (length: number) => new Int32Array(buffer, take(length * 4), length),
    bytes: (length: number) => new Uint8Array(buffer, take(length), length),
  };
}
