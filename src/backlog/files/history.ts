/** The journal read as history: every change since it began, or since a given one. */
import type { FileSystem } from '../../disk/filesystem.ts';
import { scanSegment } from '../../disk/journal.ts';
import { listSegments, type Position, readHeader, segmentPath } from '../../disk/segment-header.ts';
import type { Change } from '../backlog.ts';
import { type CardRecord, changeOf, parseRecord } from './form/card-record.ts';
import { isUndecided } from './knowledge.ts';
import type { FileStore } from './file-store.ts';
import type { StorePaths } from './form/layout.ts';

export interface HistoryPage {
  readonly records: readonly CardRecord[];
  /** Where to go on. */
  readonly next: Position;
}

/** A moment of the past, or the present. */
export interface HistoryPoint {
  /** Every record above it is news. */
  readonly since: number;
  /** All of those are at or behind this place; null where it has to be looked for. */
  readonly at: Position | null;
}

/** The present, as of the call: nobody has come between the number and the place. */
export async function presentOf(store: FileStore): Promise<HistoryPoint> {
  return store.read((_, { lastSeq, position }) => {
    return { since: lastSeq, at: { segment: Math.max(1, position.segment), bytes: 0 } };
  }, 'thorough');
}

/** Where to begin in order to see every record with a `seq` above `since`. */
export function positionBefore(files: FileSystem, paths: StorePaths, since: number): Position {
  let begin = 0;
  for (const segment of listSegments(files, paths.journal)) {
    const header = readHeader(files, paths.journal, segment);
    if (begin === 0 || (header !== null && header.firstSeq <= since + 1)) begin = segment;
  }
  return { segment: Math.max(1, begin), bytes: 0 };
}

/** The records of whole, decided transactions from `from` to the end of that segment; then on to the next one. */
export function readPage(files: FileSystem, paths: StorePaths, from: Position): HistoryPage {
  const sealed = readHeader(files, paths.journal, from.segment + 1);
  const scan = scanSegment(files, paths.journal, from.segment, from.bytes, sealed?.follows?.bytes ?? null);
  if (scan === null) return { records: [], next: afterGap(files, paths, from) };
  const { transactions } = scan;
  let { end } = scan;
  const last = transactions.at(-1);
  let decided = transactions;
  if (sealed === null && last !== undefined) {
    const generation = last.records.at(-1)?.['generation'];
    const undecided = typeof generation === 'number' && isUndecided(files, paths, generation);
    // Looked at last: whoever takes over seals first and marks then, so a seal that decides is there by now.
    if (readHeader(files, paths.journal, from.segment + 1) !== null) return readPage(files, paths, from);
    if (undecided) {
      decided = transactions.slice(0, -1);
      end = decided.at(-1)?.end ?? from.bytes;
    }
  }
  const records = decided.flatMap(({ records: lines }) => lines.map(parseRecord).filter((record) => record !== null));
  if (sealed !== null) return { records, next: { segment: from.segment + 1, bytes: 0 } };
  const next = { segment: from.segment, bytes: end };
  return { records, next: end === from.bytes ? afterGap(files, paths, next) : next };
}

/** Where the journal goes on when a segment has been lost. */
function afterGap(files: FileSystem, paths: StorePaths, from: Position): Position {
  const segment = listSegments(files, paths.journal).find((number) => number > from.segment);
  // The next one there, opened a moment ago, is no gap: it says how much of this one counts.
  const isGap =
    segment !== undefined &&
    (segment > from.segment + 1 || files.stat(segmentPath(paths.journal, from.segment)) === null);
  return isGap ? { segment, bytes: 0 } : from;
}

/** All records above `since`, up to now, each once, whatever has been copied where. */
export function* readHistory(files: FileSystem, paths: StorePaths, since: number): Iterable<CardRecord> {
  let at = positionBefore(files, paths, since);
  let lastSeq = since;
  for (;;) {
    const { records, next } = readPage(files, paths, at);
    for (const record of records) {
      if (record.seq <= lastSeq) continue;
      lastSeq = record.seq;
      yield record;
    }
    if (next.segment === at.segment && (records.length === 0 || next.bytes === at.bytes)) return;
    at = next;
  }
}

/** Up to now, of all cards, or of one. */
export async function changesSince(store: FileStore, since: number, id: string | undefined): Promise<Change[]> {
  return store.read(() => {
    const changes: Change[] = [];
    for (const record of readHistory(store.files, store.paths, since)) {
      if (id === undefined || record.id === id) changes.push(changeOf(record));
    }
    return changes;
  }, 'usual');
}

/** By id, the last change that left a card, for every card that is there by the journal's word. */
export function cardsByHistory(files: FileSystem, paths: StorePaths): ReadonlyMap<string, CardRecord> {
  const cards = new Map<string, CardRecord>();
  for (const record of readHistory(files, paths, 0)) {
    if (record.card === null) cards.delete(record.id);
    else cards.set(record.id, record);
  }
  return cards;
}
