/**
 * A set of positions as bits, with a second level that says which words hold any, so that the next member is found in
 * a few steps wherever it is.
 */
export interface Positions {
  readonly words: Uint32Array;
  /** A bit for each word that is not zero. */
  readonly filled: Uint32Array;
}

export class PositionSet {
  readonly #words: Uint32Array;
  readonly #filled: Uint32Array;

  /** Copies them, and looks at none: a cold command has no time for loops over all words, nor for having them compiled. */
  constructor({ words, filled }: Positions) {
    this.#words = words.slice();
    this.#filled = filled.slice();
  }

  has(position: number): boolean {
    return ((this.#words[position >>> 5] ?? 0) & (1 << (position & 31))) !== 0;
  }

  add(position: number): void {
    addPosition({ words: this.#words, filled: this.#filled }, position);
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

  copyTo({ words, filled }: Positions): void {
    words.set(this.#words);
    filled.set(this.#filled);
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

export function addPosition({ words, filled }: Positions, position: number): void {
  setBit(words, position);
  setBit(filled, position >>> 5);
}

function setBit(words: Uint32Array, bit: number): void {
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
