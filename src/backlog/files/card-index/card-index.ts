/**
 * The index of all cards, in memory and as bytes: finds the next claimable card, expired claims, dependents.
 *
 * It is a cache: it finds and never decides. Whoever acts on a card reads the card's file first.
 */
import { crc32 } from 'node:zlib';
import type { Summary } from './summary.ts';

const MAGIC = 'mosaic-index-0\n';

export interface ClaimFilter {
  readonly phase?: string;
  readonly label?: string;
}

export class CardIndex {
  readonly #cards = new Map<string, Summary>();

  static empty(): CardIndex {
    return new CardIndex();
  }

  /** Null where the bytes are not an index of this layout, or not the bytes that were once encoded. */
  static decode(bytes: Uint8Array): CardIndex | null {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (buffer.length < MAGIC.length + 4 || buffer.latin1Slice(0, MAGIC.length) !== MAGIC) return null;
    const text = buffer.subarray(MAGIC.length + 4);
    if (crc32(text) !== buffer.readUInt32LE(MAGIC.length)) return null;
    const summaries: readonly Summary[] = JSON.parse(text.toString());
    const index = new CardIndex();
    for (const summary of summaries) index.put(summary);
    return index;
  }

  /** The bytes of everything put so far. */
  encode(): Uint8Array {
    const text = Buffer.from(JSON.stringify([...this.#cards.values()]));
    const head = Buffer.alloc(MAGIC.length + 4);
    head.write(MAGIC);
    head.writeUInt32LE(crc32(text), MAGIC.length);
    return Buffer.concat([head, text]);
  }

  /** Inserts the card, or replaces the one of the same id. */
  put(summary: Summary): void {
    this.#cards.set(summary.id, summary);
  }

  remove(id: string): void {
    this.#cards.delete(id);
  }

  get(id: string): Summary | null {
    return this.#cards.get(id) ?? null;
  }

  /** Where files made by hand share a key, the first of them in claim order. */
  idOfIdempotencyKey(key: string): string | null {
    return this.#inClaimOrder((card) => card.idempotencyKey === key)[0]?.id ?? null;
  }

  /** Ready, not archived, `notBefore` passed, every dependency done; lazily, in claim order. */
  *claimable(nowMs: number, filter: ClaimFilter = {}): Generator<Summary, void> {
    const matches = (card: Summary): boolean =>
      card.status === 'ready' &&
      !card.archived &&
      (card.notBeforeMs === null || card.notBeforeMs <= nowMs) &&
      (filter.phase === undefined || card.phase === filter.phase) &&
      (filter.label === undefined || card.labels.includes(filter.label)) &&
      this.unmetDependencies(card.id) === 0;
    yield* this.#inClaimOrder(matches);
  }

  /** Claims that are over, in claim order. */
  expired(nowMs: number): readonly Summary[] {
    return this.#inClaimOrder((card) => expiryMs(card) <= nowMs);
  }

  /** The next moment at which a card becomes claimable or a claim expires though nobody does anything. */
  nextMomentMs(nowMs: number): number | null {
    let next = NEVER;
    for (const card of this.#cards.values()) {
      const moment = this.#waitsForTimeAlone(card) ? (card.notBeforeMs ?? NEVER) : expiryMs(card);
      if (moment > nowMs && moment < next) next = moment;
    }
    return next === NEVER ? null : next;
  }

  /** The cards that depend on this id, whether or not it exists; in claim order. */
  dependents(id: string): readonly string[] {
    return this.#inClaimOrder((card) => card.dependsOn.includes(id)).map((card) => card.id);
  }

  /** Cards neither done nor archived, damaged ones among them; in no promised order. */
  *open(): Generator<Summary, void> {
    for (const card of this.#cards.values()) if (isOpen(card)) yield card;
  }

  /** Every card, archived ones too, in claim order. */
  *all(): Generator<Summary, void> {
    yield* this.#inClaimOrder(() => true);
  }

  /** How many of the ids it depends on are not cards that are done. */
  unmetDependencies(id: string): number {
    const dependsOn = new Set(this.#cards.get(id)?.dependsOn);
    let unmet = 0;
    for (const dependency of dependsOn) if (this.#cards.get(dependency)?.status !== 'done') unmet += 1;
    return unmet;
  }

  get size(): number {
    return this.#cards.size;
  }

  get openCount(): number {
    return [...this.open()].length;
  }

  #waitsForTimeAlone(card: Summary): boolean {
    return card.status === 'ready' && !card.archived && this.unmetDependencies(card.id) === 0;
  }

  #inClaimOrder(wanted: (card: Summary) => boolean): Summary[] {
    return [...this.#cards.values()].filter(wanted).sort(compareClaimOrder);
  }
}

const NEVER = Infinity;

function isOpen(card: Summary): boolean {
  return card.status !== 'done' && !card.archived;
}

/** A `claimedAt` in the future counts as now, so such a claim can only be over once that time has come. */
function expiryMs(card: Summary): number {
  if (card.status !== 'claimed' || card.archived) return NEVER;
  if (card.claimedAtMs === null || card.claimTtlSeconds === null) return NEVER;
  return card.claimTtlSeconds <= 0 ? -Infinity : card.claimedAtMs + card.claimTtlSeconds * 1000;
}

function compareClaimOrder(a: Summary, b: Summary): number {
  return (
    b.priority - a.priority || a.createdAtMs - b.createdAtMs || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))
  );
}
