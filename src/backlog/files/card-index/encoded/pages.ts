/**
 * The body of an encoded index, read and verified a page at a time. A cold command looks at a few cards: it needs a few
 * dozen pages of thousands, and the memory of the others is never touched.
 *
 * Whoever looks at bytes of the body asks for them first; what has not been asked for is not there. A page that is not
 * the one that was encoded is found only then, in the middle of whatever is being decided, so it is thrown, as
 * `IndexDamaged`: see `known.ts` for who catches it, and why nobody else may.
 */
import { crc32 } from 'node:zlib';

const PAGE_BYTES = 8192;

/** Whoever needs so large a share of the pages is about to need most: all that are left then come at once. */
const A_FEW = 1 / 4;

/** Fills `into` with what stands at `position` of the encoded index; returns how many bytes there were. */
export type ReadAt = (into: Uint8Array, position: number) => number;

/** The index is not as it was encoded: it has to be made again. */
export class IndexDamaged extends Error {
  constructor() {
    super('A page of the index is not as it was written.');
  }
}

export class Pages {
  readonly #body: Uint8Array;
  readonly #sums: Uint32Array;
  readonly #bodyAt: number;
  readonly #readAt: ReadAt;
  readonly #isThere: Uint8Array;
  #missing: number;

  /**
   * @param body room for it
   * @param sums the checksum of each page, verified
   * @param bodyAt where it begins in the encoded index
   */
  constructor(body: Uint8Array, sums: Uint32Array, bodyAt: number, readAt: ReadAt) {
    this.#body = body;
    this.#sums = sums;
    this.#bodyAt = bodyAt;
    this.#readAt = readAt;
    this.#isThere = new Uint8Array(sums.length);
    this.#missing = sums.length;
  }

  /**
   * @param at where the bytes begin in the memory that the body lies in
   * @throws IndexDamaged
   */
  need(at: number, bytes: number): void {
    if (this.#missing === 0 || bytes === 0) return;
    const last = pageAt(this.#body, at + bytes - 1);
    for (let page = pageAt(this.#body, at); page <= last; page += 1)
      if (this.#isThere[page] === 0) this.#read(page, page + 1);
    if (this.#missing < this.#sums.length * (1 - A_FEW)) this.needAll();
  }

  /** @throws IndexDamaged */
  needAll(): void {
    for (let page = 0; this.#missing > 0 && page < this.#sums.length; page += 1) {
      if (this.#isThere[page] !== 0) continue;
      const end = this.#isThere.indexOf(1, page);
      this.#read(page, end < 0 ? this.#sums.length : end);
    }
  }

  #read(first: number, end: number): void {
    const bytes = this.#body.subarray(first * PAGE_BYTES, end * PAGE_BYTES);
    const count = this.#readAt(bytes, this.#bodyAt + first * PAGE_BYTES);
    if (count !== bytes.length || !areAsSummed(bytes, this.#sums.subarray(first, end))) throw new IndexDamaged();
    this.#isThere.fill(1, first, end);
    this.#missing -= end - first;
  }
}

export function pagesIn(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

/** Writes the checksums of these pages. */
export function sumPages(body: Uint8Array, sums: Uint32Array, pages: Iterable<number>): void {
  for (const page of pages) sums[page] = sumOf(body, page);
}

/** Which page of the body holds the byte at that place in the memory that the body lies in. */
export function pageAt(body: Uint8Array, at: number): number {
  return Math.floor((at - body.byteOffset) / PAGE_BYTES);
}

export function areAsSummed(body: Uint8Array, sums: Uint32Array): boolean {
  for (let page = 0; page < sums.length; page += 1) if (sums[page] !== sumOf(body, page)) return false;
  return true;
}

function sumOf(body: Uint8Array, page: number): number {
  return crc32(body.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
}
