/**
 * All cards by slot: the encoded base, never written to, and over it what has changed since.
 */
import { compareClaimOrder, type ClaimOrderKey } from '../../../card/order.ts';
import { Base } from './base.ts';
import { tagsOf } from './fingerprint.ts';
import { NONE, type Tables } from './encoded/layout.ts';
import { MISSING, isDone, momentOf, stateOf, type CardState } from './state.ts';
import type { Summary } from './summary.ts';

/** A slot whose card is new, changed or removed, or an id that is newly named. */
export interface Changed {
  readonly id: string;
  readonly summary: Summary | null;
  readonly state: CardState;
  readonly momentMs: number;
  readonly tags: number;
}

/** Edges of one dependency that differ from the base, by dependent. */
type EdgeChanges = Map<number, 'added' | 'removed'>;

export class CardTable {
  readonly base: Base;
  /** Cards of the base, still cards, whose place in claim order is no longer the one they have there. */
  readonly moved: Set<number> = new Set();
  readonly changed: Map<number, Changed> = new Map();
  readonly changedUnmet: Map<number, number> = new Map();
  readonly changedEdges: Map<number, EdgeChanges> = new Map();
  readonly #slots = new Map<string, number>();
  readonly #slotsOfKey = new Map<string, Set<number>>();
  #slotCount: number;
  #cardCount: number;

  constructor(tables: Tables) {
    this.base = new Base(tables);
    this.#slotCount = tables.counts.slots;
    this.#cardCount = tables.counts.cards;
  }

  get slotCount(): number {
    return this.#slotCount;
  }

  get cardCount(): number {
    return this.#cardCount;
  }

  /** -1 for an id that is neither a card nor named by one. */
  slotOf(id: string): number {
    return this.#slots.get(id) ?? this.base.slotOf(id);
  }

  slotFor(id: string): number {
    const known = this.slotOf(id);
    if (known >= 0) return known;
    const slot = this.#slotCount;
    this.#slotCount += 1;
    this.#slots.set(id, slot);
    this.changed.set(slot, changedOf(id, null));
    return slot;
  }

  idAt(slot: number): string {
    return this.changed.get(slot)?.id ?? this.base.idAt(slot);
  }

  stateAt(slot: number): CardState {
    return this.changed.get(slot)?.state ?? this.base.stateAt(slot);
  }

  momentMsAt(slot: number): number {
    return this.changed.get(slot)?.momentMs ?? this.base.momentMsAt(slot);
  }

  tagsAt(slot: number): number {
    return this.changed.get(slot)?.tags ?? this.base.tagsAt(slot);
  }

  summaryAt(slot: number): Summary | null {
    const changed = this.changed.get(slot);
    return changed === undefined ? this.base.summaryAt(slot) : changed.summary;
  }

  unmetAt(slot: number): number {
    return this.changedUnmet.get(slot) ?? this.base.unmetAt(slot);
  }

  shiftUnmet(slot: number, by: 1 | -1): void {
    this.changedUnmet.set(slot, this.unmetAt(slot) + by);
  }

  /** The place in the base's claim order; NONE for a card that is new or has moved. */
  positionAt(slot: number): number {
    return this.moved.has(slot) ? NONE : this.base.positionAt(slot);
  }

