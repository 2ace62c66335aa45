/** What every row of the benchmark works with: its sizes, its stores, its peers, and the order A B A B. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, mustRun, node } from './child.ts';

export interface Sizes {
  readonly manyCards: number;
  readonly someCards: number;
  readonly fewCards: number;
  /** Cold runs of a command. */
  readonly runs: number;
  /** Windows of work for pairs, and how long each is. */
  readonly windows: number;
  readonly windowMs: number;
  readonly pairs: number;
  readonly changes: number;
}

export const FULL: Sizes = {
  ...{ manyCards: 100_000, someCards: 1000, fewCards: 100, runs: 25, windows: 5, windowMs: 2000, pairs: 1500 },
  changes: 400,
};

/** Enough that everything runs once; its figures mean nothing. */
export const SHORT: Sizes = {
  ...{ manyCards: 600, someCards: 300, fewCards: 100, runs: 2, windows: 1, windowMs: 50, pairs: 20 },
  changes: 20,
};

export class Bench {
  readonly sizes: Sizes;
  readonly #folder: string;
  #count = 0;

  /** @param folder on the disk that is to be measured */
  constructor(sizes: Sizes, folder: string) {
    this.sizes = sizes;
    this.#folder = folder;
  }

  /** A path that nobody has used. */
  fresh(name: string): string {
    this.#count += 1;
    mkdirSync(this.#folder, { recursive: true });
    return join(this.#folder, `${name}-${this.#count}`);
  }

  /** A store of so many cards of its own: the first of each size is imported, the others are copies of it. */
  home(cards: number): string {
    const original = join(this.#folder, `home-of-${cards}`);
    if (!existsSync(original)) mustRun(mosaic(original, 'import', this.lines(cards)));
    const copy = this.fresh(`home-${cards}`);
    // Not Node's own copy: it rounds times, and by its files' times a store tells what somebody else has written.
    mustRun({ words: ['cp', '-Rp', original, copy] });
    return copy;
  }

  /** Cards as JSON Lines. */
  lines(cards: number): string {
    const file = join(this.#folder, `${cards}.jsonl`);
    if (existsSync(file)) return file;
    mkdirSync(this.#folder, { recursive: true });
    const descriptor = openSync(file, 'w');
    mustRun(node(program('fill'), String(cards)), descriptor);
    closeSync(descriptor);
    return file;
  }
}

/** One of each in turn, so that whatever else the machine does falls on all alike. @returns a series for each */
export function alternately(times: number, sides: readonly (() => number)[]): readonly (readonly number[])[] {
  const all = sides.map((): number[] => []);
  for (let time = 0; time < times; time += 1) {
    for (const [index, side] of sides.entries()) all[index]?.push(side());
  }
  return all;
}

/** The shipped command on a store. */
export function mosaic(home: string, ...words: readonly string[]): Command {
  return node('bin/mosaic.js', 'fleet', 'backlog', ...words, '--mosaic-home', home);
}

/** One of the programs beside this file. */
export function program(name: string): string {
  return `test/bench/programs/${name}.mjs`;
}
