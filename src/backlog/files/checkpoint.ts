/**
 * A checkpoint: opens a new segment of the journal, and writes the index anew. It keeps short what a command has to read
 * before it can begin, and it is how a takeover seals the journal.
 *
 * It need not flush the cards that were changed. Until somebody has, recovery from a power cut begins at the redo point,
 * where the journal still holds them. So a card is flushed once after all of its changes, when the system has mostly
 * written it by itself, and not at all in a store that changes little.
 */
import { flushFolder, systemErrorCode } from '../../disk/filesystem.ts';
import { openSegment } from '../../disk/journal.ts';
import { namesBehind } from '../../disk/segment-header.ts';
import { MosaicError } from '../../errors.ts';
import type { CommitSettings } from './commit.ts';
import { restamp } from './form/folder-stamp.ts';
import { writeIndexFile } from './form/index-file.ts';
import type { Knowledge } from './knowledge.ts';
import { FORMAT } from './form/layout.ts';
import { type Flushing, nextRedoPoint, type RedoFacts } from './recovery/redo-point.ts';
import { copyAside } from './recovery/take-up.ts';

export interface CheckpointFacts extends RedoFacts {
  /** The lock generation of whoever makes it. */
  readonly generation: number;
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

function flushFolders({ files, paths }: CommitSettings): void {
  flushFolder(files, paths.cards);
  if (files.stat(paths.archive) === null) return;
  flushFolder(files, paths.archive);
  // Whoever made the archive may have been killed before its name was durable.
  flushFolder(files, paths.root);
}
