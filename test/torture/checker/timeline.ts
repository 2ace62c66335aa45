/**
 * The store at every moment, as the journal tells it: state 0 before anything happened, state k after the k-th
 * transaction. And which of these states a call can have met, given when it began and ended.
 */
import type { Card } from '../../../src/card/card.ts';
import type { JournalLine } from './call.ts';
import type { World } from './model-world.ts';

export interface Version {
  /** The transaction that made it; it stands until the next version of the card. */
  readonly state: number;
  readonly card: Card | null;
  readonly archived: boolean;
}

/** When a transaction can have taken place: while the call that made it was under way. */
export interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

export interface Range {
  readonly first: number;
  readonly last: number;
}

export class Timeline {
  readonly count: number;
  readonly #versions = new Map<string, Version[]>();
  readonly #atMs: readonly number[];
  /** The latest that each state can have begun, and the earliest: filled by `place`. */
  #begunByUs: number[] = [];
  #begunFromUs: number[] = [];

  constructor(transactions: readonly (readonly JournalLine[])[]) {
    this.count = transactions.length;
    this.#atMs = transactions.map((lines) => lines[0]?.atMs ?? 0);
    for (const [index, lines] of transactions.entries()) {
      for (const { id, card, place } of lines) {
        const versions = this.#versions.get(id) ?? [];
        if (versions.at(-1)?.state === index + 1) versions.pop();
        versions.push({ state: index + 1, card, archived: place === 'archive' });
        this.#versions.set(id, versions);
      }
    }
  }

  ids(): Iterable<string> {
    return this.#versions.keys();
  }

  versions(id: string): readonly Version[] {
    return this.#versions.get(id) ?? [];
  }

  /** The number of the version that stands in that state; -1 when there is none yet. */
  versionAt(id: string, state: number): number {
    const versions = this.versions(id);
    return lastWhere(versions.length, (index) => (versions[index]?.state ?? 0) <= state);
  }

  world(state: number): World {
    const at = (id: string): Version | undefined => this.versions(id)[this.versionAt(id, state)];
    const ids = this.#versions.keys.bind(this.#versions);
    return {
      card: (id) => at(id)?.card ?? null,
      isArchived: (id) => at(id)?.archived ?? false,
      *cards() {
        for (const id of ids()) {
          const card = at(id)?.card ?? null;
          if (card !== null) yield card;
        }
      },
    };
  }

  /** By the wall clock, when that state began; the first has always been there. */
  begunMs(state: number): number {
    return state === 0 ? Number.NEGATIVE_INFINITY : (this.#atMs[state - 1] ?? Number.POSITIVE_INFINITY);
  }

  /** Whether something changed after one moment of the wall clock and before another. */
  changesBetween(afterMs: number, beforeMs: number): boolean {
    return this.#atMs.some((ms) => ms > afterMs && ms < beforeMs);
  }

  /** Tells the timeline when each transaction can have taken place. */
  place(spans: readonly Span[]): void {
    this.#begunFromUs = [Number.NEGATIVE_INFINITY];
    for (const { startUs } of spans) this.#begunFromUs.push(Math.max(this.#begunFromUs.at(-1) ?? startUs, startUs));
    this.#begunByUs = [Number.POSITIVE_INFINITY];
    for (const { endUs } of spans.toReversed()) {
      this.#begunByUs.push(Math.min(this.#begunByUs.at(-1) ?? endUs, endUs));
    }
    this.#begunByUs.reverse();
  }

  /** The states that a call can have met which was under way in that time. Never empty for `startUs <= endUs`. */
  statesDuring({ startUs, endUs }: Span): Range {
    // A state is over when the next one has begun, and that is so for sure once the next one's call has ended.
    const first = this.#firstNotOver(startUs);
    const last = lastWhere(this.count + 1, (state) => (this.#begunFromUs[state] ?? 0) <= endUs);
    return { first, last };
  }

  #firstNotOver(startUs: number): number {
    return lastWhere(this.count, (state) => (this.#begunByUs[state] ?? 0) < startUs) + 1;
  }
}

/** The last index below `count` for which `holds` is true, where all that hold come first; -1 for none. */
function lastWhere(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
