/**
 * What one process knows of the store: the index, brought up to date by following the journal. It is built cold from
 * the index file, or from the cards themselves where that is missing or wrong, and kept as long as the process lives.
 */
import type { FileSystem } from '../../disk/filesystem.ts';
import { type JournalTransaction, scanSegment, type SegmentScan } from '../../disk/journal.ts';
import {
  listSegments,
  type Position,
  readHeader,
  type RedoPoint,
  segmentPath,
  type SegmentHeader,
} from '../../disk/segment-header.ts';
import type { OpenFile } from '../../disk/open-file.ts';
import { MosaicError } from '../../errors.ts';
import { CardIndex } from './card-index/card-index.ts';
import type { Summary } from './card-index/summary.ts';
import { readCardFile } from './form/card-file.ts';
import { type CardRecord, parseRecord } from './form/card-record.ts';
import { isCardFileName } from './form/file-name.ts';
import { damagedSummary, summaryOf, summaryOfFile } from './form/file-summary.ts';
import { type IndexHead, readIndexFile } from './form/index-file.ts';
import { FORMAT, type StorePaths } from './form/layout.ts';
import { lastPointOf, redoPointOf } from './recovery/redo.ts';

/** A change that may not be in place: its writer died, or the machine did. */
export interface Unsettled {
  readonly record: CardRecord;
  /** What was known of the card before it; null when there was none. */
  readonly before: Summary | null;
  /** The card came from the archive, so its file there had to go. */
  readonly wasArchived: boolean;
}

/** The beginning of the journal. */
const FIRST: RedoPoint = { segment: 1, seq: 1 };

export class Knowledge {
  index: CardIndex;
  position: Position;
  lastSeq: number;
  stampMs: number;
  bootId: string | null;
  /** What the last transaction has changed, each card once. */
  lastChanges: ReadonlyMap<string, Unsettled> = new Map();
  /** Where a recovery begins that cannot rely on anything that was not flushed. */
  redo: RedoPoint = FIRST;
  /** Bytes behind the last whole transaction: somebody's write that never finished. */
  trailingBytes = 0;
  recordCount = 0;
  /** How many of them there were when this process came to know the store; 0 once the segment is another. */
  recordsAtStart = 0;
  /** Files that were found damaged since the index was written: the next process must look at them, too. */
  hasUnsavedDamage = false;

  constructor(index: CardIndex, position: Position, lastSeq: number, stampMs: number, bootId: string | null) {
    this.index = index;
    this.position = position;
    this.lastSeq = lastSeq;
    this.stampMs = stampMs;
    this.bootId = bootId;
  }

  /** Notes a committed transaction. */
  note(transaction: readonly CardRecord[], end: Position): void {
    const last = transaction.map((record) => unsettled(record, this.learn(record)));
    this.settle(last, end);
  }

  /** As `note`, for a transaction whose changes the index has taken in already. */
  settle(last: readonly Unsettled[], end: Position): void {
    this.position = end;
    this.recordCount += last.length;
    const record = last.at(-1)?.record;
    if (record !== undefined) {
      const changes = new Map<string, Unsettled>();
      for (const change of last) {
        // What stood on the disk before, not what was made of a card on the way.
        const earlier = changes.get(change.record.id) ?? change;
        const wasArchived = earlier.wasArchived || change.wasArchived;
        changes.set(change.record.id, { record: change.record, before: earlier.before, wasArchived });
      }
      this.lastChanges = changes;
      this.lastSeq = Math.max(this.lastSeq, record.seq);
      this.stampMs = record.atMs;
    }
  }

  /** @returns what was known of the card before */
  learn(record: CardRecord): Summary | null {
    const { id, card, file, place, stamp } = record;
    if (card === null || stamp === null) return this.index.remove(id);
    return this.index.put(summaryOf(card, file, place, stamp));
  }

  enterSegment(header: SegmentHeader, position: Position): void {
    this.position = position;
    this.bootId = header.bootId;
    this.stampMs = header.openedAtMs;
    this.redo = header.redo;
    this.lastChanges = new Map();
    this.recordCount = 0;
    this.recordsAtStart = 0;
  }
}

export function unsettled(record: CardRecord, before: Summary | null): Unsettled {
  return { record, before, wasArchived: before?.archived === true };
}

/**
 * Builds the knowledge of a process that has none.
 *
 * @param now when it is, and in which boot
 * @param indexFile open afterwards where the index reads from it; null reads all of the index; see `readIndexFile`
 * @throws MosaicError STORE_TOO_NEW; IndexDamaged, unless `indexFile` is null
 */
