/**
 * Reads single cards out of the encoded tables; nothing is parsed but the record that is asked for.
 */
import type { ClaimOrderKey } from '../../../card/order.ts';
import { findSlot } from './hash-cells.ts';
import { hashText } from './fingerprint.ts';
import { NONE, type Tables } from './layout.ts';
import { beginningOf, idIn, isBegun, summaryIn } from './record.ts';
import type { Summary } from './summary.ts';
import { MISSING, type CardState } from './state.ts';

export class Base {
  readonly tables: Tables;
  /** Whoever asks for a card mostly asks for it again. */
  #last: { readonly slot: number; readonly summary: Summary } | null = null;

  constructor(tables: Tables) {
    this.tables = tables;
  }

  get slots(): number {
    return this.tables.counts.slots;
  }

  slotOf(id: string): number {
    if (this.#last?.summary.id === id) return this.#last.slot;
    const record = beginningOf(id);
    return findSlot(this.tables.idCells, hashText(id), (slot) => isBegun(this.#recordAt(slot), record));
  }

  /** The slots whose key has the same hash as this one. */
  slotsOfKey(key: string): readonly number[] {
    const slots: number[] = [];
    findSlot(this.tables.keyCells, hashText(key), (slot) => {
      slots.push(slot);
      return false;
    });
    return slots;
  }

  idAt(slot: number): string {
    return idIn(this.#recordAt(slot));
  }

  stateAt(slot: number): CardState {
    return this.tables.state[slot] ?? MISSING;
  }

  positionAt(slot: number): number {
    return this.tables.position[slot] ?? NONE;
  }

  slotAtPosition(position: number): number {
    return this.tables.order[position] ?? NONE;
  }

  priorityAt(slot: number): number {
    return this.tables.priority[slot] ?? 0;
  }

  createdAtMsAt(slot: number): number {
    return this.tables.createdAtMs[slot] ?? 0;
  }

  orderKeyAt(slot: number): ClaimOrderKey {
    return new OrderKey(this, slot);
  }

  summaryAt(slot: number): Summary | null {
    if (this.#last?.slot === slot) return this.#last.summary;
    const summary = summaryIn(this.#recordAt(slot), {
      state: this.stateAt(slot),
      priority: this.priorityAt(slot),
      createdAtMs: this.createdAtMsAt(slot),
      updatedAtMs: this.tables.updatedAtMs[slot] ?? 0,
      fileCrc: this.tables.fileCrc[slot] ?? 0,
    });
    if (summary !== null) this.#last = { slot, summary };
    return summary;
  }

  dependentsAt(slot: number): number[] {
    const { firstEdge, edges } = this.tables;
    const slots: number[] = [];
    for (let edge = firstEdge[slot] ?? NONE; edge !== NONE; edge = edges[edge * 2 + 1] ?? NONE) {
      slots.push(edges[edge * 2] ?? NONE);
    }
    return slots;
  }

  #recordAt(slot: number): string {
    const { heap, heapOffset, heapLength } = this.tables;
    const start = heapOffset[slot] ?? 0;
    return heap.toString('utf8', start, start + (heapLength[slot] ?? 0));
  }
}

/** The id is read from the heap only if it is asked for: most comparisons are over before that. */
class OrderKey implements ClaimOrderKey {
  readonly #base: Base;
  readonly #slot: number;
  readonly priority: number;
  readonly createdAtMs: number;

  constructor(base: Base, slot: number) {
    this.#base = base;
    this.#slot = slot;
    this.priority = base.priorityAt(slot);
    this.createdAtMs = base.createdAtMsAt(slot);
  }

  get id(): string {
    return this.#base.idAt(this.#slot);
  }
}
