/**
 * A checkpoint: flush the cards changed since the last one, so that they are the record without the journal's help;
 * then open a new segment, which says so; then write the index anew. It keeps recovery short, and it is how a
 * takeover seals the journal.
 */
import { type FileSystem, flushFolder, systemErrorCode } from '../../disk/filesystem.ts';
import { flushFile, openSegment } from '../../disk/journal.ts';
import { namesBehind } from '../../disk/segment-header.ts';
import { MosaicError } from '../../errors.ts';
import type { CommitSettings } from './commit.ts';
import { restamp } from './folder-stamp.ts';
import { writeIndexFile } from './form/index-file.ts';
import type { Knowledge } from './knowledge.ts';
import { FORMAT } from './form/layout.ts';
import { copyAside } from './recovery/take-up.ts';

export interface CheckpointFacts {
  /** The lock generation of whoever makes it. */
  readonly generation: number;
  readonly bootId: string | null;
  readonly nowMs: number;
}

/** After so many records a checkpoint is due; it bounds what recovery has to look at. */
const RECORDS_PER_SEGMENT = 512;
/**
 * Sooner, when a process had to read so many before it could begin: the next one would have to read them too. A store
 * that only commands work on keeps what each of them reads short, and one long-lived process is not held up for that.
 */
const RECORDS_PER_START = 16;

export function isCheckpointDue({ recordCount, recordsAtStart }: Knowledge): boolean {
  return recordCount >= RECORDS_PER_SEGMENT || recordsAtStart >= RECORDS_PER_START;
}

/** @throws the system's error; then the current segment simply goes on */
export function checkpoint(settings: CommitSettings, knowledge: Knowledge, facts: CheckpointFacts): void {
  const { files, paths, staging, durable } = settings;
  if (durable) flushCards(settings, knowledge);

  clearTheWay(settings, knowledge.position.segment);
  const segment = knowledge.position.segment + 1;
  const header = {
    segment,
    format: FORMAT,
    follows: knowledge.position.segment === 0 ? null : knowledge.position,
    firstSeq: knowledge.lastSeq + 1,
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

function flushCards({ files, paths }: CommitSettings, knowledge: Knowledge): void {
  for (const { record } of knowledge.changed.values()) {
    if (record.card !== null) flushIfThere(files, `${paths[record.place]}/${record.file}`);
  }
  flushFolder(files, paths.cards);
  if (!knowledge.isArchiveTouched) return;
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