export function loadKnowledge(files: FileSystem, paths: StorePaths, now: Now, indexFile: OpenFile | null): Knowledge {
  const knowledge = load(files, paths, now, indexFile);
  knowledge.recordsAtStart = knowledge.recordCount;
  return knowledge;
}

export interface Now {
  readonly wallMs: number;
  readonly bootId: string | null;
}

function load(files: FileSystem, paths: StorePaths, now: Now, indexFile: OpenFile | null): Knowledge {
  const loaded = readIndexFile(files, paths, indexFile);
  if (loaded !== null) {
    const { head, index } = loaded;
    const header = readHeader(files, paths.journal, head.position.segment);
    if (header !== null) assertReadable(header, paths);
    if (head.position.segment === 0 || header !== null) {
      const knowledge = new Knowledge(index, head.position, head.lastSeq, head.stampMs, head.bootId);
      knowledge.redo = header?.redo ?? FIRST;
      const isWhole = isJournalAsIndexed(files, paths, head, now);
      if (follow(files, paths, knowledge) && (isWhole || isAtTheEnd(files, paths, knowledge))) return knowledge;
    }
  }
  indexFile?.close();
  return rebuild(files, paths, now.wallMs, loaded?.head.lastSeq ?? 0);
}

/** Whether nobody has made or removed a segment since the index was written: after years there are thousands to list. */
function isJournalAsIndexed(files: FileSystem, paths: StorePaths, head: IndexHead, now: Now): boolean {
  if (head.bootId === null || head.bootId !== now.bootId || head.journalMs === null) return false;
  return files.stat(paths.journal)?.modifiedMs === head.journalMs;
}

/** Segments beyond a missing one count, too: whoever went on before the gap would write where nobody reads. */
function isAtTheEnd(files: FileSystem, paths: StorePaths, knowledge: Knowledge): boolean {
  const last = listSegments(files, paths.journal).at(-1) ?? 0;
  // Somebody may have opened a segment since we read.
  if (last > knowledge.position.segment) follow(files, paths, knowledge);
  return last <= knowledge.position.segment;
}

/**
 * Brings the knowledge up to the end of the journal.
 *
 * @returns false when the journal is not the one it was built on (bytes it had read were sealed off, a segment has
 *   gone): then it is worth nothing
 * @throws MosaicError STORE_TOO_NEW
 */
export function follow(files: FileSystem, paths: StorePaths, knowledge: Knowledge): boolean {
  for (;;) {
    const { segment, bytes } = knowledge.position;
    const unsealed = segment === 0 ? null : scanSegment(files, paths.journal, segment, bytes, null);
    // Looked at last: what was read before nothing sealed it off is what counts.
    if (files.stat(segmentPath(paths.journal, segment + 1)) === null) {
      return segment === 0 || takeIn(knowledge, paths, unsealed);
    }
    // One that does not say where it begins has others before it that go on in it: nothing may be appended here.
    const next = readHeader(files, paths.journal, segment + 1);
    if (next === null || (next.follows !== null && next.follows.bytes < bytes)) return false;
    const sealed = next.follows?.bytes ?? null;
    if (segment > 0 && !takeIn(knowledge, paths, scanSegment(files, paths.journal, segment, bytes, sealed)))
      return false;
    knowledge.position = { segment: segment + 1, bytes: 0 };
  }
}

/** @returns false when the segment has gone, or some of its bytes */
function takeIn(knowledge: Knowledge, paths: StorePaths, scan: SegmentScan | null): boolean {
  if (scan === null) return false;
  const { segment, bytes } = knowledge.position;
  if (bytes === 0 && scan.header !== null) {
    assertReadable(scan.header, paths);
    knowledge.enterSegment(scan.header, knowledge.position);
  }
  noteAll(knowledge, scan.transactions);
  knowledge.position = { segment, bytes: scan.end };
  knowledge.trailingBytes = scan.trailingBytes;
  return true;
}

/** Of a card that was changed again only the later change is learned: of what others do, that is mostly every other one. */
function noteAll(knowledge: Knowledge, transactions: readonly JournalTransaction[]): void {
  const unread = transactionsAfter(knowledge.lastSeq, transactions);
  let last: readonly CardRecord[] = [];
  let end = 0;
  while (last.length === 0 && unread.length > 0) {
    const next = unread.pop();
    last = next?.records.map(parseRecord).filter((record) => record !== null) ?? [];
    end = next?.end ?? 0;
  }
  learnLatest(knowledge, unread);
  if (last.length > 0) knowledge.note(last, { segment: knowledge.position.segment, bytes: end });
}

