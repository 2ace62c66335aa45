/**
 * A checkpoint: opens a new segment of the journal, and writes the index anew. It keeps short what a command has to read
 * before it can begin, and it is how a takeover seals the journal.
 *
 * It need not flush the cards that were changed. Until somebody has, recovery from a power cut begins at the redo point,
 * where the journal still holds them. So a card is flushed once after all of its changes, when the system has mostly
 * written it by itself, and not at all in a store that changes little.
 */
import { type FileSystem, flushFolder, systemErrorCode } from '../../disk/filesystem.ts';
import { flushFile, openSegment } from '../../disk/journal.ts';
import { namesBehind, readHeader, type RedoPoint } from '../../disk/segment-header.ts';
import { MosaicError } from '../../errors.ts';
import type { CommitSettings } from './commit.ts';
import { restamp } from './form/folder-stamp.ts';
import { sameStamp } from './form/card-file.ts';
import { writeIndexFile } from './form/index-file.ts';
import type { Knowledge } from './knowledge.ts';
import { FORMAT } from './form/layout.ts';
import { recordsIn } from './recovery/redo.ts';
import { copyAside } from './recovery/take-up.ts';

export interface CheckpointFacts {
  /** The lock generation of whoever makes it. */
  readonly generation: number;
  readonly bootId: string | null;
  readonly nowMs: number;
}

/** After so many records a checkpoint is due; it bounds what a command has to read. */
const RECORDS_PER_SEGMENT = 512;
/** The index is written whole. So that its share of each change stays the same, one part in so many has to be new. */
const INDEX_PER_RECORD = 100;
/** However large the store: a command reads all of them, and a redo begins with whole segments. */
const MOST_RECORDS_PER_SEGMENT = 2048;
/**
 * Sooner, when a process had to read so many before it could begin: the next one would have to read them too. A store
 * that only commands work on keeps what each of them reads short, and one long-lived process is not held up for that.
 */
const RECORDS_PER_START = 16;

/** How much is left to the redo of a recovery. */
export interface RedoLimits {
  /** So many records may be redone before any card is flushed. */
  readonly records: number;
  /** So long is waited, in milliseconds, for the system to write by itself what was changed. */
  readonly waitMs: number;
  /** Where more is changed in that time, it is not waited for. */
  readonly mostRecords: number;
}

/** A recovery redoes the first in about half a second. Linux writes after 30 s by itself, and looks every 5 s. */
export const REDO_LIMITS: RedoLimits = { records: 4096, waitMs: 45_000, mostRecords: 65_536 };
/** A checkpoint keeps others waiting, so it catches up by so many segments at a time. */
const SEGMENTS_AT_A_TIME = 2;

/** Which cards to flush: those that have waited long enough, or all, when nobody will know any more what is not safe. */
export type Flushing = 'when-due' | 'everything';

export function isCheckpointDue({ recordCount, recordsAtStart, index }: Knowledge): boolean {
  const share = Math.max(RECORDS_PER_SEGMENT, index.size / INDEX_PER_RECORD);
  return recordCount >= Math.min(share, MOST_RECORDS_PER_SEGMENT) || recordsAtStart >= RECORDS_PER_START;
}

/** @throws the system's error; then the current segment simply goes on */
export function checkpoint(
  settings: CommitSettings,
  knowledge: Knowledge,
  facts: CheckpointFacts,
  flushing: Flushing,
): void {
  const { files, paths, staging, durable } = settings;
  const redo = nextRedoPoint(settings, knowledge, facts, flushing);
  if (durable) flushFolders(settings);

  clearTheWay(settings, knowledge.position.segment);
  const segment = knowledge.position.segment + 1;
  const header = {
    segment,
    format: FORMAT,
    follows: knowledge.position.segment === 0 ? null : knowledge.position,
    firstSeq: knowledge.lastSeq + 1,
    redo,
    bootId: facts.bootId,
    generation: facts.generation,
    openedAtMs: facts.nowMs,
  };
  const position = openSegment(files, paths.journal, staging, header, durable);
  if (position === null) {
    // Only a holder that was taken over, or somebody who copies files about, can meet this.
    throw new MosaicError({
      code: 'LOCK_LOST',
      message: `Another process has opened journal segment ${segment} in the meantime.`,
      hint: 'Run the same command again.',
    });
  }
  const { stampMs } = knowledge;
  knowledge.enterSegment(header, position);
  knowledge.trailingBytes = 0;
  restamp(files, paths, stampMs, knowledge.stampMs);
  writeIndex(settings, knowledge);
}

