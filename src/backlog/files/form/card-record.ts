/** A card's change as the journal keeps it: the whole card after the change, and who did what to it. */
import { type Card, type CardStatus, type ChangeKind, isCardStatus, isChangeKind } from '../../../card/card.ts';
import { toMs, toTimestamp } from '../../../card/time.ts';
import type { JournalRecord } from '../../../disk/journal.ts';
import type { Change } from '../../backlog.ts';
import { parseCard } from '../../card-schema.ts';
import { cardBytes, type Stamp } from './card-file.ts';
import type { Place } from './layout.ts';

export interface CardRecord {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: ChangeKind;
  readonly by: string | null;
  readonly reason: string | null;
  readonly from: CardStatus | null;
  readonly id: string;
  readonly file: string;
  readonly place: Place;
  /** The lock generation of the writer. */
  readonly generation: number;
  /** Null when the card is gone. */
  readonly card: Card | null;
  /** Of the file that the card is written to: whoever follows need not write it again to know. Null without a card. */
  readonly stamp: Stamp | null;
}

/** A change before it has its place in the journal. */
export type PendingRecord = Omit<CardRecord, 'seq' | 'generation'>;

/** A record that has its place in the journal; each field by its name, which is far quicker than to spread them. */
export function numberedRecord(record: PendingRecord, seq: number, generation: number): CardRecord {
  const { atMs, kind, by, reason, from, id, file, place, card, stamp } = record;
  return { seq, atMs, kind, by, reason, from, id, file, place, generation, card, stamp };
}

/**
 * @param index the record's place in its transaction, from 0
 * @param of how many there are
 * @param part of which change of a group it is a part, from 1; undefined where there is only one
 */
export function recordText(record: CardRecord, index: number, of: number, part: number | undefined): string {
  const { seq, atMs, kind, by, reason, from, id, file, place, generation, card, stamp } = record;
  return JSON.stringify({
    seq,
    left: of - 1 - index,
    of,
    part,
    at: toTimestamp(atMs),
    kind,
    by,
    reason,
    from,
    id,
    file,
    place,
    generation,
    stamp,
    card,
  });
}

/** Null for a record that no version of this program has written. */
export function parseRecord(record: JournalRecord): CardRecord | null {
  const { seq, at, kind, by, reason, from, id, file, place, generation, card, stamp } = record;
  if (typeof at !== 'string' || typeof id !== 'string' || typeof file !== 'string') return null;
  if (!isChangeKind(kind) || (by !== null && typeof by !== 'string') || (from !== null && !isCardStatus(from)))
    return null;
  if ((place !== 'cards' && place !== 'archive') || typeof generation !== 'number') return null;
  if (reason !== null && typeof reason !== 'string') return null;
  const atMs = toMs(at);
  if (card === null) {
    return { seq, atMs, kind, by, reason, from, id, file, place, generation, card: null, stamp: null };
  }
  const parsed = parseCard(card, null, atMs);
  if (parsed.kind !== 'card') return null;
  const known = isStamp(stamp) ? stamp : cardBytes(parsed.card).stamp;
  return { seq, atMs, kind, by, reason, from, id, file, place, generation, card: parsed.card, stamp: known };
}

/** Not in records of the program's first days. */
function isStamp(value: unknown): value is Stamp {
  if (typeof value !== 'object' || value === null) return false;
  const { bytes, crc }: Partial<Record<keyof Stamp, unknown>> = value;
  return typeof bytes === 'number' && typeof crc === 'number';
}

export function changeOf(record: CardRecord): Change {
  return {
    seq: record.seq,
    at: toTimestamp(record.atMs),
    kind: record.kind,
    id: record.id,
    by: record.by,
    from: record.from,
    to: record.card?.status ?? null,
    rev: record.card?.rev ?? 0,
    reason: record.reason,
  };
}