/** Without parts of the journal that somebody has copied: those have been there before. */
function transactionsAfter(lastSeq: number, transactions: readonly JournalTransaction[]): JournalTransaction[] {
  let seq = lastSeq;
  return transactions.filter(({ records }) => {
    const isNew = (records.at(-1)?.seq ?? 0) > seq;
    if (isNew) seq = records.at(-1)?.seq ?? seq;
    return isNew;
  });
}

/** What stands in the journal before the last transaction, of which more has to be known: what was there before it. */
function learnLatest(knowledge: Knowledge, transactions: readonly JournalTransaction[]): void {
  const latest = new Map<string, CardRecord>();
  for (const { records } of transactions.toReversed()) {
    knowledge.recordCount += records.length;
    for (const each of records.toReversed()) {
      if (typeof each['id'] !== 'string' || latest.has(each['id'])) continue;
      const record = parseRecord(each);
      if (record !== null) latest.set(record.id, record);
    }
  }
  for (const record of [...latest.values()].toReversed()) knowledge.learn(record);
}

/**
 * From the cards themselves: for when there is no index to begin with, or a wrong one.
 *
 * @param knownSeq the highest `seq` that an index had seen: lower ones are used up, whatever the journal has left
 */
function rebuild(files: FileSystem, paths: StorePaths, nowMs: number, knownSeq: number): Knowledge {
  const redo = redoPointOf(files, paths);
  const knowledge =
    rebuildFrom(files, paths, nowMs, redo) ??
    // A segment whose beginning is damaged leads nowhere, but it still says what was changed last.
    rebuildFrom(files, paths, nowMs, lastPointOf(files, paths));
  if (knowledge === null) {
    throw new MosaicError({
      code: 'STORE_DAMAGED',
      message: `The journal in ${paths.journal} contradicts itself.`,
      hint: 'Keep a copy of the folder, then run: mosaic fleet backlog doctor',
    });
  }
  // Where the last segment does not say, the one before it did.
  if (redo.segment > knowledge.redo.segment) knowledge.redo = redo;
  knowledge.lastSeq = Math.max(knowledge.lastSeq, knownSeq);
  return knowledge;
}

/** Null when the journal cannot be followed from there. */
function rebuildFrom(files: FileSystem, paths: StorePaths, nowMs: number, from: RedoPoint): Knowledge | null {
  // No stamp equals NaN: whoever built this from files has also looked at every file.
  const { segment, seq } = from;
  const index = indexOfFiles(files, paths, nowMs);
  const knowledge = new Knowledge(index, { segment, bytes: 0 }, seq - 1, Number.NaN, null);
  return follow(files, paths, knowledge) ? knowledge : null;
}

function indexOfFiles(files: FileSystem, paths: StorePaths, nowMs: number): CardIndex {
  const index = CardIndex.empty();
  for (const place of ['cards', 'archive'] as const) {
    for (const name of files.list(paths[place]) ?? []) {
      if (!isCardFileName(name)) continue;
      const file = readCardFile(files, paths[place], name, nowMs);
      if (file.kind === 'damaged') {
        const summary = damagedSummary(name, file, null);
        // What a move to or from the archive has left behind does not hide the card.
        if (index.get(summary.id) === null) index.put(summary);
      }
      if (file.kind !== 'card') continue;
      const known = index.get(file.card.id);
      // A card whose file cannot be used may be newer than its state in the archive.
      if (known?.status === 'damaged') continue;
      // In both folders after a move that was cut short: the later one counts, and a move to the archive changes no rev.
      if (known === null || known.rev <= file.card.rev) index.put(summaryOfFile(file, name, place));
    }
  }
  return index;
}

function assertReadable(header: SegmentHeader, paths: StorePaths): void {
  if (header.format <= FORMAT) return;
  throw new MosaicError({
    code: 'STORE_TOO_NEW',
    message:
      `The backlog in ${paths.root} has format ${header.format}; this program reads formats up to ${FORMAT}. ` +
      'Nothing was changed.',
    hint: 'Update mosaic-fleet to the version that wrote it.',
  });
}

/**
 * Whether the last transaction may still turn out never to have happened: its writer has lost the lock without giving
 * it back, and its successor has not yet said how much of the journal counts. Readers that pass changes on wait.
 * A generation whose names are gone was over long ago.
 */
export function isUndecided(files: FileSystem, paths: StorePaths, generation: number): boolean {
  const name = `${paths.lock}/${generation}`;
  if (files.stat(`${paths.lock}/${generation + 1}`) === null || files.stat(name) === null) return false;
  return files.stat(`${name}.free`) === null && files.stat(`${name}.open`) === null;
}
