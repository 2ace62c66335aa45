/**
 * The index of all cards, in memory and as bytes: finds the next claimable card, expired claims, dependents.
 *
 * It is a cache: it finds and never decides. Whoever acts on a card reads the card's file first.
 *
 * A cold process decodes its head alone, and has the first claimable card a few pages later. A long-lived process lays
 * views on the bytes of the whole file, once it has checked them. It puts changes in as they happen and encodes now and then:
 * changes are kept beside the decoded base, so a put costs the same however many cards there are. To encode then writes
 * them into the base, or copies it where cards came, left or moved. Up to a few thousand changes between two encodings is
 * what it is made for.
 */
import { CardTable } from './card-table.ts';
import { encodeTables } from './encode.ts';
import { patchTables } from './patch.ts';
import { tagsMayMatch, type ClaimFilter } from './fingerprint.ts';
import { Lanes } from './lanes.ts';
import { NONE, allocate, noCounts, openTables, openTablesInPages, seal, type Tables } from './encoded/layout.ts';
import type { ReadAt } from './encoded/pages.ts';
import { isDone, MISSING } from './state.ts';
import { NEVER_MS, type Summary } from './summary.ts';

export type { ClaimFilter };

/** So much in the base may be of no use before everything is laid out anew. */
const MOST_WASTE = 1000;

export class CardIndex {
  #cards: CardTable;
  #lanes: Lanes;

  private constructor(tables: Tables) {
    this.#cards = new CardTable(tables);
    this.#lanes = new Lanes(this.#cards);
  }

  static empty(): CardIndex {
    const tables = allocate({ ...noCounts(), horizonMs: -Infinity });
    seal(tables, []);
    return new CardIndex(tables);
  }

  /**
   * Null where the bytes are not an index of this layout, or not the bytes that were once encoded. The index goes on
   * reading from the bytes: they must not change any more.
   */
  static decode(bytes: Uint8Array): CardIndex | null {
    const tables = openTables(bytes);
    return tables === null ? null : new CardIndex(tables);
  }

  /**
   * As `decode`, but reads only what is asked for, when it is asked for, as long as `readAt` can be called. Whatever is
   * asked of the index may throw IndexDamaged; then it is of no use any more.
   *
   * @param length of everything that was encoded
   */
  static decodeInPages(length: number, readAt: ReadAt): CardIndex | null {
    const tables = openTablesInPages(length, readAt);
    return tables === null ? null : new CardIndex(tables);
  }

  /**
   * The bytes of everything put so far, in pieces that follow one another. They hold until it is encoded again: the index
   * goes on reading from them, and it writes to them then.
   */
  encode(): readonly Uint8Array[] {
    this.#cards.base.needAll();
    if (this.#cards.changed.size > 0) {
      const { cards, lanes } = this.#isWasteful() ? this.#laidOutAnew() : { cards: this.#cards, lanes: this.#lanes };
      this.#cards = new CardTable(patchTables(cards, lanes) ?? encodeTables(cards, lanes));
      this.#lanes = new Lanes(this.#cards);
    }
    const { head, body } = this.#cards.base.tables;
    return [head, body];
  }

  /** Inserts the card, or replaces the one of the same id, and returns that. */
  put(summary: Summary): Summary | null {
    return this.#set(this.#cards.slotFor(summary.id), summary);
  }

  /** @returns the card that was there */
  remove(id: string): Summary | null {
    const slot = this.#cards.slotOf(id);
    return slot >= 0 && this.#cards.stateAt(slot) !== MISSING ? this.#set(slot, null) : null;
  }

  get(id: string): Summary | null {
    const slot = this.#cards.slotOf(id);
    return slot < 0 ? null : this.#cards.summaryAt(slot);
  }

  /** Where files made by hand share a key, the first of them in claim order. */
  idOfIdempotencyKey(key: string): string | null {
    const [first] = this.#cards.sorted(this.#cards.slotsOfKey(key));
    return first === undefined ? null : this.#cards.idAt(first);
  }

  /**
   * Ready, not archived, `notBefore` passed, every dependency done; lazily, in claim order. The index may be changed
   * during the walk; what is put meanwhile may or may not be met.
   */
  *claimable(nowMs: number, filter: ClaimFilter = {}): Generator<Summary, void> {
    const cards = this.#cards;
    const { queue } = this.#lanes;
    this.#lanes.advance(nowMs);
    const key = filterKey(filter);
    // Until the first match nothing else can run, so what was passed over until then is known not to match.
    let passedOver: number | null = 0;
    for (const slot of queue.slots(key)) {
      const position = cards.positionAt(slot);
      const summary = tagsMayMatch(cards.tagsAt(slot), filter) ? cards.summaryAt(slot) : null;
      if (summary === null || !matches(summary, filter)) {
        if (passedOver !== null && position !== NONE) passedOver = position + 1;
        continue;
      }
      if (passedOver !== null && key !== undefined) queue.mark(key, position === NONE ? passedOver : position);
      passedOver = null;
      if (queue.has(slot) && !(cards.momentMsAt(slot) > nowMs)) yield summary;
    }
    if (passedOver !== null && key !== undefined) queue.mark(key, cards.base.tables.order.length);
  }