/**
 * Files that nobody reads, behind a gap: what a power cut has left of segments that were not flushed, or copies. The
 * segment we open would make one of them its neighbour, and so a part of the journal. Taken away through our staging
 * folder: whoever is fenced off must not take the segment that their successor has opened.
 */
function clearTheWay({ files, paths, staging }: CommitSettings, segment: number): void {
  for (const name of namesBehind(files, paths.journal, segment)) {
    copyAside(files, paths, paths.journal, name);
    staging.takeAway(`${paths.journal}/${name}`);
  }
}

/** The index is a cache: when it cannot be written, the old one still leads to the truth, only more slowly. */
function writeIndex({ files, paths, staging }: CommitSettings, knowledge: Knowledge): void {
  const { position, lastSeq, stampMs, bootId, index } = knowledge;
  try {
    const journalMs = files.stat(paths.journal)?.modifiedMs ?? null;
    writeIndexFile(files, paths, staging, { head: { position, lastSeq, stampMs, bootId, journalMs }, index });
    knowledge.hasUnsavedDamage = false;
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
  }
}

/** Flushes what is to be flushed. @returns where a recovery has to begin after that */
function nextRedoPoint(
  settings: CommitSettings,
  knowledge: Knowledge,
  facts: CheckpointFacts,
  flushing: Flushing,
): RedoPoint {
  const { position, lastSeq, recordCount } = knowledge;
  const end = { segment: position.segment + 1, seq: lastSeq + 1 };
  // Where a restart of the machine cannot be told, nothing would be redone. And whoever has made so many changes at once
  // waits for them, not somebody who comes later.
  const isEverything = flushing === 'everything' || facts.bootId === null || recordCount > settings.redoLimits.records;
  let { redo } = knowledge;
  for (let count = 0; redo.segment < end.segment; count += 1) {
    if (!isEverything && (count === SEGMENTS_AT_A_TIME || !isLongAgo(settings, redo, lastSeq, facts.nowMs))) break;
    if (settings.durable) flushCards(settings, knowledge, redo.segment);
    redo = redo.segment === position.segment ? end : pointBehind(settings, redo);
  }
  return redo;
}

function isLongAgo(
  { files, paths, redoLimits }: CommitSettings,
  redo: RedoPoint,
  lastSeq: number,
  nowMs: number,
): boolean {
  const records = lastSeq + 1 - redo.seq;
  if (records <= redoLimits.records) return false;
  const endedMs = readHeader(files, paths.journal, redo.segment + 1)?.openedAtMs;
  return records > redoLimits.mostRecords || endedMs === undefined || nowMs - endedMs >= redoLimits.waitMs;
}

function pointBehind({ files, paths }: CommitSettings, { segment, seq }: RedoPoint): RedoPoint {
  return { segment: segment + 1, seq: readHeader(files, paths.journal, segment + 1)?.firstSeq ?? seq };
}

/** Those of one segment that were not changed again: of the others a later segment has the last word. */
function flushCards({ files, paths }: CommitSettings, knowledge: Knowledge, segment: number): void {
  const last = new Map(recordsIn(files, paths, knowledge, segment).map((record) => [record.id, record]));
  for (const { id, card, stamp, place, file } of last.values()) {
    const known = knowledge.index.get(id);
    const isLast = known !== null && stamp !== null && sameStamp(stamp, { bytes: known.fileBytes, crc: known.fileCrc });
    if (card !== null && isLast) flushIfThere(files, `${paths[place]}/${file}`);
  }
}

function flushFolders({ files, paths }: CommitSettings): void {
  flushFolder(files, paths.cards);
  if (files.stat(paths.archive) === null) return;
  flushFolder(files, paths.archive);
  // Whoever made the archive may have been killed before its name was durable.
  flushFolder(files, paths.root);
}

function flushIfThere(files: FileSystem, path: string): void {
  // Deleted or replaced by hand since: that is for the next look at the folder to take up.
  if (files.stat(path)?.kind !== 'file') return;
  try {
    flushFile(files, path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