  /** Claim order of two slots that hold cards. */
  compare(a: number, b: number): number {
    const positionOfA = this.positionAt(a);
    const positionOfB = this.positionAt(b);
    if (positionOfA !== NONE && positionOfB !== NONE) return positionOfA - positionOfB;
    return compareClaimOrder(this.#orderKeyAt(a), this.#orderKeyAt(b));
  }

  /** In claim order. Every slot holds a card. */
  sorted(slots: readonly number[]): number[] {
    const keyed = slots.map((slot) => ({ slot, key: this.#orderKeyAt(slot) }));
    return keyed.sort((a, b) => compareClaimOrder(a.key, b.key)).map(({ slot }) => slot);
  }

  /** The position in the base before which the card would stand. */
  placeOf(slot: number): number {
    const key = this.#orderKeyAt(slot);
    let low = 0;
    let high = this.base.tables.order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareClaimOrder(this.base.orderKeyAt(this.base.slotAtPosition(middle)), key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Changes the card alone and returns what was there; the edges and counts that follow from it are `relink`'s and
   * `shiftUnmet`'s.
   */
  setCard(slot: number, summary: Summary | null): Summary | null {
    const before = this.summaryAt(slot);
    const id = summary?.id ?? this.idAt(slot);
    this.#cardCount += (summary === null ? 0 : 1) - (before === null ? 0 : 1);
    this.#slots.set(id, slot);
    this.changed.set(slot, changedOf(id, summary));
    this.#noteMove(slot, summary);
    this.#noteKey(slot, before, summary);
    return before;
  }

  /** Brings edges and the count of unmet dependencies from one list of dependencies to another. */
  relink(slot: number, from: readonly string[], to: readonly string[]): void {
    const kept = new Set(to);
    for (const id of new Set(from)) if (!kept.has(id)) this.#changeEdge(this.slotFor(id), slot, 'removed');
    const had = new Set(from);
    let unmet = 0;
    for (const id of kept) {
      const dependency = this.slotFor(id);
      if (!had.has(id)) this.#changeEdge(dependency, slot, 'added');
      if (!isDone(this.stateAt(dependency))) unmet += 1;
    }
    this.changedUnmet.set(slot, unmet);
  }

  dependentsAt(slot: number): readonly number[] {
    const changes = this.changedEdges.get(slot);
    const dependents = slot < this.base.slots ? this.base.dependentsAt(slot) : [];
    if (changes === undefined) return dependents;
    const left = dependents.filter((dependent) => changes.get(dependent) !== 'removed');
    for (const [dependent, change] of changes) if (change === 'added') left.push(dependent);
    return left;
  }

  slotsOfKey(key: string): readonly number[] {
    const slots = this.base
      .slotsOfKey(key)
      .filter((slot) => !this.changed.has(slot) && this.base.summaryAt(slot)?.idempotencyKey === key);
    return [...slots, ...(this.#slotsOfKey.get(key) ?? [])];
  }

  /** The cards that have no place in the base's claim order, in claim order among themselves. */
  strangers(): number[] {
    const slots: number[] = [];
    for (const [slot, { summary }] of this.changed) {
      if (summary !== null && this.positionAt(slot) === NONE) slots.push(slot);
    }
    return this.sorted(slots);
  }

  #changeEdge(dependency: number, dependent: number, change: 'added' | 'removed'): void {
    let changes = this.changedEdges.get(dependency);
    if (changes === undefined) this.changedEdges.set(dependency, (changes = new Map()));
    // The base has it or has it not: undoing a change is no change.
    if (changes.has(dependent)) changes.delete(dependent);
    else changes.set(dependent, change);
  }

  #noteMove(slot: number, summary: Summary | null): void {
    if (this.base.positionAt(slot) === NONE) return;
    const stays =
      summary === null ||
      (summary.priority === this.base.priorityAt(slot) && summary.createdAtMs === this.base.createdAtMsAt(slot));
    if (stays) this.moved.delete(slot);
    else this.moved.add(slot);
  }

  #noteKey(slot: number, before: Summary | null, after: Summary | null): void {
    if (before !== null && before.idempotencyKey !== null) this.#slotsOfKey.get(before.idempotencyKey)?.delete(slot);
    if (after === null || after.idempotencyKey === null) return;
    const slots = this.#slotsOfKey.get(after.idempotencyKey);
    if (slots === undefined) this.#slotsOfKey.set(after.idempotencyKey, new Set([slot]));
    else slots.add(slot);
  }

  #orderKeyAt(slot: number): ClaimOrderKey {
    return this.changed.get(slot)?.summary ?? this.base.orderKeyAt(slot);
  }
}

function changedOf(id: string, summary: Summary | null): Changed {
  if (summary === null) return { id, summary, state: MISSING, momentMs: NaN, tags: 0 };
  return {
    id,
    summary,
    state: stateOf(summary.status, summary.archived ? 'archived' : 'live'),
    momentMs: momentOf(summary),
    tags: tagsOf(summary.phase, summary.labels),
  };
}
