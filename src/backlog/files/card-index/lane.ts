/**
 * A set of cards that is walked in claim order. Cards that have a place in the base are bits at that place; the others,
 * new ones mostly, are a sorted list beside it.
 */
import type { CardTable } from './card-table.ts';
import { NONE } from './encoded/layout.ts';
import { type Positions, PositionSet } from './position-set.ts';

/** More filters than any fleet has; behind that the marks begin anew. */
const MOST_MARKS = 64;

/** Up to here it is cheaper to put them into the sorted list one by one. */
const A_FEW = 8;

export class Lane {
  readonly #cards: CardTable;
  readonly #placed: PositionSet;
  /** Replaced, never changed in place: a walk goes on over the list it began with. */
  #strangers: readonly number[] = [];
  /** Strangers not yet sorted in, so that a bulk of new cards is sorted once. */
  readonly #arrivals = new Set<number>();
  /** By filter: no placed card before this position is in the lane and matches. */
  readonly #marks = new Map<string, number>();

  constructor(cards: CardTable, placed: Positions) {
    this.#cards = cards;
    this.#placed = new PositionSet(placed);
  }

  add(slot: number): void {
    const position = this.#cards.positionAt(slot);
    if (position === NONE) {
      if (!this.has(slot)) this.#arrivals.add(slot);
      return;
    }
    this.#placed.add(position);
    for (const [filter, mark] of this.#marks) if (position < mark) this.#marks.set(filter, position);
  }

  delete(slot: number): void {
    const position = this.#cards.positionAt(slot);
    if (position !== NONE) {
      this.#placed.delete(position);
      return;
    }
    if (this.#arrivals.delete(slot)) return;
    const place = this.#placeOf(slot);
    if (this.#strangers[place] === slot) this.#strangers = this.#strangers.toSpliced(place, 1);
  }

  has(slot: number): boolean {
    const position = this.#cards.positionAt(slot);
    if (position !== NONE) return this.#placed.has(position);
    return this.#arrivals.has(slot) || this.#strangers[this.#placeOf(slot)] === slot;
  }

  /** In claim order. What is added or deleted during the walk may or may not be met. */
  *slots(filter?: string): Generator<number, void> {
    const strangers = this.#sortedStrangers();
    let next = 0;
    let position = this.#placed.next(filter === undefined ? 0 : (this.#marks.get(filter) ?? 0));
    while (position >= 0 || next < strangers.length) {
      const placed = position < 0 ? NONE : this.#cards.base.slotAtPosition(position);
      const stranger = strangers[next] ?? NONE;
      if (stranger === NONE || (placed !== NONE && this.#cards.compare(placed, stranger) < 0)) {
        yield placed;
        position = this.#placed.next(position + 1);
      } else {
        next += 1;
        yield stranger;
      }
    }
  }

  /** Says that no placed card of the lane before this position matches the filter. */
  mark(filter: string, position: number): void {
    if (this.#marks.size >= MOST_MARKS) this.#marks.clear();
    this.#marks.set(filter, position);
  }

  get placed(): PositionSet {
    return this.#placed;
  }

  /** The members without a place, in no order. */
  *unsorted(): Generator<number, void> {
    yield* this.#strangers;
    yield* this.#arrivals;
  }

  #sortedStrangers(): readonly number[] {
    if (this.#arrivals.size > A_FEW) {
      this.#strangers = this.#cards.sorted([...this.#strangers, ...this.#arrivals]);
    } else {
      for (const slot of this.#arrivals) this.#strangers = this.#strangers.toSpliced(this.#placeOf(slot), 0, slot);
    }
    this.#arrivals.clear();
    return this.#strangers;
  }

  /** Where in the sorted list the slot stands, or would. */
  #placeOf(slot: number): number {
    let low = 0;
    let high = this.#strangers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#cards.compare(this.#strangers[middle] ?? NONE, slot) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
