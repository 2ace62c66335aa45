/**
 * Which cards are where on their way: waiting to be claimed (the queue), kept back by their date alone (later), claimed;
 * and which are open at all. Cards that are none of these are in no lane.
 */
import type { CardTable } from './card-table.ts';
import { Lane } from './lane.ts';
import { NONE } from './encoded/layout.ts';
import { PositionSet } from './position-set.ts';
import { CLAIMED, READY, isOpen } from './state.ts';

export class Lanes {
  readonly queue: Lane;
  readonly later: Lane;
  readonly claimed: Lane;
  /** Open cards by the position they have in the base; the rest of them by slot. */
  readonly openPlaced: PositionSet;
  readonly openStrangers: Set<number> = new Set();
  readonly #cards: CardTable;
  #openCount: number;
  /** What lies between queue and later: a date up to here has passed. */
  #horizonMs: number;
  // Bounds that save walking a lane: no date in `later` and no end of a claim is earlier, no claim was taken later.
  #earliestDateMs = -Infinity;
  #earliestEndMs = -Infinity;
  #latestTakenMs = Infinity;

  constructor(cards: CardTable) {
    const { tables } = cards.base;
    this.#cards = cards;
    this.queue = new Lane(cards, tables.queue);
    this.later = new Lane(cards, tables.later);
    this.claimed = new Lane(cards, tables.claimed);
    this.openPlaced = new PositionSet(tables.open);
    this.#openCount = tables.counts.open;
    this.#horizonMs = tables.counts.horizonMs;
  }

  /** How many cards are open. */
  get openCount(): number {
    return this.#openCount;
  }

  get horizonMs(): number {
    return this.#horizonMs;
  }

  /** To be called with the card as it now is, after `leave` with the card as it was. */
  enter(slot: number): void {
    const lane = this.#laneOf(slot);
    lane?.add(slot);
    if (lane === this.later) this.#earliestDateMs = Math.min(this.#earliestDateMs, this.#cards.momentMsAt(slot));
    if (lane !== this.claimed) return;
    this.#earliestEndMs = Math.min(this.#earliestEndMs, this.#cards.momentMsAt(slot));
    this.#latestTakenMs = Math.max(this.#latestTakenMs, this.#takenMsAt(slot));
  }

  leave(slot: number): void {
    this.#laneOf(slot)?.delete(slot);
  }

  noteOpen(slot: number): void {
    const position = this.#cards.base.positionAt(slot);
    const open = isOpen(this.#cards.stateAt(slot));
    if (position !== NONE) {
      this.#openCount += (open ? 1 : 0) - (this.openPlaced.has(position) ? 1 : 0);
      if (open) this.openPlaced.add(position);
      else this.openPlaced.delete(position);
    } else {
      this.#openCount += (open ? 1 : 0) - (this.openStrangers.has(slot) ? 1 : 0);
      if (open) this.openStrangers.add(slot);
      else this.openStrangers.delete(slot);
    }
  }

  /** Moves cards between queue and later until the line between them is at `nowMs`; clocks go back, too. */
  advance(nowMs: number): void {
    const goesBack = nowMs < this.#horizonMs;
    if (!goesBack && nowMs < this.#earliestDateMs) {
      this.#horizonMs = nowMs;
      return;
    }
    const [from, to] = goesBack ? [this.queue, this.later] : [this.later, this.queue];
    const crossing: number[] = [];
    let earliest = Infinity;
    for (const slot of from.slots()) {
      const moment = this.#cards.momentMsAt(slot);
      if (goesBack ? moment > nowMs : moment <= nowMs) crossing.push(slot);
      if (moment > nowMs) earliest = Math.min(earliest, moment);
    }
    for (const slot of crossing) {
      from.delete(slot);
      to.add(slot);
    }
    this.#horizonMs = nowMs;
    this.#earliestDateMs = goesBack ? Math.min(this.#earliestDateMs, earliest) : earliest;
  }

  expired(nowMs: number): readonly number[] {
    if (nowMs < this.#earliestEndMs) return [];
    const slots: number[] = [];
    let earliest = Infinity;
    for (const slot of this.claimed.slots()) {
      const end = this.#cards.momentMsAt(slot);
      if (end <= nowMs) slots.push(slot);
      if (end < earliest) earliest = end;
    }
    this.#earliestEndMs = earliest;
    return slots;
  }

  claimedAhead(nowMs: number): readonly number[] {
    if (nowMs >= this.#latestTakenMs) return [];
    const slots: number[] = [];
    let latest = -Infinity;
    for (const slot of this.claimed.slots()) {
      const taken = this.#takenMsAt(slot);
      if (taken > nowMs) slots.push(slot);
      if (taken > latest) latest = taken;
    }
    this.#latestTakenMs = latest;
    return slots;
  }

  /** The earliest moment after `nowMs` that a card in `later` or a claim waits for; Infinity for none. */
  nextMomentMs(nowMs: number): number {
    this.advance(nowMs);
    let next = Infinity;
    for (const lane of [this.later, this.claimed]) {
      for (const slot of lane.slots()) {
        const moment = this.#cards.momentMsAt(slot);
        if (moment > nowMs && moment < next) next = moment;
      }
    }
    return next;
  }

  #laneOf(slot: number): Lane | null {
    const state = this.#cards.stateAt(slot);
    if (state === CLAIMED) return this.claimed;
    if (state !== READY || this.#cards.unmetAt(slot) > 0) return null;
    return this.#cards.momentMsAt(slot) > this.#horizonMs ? this.later : this.queue;
  }

  #takenMsAt(slot: number): number {
    return this.#cards.summaryAt(slot)?.claimedAtMs ?? -Infinity;
  }
}