  /** Claims that are over, in claim order. */
  expired(nowMs: number): readonly Summary[] {
    return this.#summaries(this.#lanes.expired(nowMs));
  }

  /** Claims dated after `nowMs`, in claim order: they count as taken now and wait to be dated back. */
  claimedAhead(nowMs: number): readonly Summary[] {
    return this.#summaries(this.#lanes.claimedAhead(nowMs));
  }

  /** The next moment at which a card becomes claimable or a claim expires though nobody does anything. */
  nextMomentMs(nowMs: number): number | null {
    const next = this.#lanes.nextMomentMs(nowMs);
    return next < NEVER_MS ? next : null;
  }

  /** The cards that depend on this id, whether or not it exists; in claim order. */
  dependents(id: string): readonly string[] {
    const slot = this.#cards.slotOf(id);
    if (slot < 0) return [];
    return this.#cards.sorted(this.#cards.dependentsAt(slot)).map((dependent) => this.#cards.idAt(dependent));
  }

  /** Cards neither done nor archived, damaged ones among them; in no promised order. */
  *open(): Generator<Summary, void> {
    const { openPlaced, openStrangers } = this.#lanes;
    const cards = this.#cards;
    for (let position = openPlaced.next(0); position >= 0; position = openPlaced.next(position + 1)) {
      const summary = cards.summaryAt(cards.base.slotAtPosition(position));
      if (summary !== null) yield summary;
    }
    yield* this.#summaries([...openStrangers]);
  }

  /** Every card, archived ones too, in claim order. */
  *all(): Generator<Summary, void> {
    const cards = this.#cards;
    const strangers = cards.strangers();
    let next = 0;
    const placed = cards.base.tables.order.length;
    for (let position = 0; position < placed; position += 1) {
      const slot = cards.base.slotAtPosition(position);
      if (cards.positionAt(slot) === NONE || cards.stateAt(slot) === MISSING) continue;
      const before = next;
      while (next < strangers.length && cards.compare(strangers[next] ?? NONE, slot) < 0) next += 1;
      if (next > before) yield* this.#summaries(strangers.slice(before, next));
      const summary = cards.summaryAt(slot);
      if (summary !== null) yield summary;
    }
    yield* this.#summaries(strangers.slice(next));
  }

  /** How many of the ids it depends on are not cards that are done. */
  unmetDependencies(id: string): number {
    const slot = this.#cards.slotOf(id);
    return slot < 0 ? 0 : this.#cards.unmetAt(slot);
  }

  get size(): number {
    return this.#cards.cardCount;
  }

  get openCount(): number {
    return this.#lanes.openCount;
  }

  #set(slot: number, summary: Summary | null): Summary | null {
    const cards = this.#cards;
    const wasDone = isDone(cards.stateAt(slot));
    this.#lanes.leave(slot);
    const before = cards.setCard(slot, summary);
    this.#lanes.enter(slot);
    const isNowDone = isDone(cards.stateAt(slot));
    if (wasDone !== isNowDone) this.#shiftDependents(slot, isNowDone ? -1 : 1);
    const from = before?.dependsOn ?? [];
    const to = summary?.dependsOn ?? [];
    // Mostly a change leaves them alone, and to relink them would only look everything up once more.
    if (from.length !== to.length || from.some((id, i) => id !== to[i])) {
      this.#lanes.leave(slot);
      cards.relink(slot, from, to);
      this.#lanes.enter(slot);
    }
    this.#lanes.noteOpen(slot);
    return before;
  }

  #shiftDependents(slot: number, by: 1 | -1): void {
    for (const dependent of this.#cards.dependentsAt(slot)) {
      this.#lanes.leave(dependent);
      this.#cards.shiftUnmet(dependent, by);
      this.#lanes.enter(dependent);
    }
  }

  #summaries(slots: readonly number[]): Summary[] {
    return slots.map((slot) => this.#cards.summaryAt(slot)).filter((summary) => summary !== null);
  }

  #isWasteful(): boolean {
    const { slots, deadSlots, edges, deadEdges } = this.#cards.base.tables.counts;
    return deadSlots > slots / 2 + MOST_WASTE || deadEdges > edges / 2 + MOST_WASTE;
  }

  #laidOutAnew(): { readonly cards: CardTable; readonly lanes: Lanes } {
    const anew = CardIndex.empty();
    for (const summary of this.all()) anew.put(summary);
    return { cards: anew.#cards, lanes: anew.#lanes };
  }
}

function matches(summary: Summary, { phase, label }: ClaimFilter): boolean {
  return (phase === undefined || summary.phase === phase) && (label === undefined || summary.labels.includes(label));
}

/** Undefined for the filter that takes every card. */
function filterKey({ phase, label }: ClaimFilter): string | undefined {
  return phase === undefined && label === undefined ? undefined : JSON.stringify([phase ?? null, label ?? null]);
}
