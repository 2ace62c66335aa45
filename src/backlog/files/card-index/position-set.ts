/**
 * A set of positions as bits, with a second level that says which words hold any, so that the next member is found in
 * a few steps wherever it is.
 */
export class PositionSet {
  readonly #words: Uint32Array;
  readonly #filled: Uint32Array;

  /** Takes the words over. */
  constructor(words: Uint32Array) {
    this.#words = words;
    this.#filled = new Uint32Array(Math.ceil(words.length / 32));
    for (let i = 0; i < words.length; i += 1) if (words[i] !== 0) setBit(this.#filled, i);
  }

  has(position: number): boolean {
    return ((this.#words[position >>> 5] ?? 0) & (1 << (position & 31))) !== 0;
  }

  add(position: number): void {
    setBit(this.#words, position);
    setBit(this.#filled, position >>> 5);
  }

  delete(position: number): void {
    clearBit(this.#words, position);
    if (this.#words[position >>> 5] === 0) clearBit(this.#filled, position >>> 5);
  }

  /** The first member at or behind `from`, or -1. */
  next(from: number): number {
    const here = nextInWord(this.#words, from);
    if (here >= 0) return here;
    const nextWord = this.#nextFilled((from >>> 5) + 1);
    return nextWord < 0 ? -1 : nextInWord(this.#words, nextWord * 32);
  }

  get count(): number {
    let count = 0;
    for (const word of this.#words) if (word !== 0) count += bitsIn(word);
    return count;
  }

  copyTo(words: Uint32Array): void {
    words.set(this.#words);
  }

  #nextFilled(from: number): number {
    const here = nextInWord(this.#filled, from);
    if (here >= 0) return here;
    for (let i = (from >>> 5) + 1; i < this.#filled.length; i += 1) {
      if (this.#filled[i] !== 0) return nextInWord(this.#filled, i * 32);
    }
    return -1;
  }
}

/** Adds up neighbouring bits, then pairs, then fours; the product sums the bytes. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export function setBit(words: Uint32Array, bit: number): void {
  words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

function clearBit(words: Uint32Array, bit: number): void {
  words[bit >>> 5] = (words[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
}

/** The first bit set at or behind `from` in the word `from` lies in, or -1. */
function nextInWord(words: Uint32Array, from: number): number {
  const bits = (words[from >>> 5] ?? 0) & (-1 << (from & 31));
  return bits === 0 ? -1 : (from & ~31) + 31 - Math.clz32(bits & -bits);
}
