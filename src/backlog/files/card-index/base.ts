/**
 * Reads single cards out of the encoded tables; nothing is parsed but the record that is asked for. Of tables that come
 * in pages each entry is asked for before it is looked at: here, and nowhere else.
 */
import type { ClaimOrderKey } from '../../../card/order.ts';
import { findSlot } from './hash-cells.ts';
import { hashText } from './fingerprint.ts';
import { NONE, type Tables } from './encoded/layout.ts';
import type { Pages } from './encoded/pages.ts';
import { beginningOf, idIn, isBegun, summaryIn } from './record.ts';
import type { Summary } from './summary.ts';
import { MISSING, type CardState } from './state.ts';

type Column = Float64Array | Int32Array | Uint32Array | Uint8Array;

export class Base {
  readonly tables: Tables;
  readonly #pages: Pages | null;
  /** Whoever asks for a card mostly asks for it again. */
  #last: { readonly slot: number; readonly summary: Summary } | null = null;

  constructor(tables: Tables) {
    this.tables = tables;
    this.#pages = tables.pages;
  }

  /** Before the columns are looked at as a whole. @throws IndexDamaged */
  needAll(): void {
    this.#pages?.needAll();
  }

  get slots(): number {
    return this.tables.counts.slots;
  }

  slotOf(id: string): number {
    if (this.#last?.summary.id === id) return this.#last.slot;
    const record = beginningOf(id);
    const { idCells } = this.tables;
    return findSlot(
      idCells,
      hashText(id),
      (at) => this.#need(idCells, at, 2),
      (slot) => isBegun(this.#recordAt(slot), record),
    );
  }

  /** The slots whose key has the same hash as this one. */
  slotsOfKey(key: string): readonly number[] {
    const slots: number[] = [];
    const { keyCells } = this.tables;
    findSlot(
      keyCells,
      hashText(key),
      (at) => this.#need(keyCells, at, 2),
      (slot) => {
        slots.push(slot);
        return false;
      },
    );
    return slots;
  }

  idAt(slot: number): string {
    return idIn(this.#recordAt(slot));
  }

  stateAt(slot: number): CardState {
    const { state } = this.tables;
    this.#need(state, slot, 1);
    return state[slot] ?? MISSING;
  }

  positionAt(slot: number): number {
    const { position } = this.tables;
    this.#need(position, slot, 1);
    return position[slot] ?? NONE;
  }

  slotAtPosition(position: number): number {
    const { order } = this.tables;
    this.#need(order, position, 1);
    return order[position] ?? NONE;
  }

  priorityAt(slot: number): number {
    const { priority } = this.tables;
    this.#need(priority, slot, 1);
    return priority[slot] ?? 0;
  }

  createdAtMsAt(slot: number): number {
    const { createdAtMs } = this.tables;
    this.#need(createdAtMs, slot, 1);
    return createdAtMs[slot] ?? 0;
  }

  momentMsAt(slot: number): number {
    const { momentMs } = this.tables;
    this.#need(momentMs, slot, 1);
    return momentMs[slot] ?? NaN;
  }

  tagsAt(slot: number): number {
    const { tags } = this.tables;
    this.#need(tags, slot, 1);
    return tags[slot] ?? 0;
  }

  unmetAt(slot: number): number {
    const { unmet } = this.tables;
    this.#need(unmet, slot, 1);
    return unmet[slot] ?? 0;
  }

  orderKeyAt(slot: number): ClaimOrderKey {
    return new OrderKey(this, slot);
  }

  summaryAt(slot: number): Summary | null {
    if (this.#last?.slot === slot) return this.#last.summary;
    const { updatedAtMs, fileCrc } = this.tables;
    this.#need(updatedAtMs, slot, 1);
    this.#need(fileCrc, slot, 1);
    const summary = summaryIn(this.#recordAt(slot), {
      state: this.stateAt(slot),
      priority: this.priorityAt(slot),
      createdAtMs: this.createdAtMsAt(slot),
      updatedAtMs: updatedAtMs[slot] ?? 0,
      fileCrc: fileCrc[slot] ?? 0,
    });
    if (summary !== null) this.#last = { slot, summary };
    return summary;
  }

  dependentsAt(slot: number): number[] {
    const { firstEdge, edges } = this.tables;
    const slots: number[] = [];
    this.#need(firstEdge, slot, 1);
    for (let edge = firstEdge[slot] ?? NONE; edge !== NONE; edge = edges[edge * 2 + 1] ?? NONE) {
      this.#need(edges, edge * 2, 2);
      slots.push(edges[edge * 2] ?? NONE);
    }
    return slots;
  }

  #recordAt(slot: number): string {
    const { heap, heapOffset, heapLength } = this.tables;
    this.#need(heapOffset, slot, 1);
    this.#need(heapLength, slot, 1);
    const start = heapOffset[slot] ?? 0;
    const length = heapLength[slot] ?? 0;
    this.#need(heap, start, length);
    return heap.toString('utf8', start, start + length);
  }

  /** Before `count` entries of a column are looked at, from `index` on. */
  #need(column: Column, index: number, count: number): void {
    if (this.#pages === null || index >= column.length) return;
    const { byteOffset, BYTES_PER_ELEMENT: width } = column;
    this.#pages.need(byteOffset + index * width, count * width);
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
