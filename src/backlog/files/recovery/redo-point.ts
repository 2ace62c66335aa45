/**
 * How the redo point moves on: which cards are flushed when, so that the journal need not stand in for them any longer.
 * What recovery does with what lies behind it is in `redo.ts`.
 */
import { type FileSystem, systemErrorCode } from '../../../disk/filesystem.ts';
import { flushFile } from '../../../disk/journal.ts';
import { readHeader, type RedoPoint } from '../../../disk/segment-header.ts';
import type { CommitSettings } from '../commit.ts';
import { sameStamp } from '../form/card-file.ts';
import type { Knowledge } from '../knowledge.ts';
import { recordsIn } from './redo.ts';

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

export interface RedoFacts {
  readonly bootId: string | null;
  readonly nowMs: number;
  readonly redoLimits: RedoLimits;
  /** Everything before it was flushed since, outside the lock; null when that is not known of anything. */
  readonly flushedBefore: RedoPoint | null;
}

/**
 * Which cards to flush: those that have waited long enough; all, when nobody will know any more what is not safe; or none,
 * when somebody is about to.
 */
export type Flushing = 'when-due' | 'everything' | 'nothing';

/** Flushes what is to be flushed. @returns where a recovery has to begin after that */
export function nextRedoPoint(
  settings: CommitSettings,
  knowledge: Knowledge,
  facts: RedoFacts,
  flushing: Flushing,
): RedoPoint {
  const { position, lastSeq, recordCount } = knowledge;
  const end = { segment: position.segment + 1, seq: lastSeq + 1 };
  // Where a restart of the machine cannot be told, nothing would be redone. And whoever has made so many changes at once
  // waits for them, not somebody who comes later.
  const isEverything = flushing === 'everything' || facts.bootId === null || recordCount > facts.redoLimits.records;
  let redo = alreadyFlushed(settings, knowledge, facts.flushedBefore);
  if (flushing === 'nothing') return redo;
  for (let count = 0; redo.segment < end.segment; count += 1) {
    if (!isEverything && (count === SEGMENTS_AT_A_TIME || !isLongAgo(settings, redo, lastSeq, facts))) break;
    if (settings.durable) flushCards(settings, knowledge, redo.segment);
    redo = redo.segment === position.segment ? end : pointBehind(settings, redo);
  }
  return redo;
}

function alreadyFlushed(
  { files, paths }: CommitSettings,
  { redo, position }: Knowledge,
  flushed: RedoPoint | null,
): RedoPoint {
  if (flushed === null || flushed.segment <= redo.segment || flushed.segment > position.segment) return redo;
  // Somebody may have put another store in the place of this one.
  return readHeader(files, paths.journal, flushed.segment)?.firstSeq === flushed.seq ? flushed : redo;
}

function isLongAgo(
  { files, paths }: CommitSettings,
  redo: RedoPoint,
  lastSeq: number,
  { redoLimits, nowMs }: RedoFacts,
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

function flushIfThere(files: FileSystem, path: string): void {
  // Deleted or replaced by hand since: that is for the next look at the folder to take up.
  if (files.stat(path)?.kind !== 'file') return;
  try {
    flushFile(files, path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
