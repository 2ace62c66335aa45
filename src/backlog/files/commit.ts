/**
 * One commit, inside the critical section:
 *
 *   1. stage      Write the new card files where nobody sees them. A full disk shows itself here, before anything
 *                 has happened.
 *   2. append     One write and one flush to the journal. THIS is the commit.
 *   3. check      Is the lock still ours? Whoever took it over sealed the journal, and the seal says whether our
 *                 lines count.
 *   4. put in     Rename the staged files into place and give the folder the time of the commit. Nothing here needs
 *      place      a flush, and nothing here can undo the commit: recovery can do all of it again.
 */
import type { FileSystem } from '../../disk/filesystem.ts';
import { makeFolders } from '../../disk/filesystem.ts';
import { appendTransaction } from '../../disk/journal.ts';
import { type Position, readHeader } from '../../disk/segment-header.ts';
import type { TakenLock } from '../../disk/numbered-lock.ts';
import type { Moment } from '../../disk/spare-files.ts';
import type { Staging } from '../../disk/staging.ts';
import { MosaicError } from '../../errors.ts';
import { cardBytes } from './form/card-file.ts';
import { type CardRecord, numberedRecord, recordText } from './form/card-record.ts';
import { lockLost, outcomeUnknown } from './disk-error.ts';
import type { FileTransaction } from './transaction/file-transaction.ts';
import { isStamped } from './form/folder-stamp.ts';
import { type Knowledge, type Unsettled, unsettled } from './knowledge.ts';
import type { StorePaths } from './form/layout.ts';

export interface CommitSettings {
  readonly files: FileSystem;
  readonly paths: StorePaths;
  readonly staging: Staging;
  readonly durable: boolean;
  /** By the monotonic clock. */
  readonly nowMs: number;
  /** A file that was replaced is left alone for so long before it is written over. */
  readonly spareAfterMs: number;
}

/** `inPlace` is false when the change is committed but some file could not be put where it belongs. */
export interface Committed {
  readonly inPlace: boolean;
}

/**
 * Makes a transaction's changes durable and visible.
 *
 * @throws MosaicError LOCK_LOST (nothing happened), OUTCOME_UNKNOWN; the system's error (nothing happened)
 */
export function commit(
  settings: CommitSettings,
  lock: TakenLock,
  knowledge: Knowledge,
  transaction: FileTransaction,
): Committed {
  const { files, paths, durable } = settings;
  const records = numbered(transaction, knowledge.lastSeq, lock.generation);
  const changes = records.map((record) => unsettled(record, transaction.before(record.id)));
  // Without a flush, what a power cut makes of a file that was written over could not be told from an edit.
  const now: Moment | null = durable ? { epoch: knowledge.position.segment, ms: settings.nowMs } : null;
  const staged = stage(settings, records, now);

  const texts = textsOf(records, transaction.ends);
  const appended = appendTransaction(files, paths.journal, knowledge.position, texts, durable);
  if (appended.kind !== 'appended') {
    discard(files, staged);
    if (appended.kind === 'unknown') throw outcomeUnknown(appended.cause);
    throw appended.cause;
  }
  if (!isStillHeld(lock)) {
    discard(files, staged);
    assertCounted(files, paths, appended.end);
    return { inPlace: false };
  }
  const stamp = { beforeMs: knowledge.stampMs, afterMs: records.at(-1)?.atMs ?? knowledge.stampMs };
  knowledge.settle(changes, appended.end);
  try {
    putInPlace(settings, changes, staged, stamp, now);
    return { inPlace: true };
  } catch {
    return { inPlace: false };
  }
}

/** Puts changes in place that are committed already; see `recovery.ts`. @throws the system's error */
export function putAgain(settings: CommitSettings, changes: readonly Unsettled[], stampMs: number): void {
  const records = changes.map((change) => change.record);
  putInPlace(settings, changes, stage(settings, records, null), { beforeMs: stampMs, afterMs: stampMs }, null);
}

function numbered(transaction: FileTransaction, lastSeq: number, generation: number): readonly CardRecord[] {
  return transaction.records.map((record, index) => numberedRecord(record, lastSeq + 1 + index, generation));
}

/**
 * By id, the staged file of each card's final state.
 *
 * @param now its epoch is the segment, for all before it are flushed, with the folders; null for new files only
 */
function stage(
  settings: CommitSettings,
  records: readonly CardRecord[],
  now: Moment | null,
): ReadonlyMap<string, string> {
  const { staging, spareAfterMs } = settings;
  const final = new Map<string, CardRecord>();
  for (const record of records) final.set(record.id, record);
  const staged = new Map<string, string>();
  try {
    for (const [id, record] of final) {
      if (record.card === null) continue;
      const { bytes, modifiedMs } = cardBytes(record.card);
      const over = now === null ? null : staging.spares.write(bytes, modifiedMs, now, spareAfterMs);
      staged.set(id, over ?? staging.write(bytes, modifiedMs));
    }
  } catch (error) {
    discard(settings.files, staged);
    throw error;
  }
  return staged;
}

function putInPlace(
  settings: CommitSettings,
  changes: readonly Unsettled[],
  staged: ReadonlyMap<string, string>,
  stamp: { readonly beforeMs: number; readonly afterMs: number },
  now: Moment | null,
): void {
  const { files, paths, staging } = settings;
  const final = new Map(changes.map((change) => [change.record.id, change]));
  const moved = movedCards(changes);
  const kept = now === null ? [] : keepReplaced(settings, final.values());
  // Asked last before our own renames give the folder yet another time.
  const isUntouched = isStamped(files, paths, stamp.beforeMs);
  try {
    for (const [id, { record }] of final) {
      const file = staged.get(id);
      const from = record.place === 'archive' ? 'cards' : 'archive';
      if (file !== undefined) {
        if (record.place === 'archive') makeFolders(files, paths.archive);
        files.rename(file, `${paths[record.place]}/${record.file}`);
      }
      if (file === undefined) staging.takeAway(`${paths.cards}/${record.file}`);
      else if (moved.has(id)) staging.takeAway(`${paths[from]}/${record.file}`);
    }
    if (isUntouched) files.setModifiedAt(paths.cards, stamp.afterMs);
  } catch (error) {
    discard(files, staged);
    throw error;
  }
  if (now !== null) for (const path of kept) staging.spares.add(path, now);
}

/** @returns the second names of the files that the changes are about to replace */
function keepReplaced({ paths, staging }: CommitSettings, changes: Iterable<Unsettled>): readonly string[] {
  const kept: string[] = [];
  for (const { record, before } of changes) {
    if (record.card === null || record.place === 'archive' || before === null || before.archived) continue;
    const path = staging.spares.keep(`${paths.cards}/${record.file}`, before.fileBytes);
    if (path !== null) kept.push(path);
  }
  return kept;
}

/** Ids of the cards that were on the other side of the archive's door before. */
function movedCards(changes: readonly Unsettled[]): ReadonlySet<string> {
  const archivedBefore = new Map<string, boolean>();
  const moved = new Set<string>();
  for (const { record, before } of changes) {
    if (!archivedBefore.has(record.id)) archivedBefore.set(record.id, before?.archived ?? record.place === 'archive');
    if (archivedBefore.get(record.id) === (record.place === 'archive')) moved.delete(record.id);
    else moved.add(record.id);
  }
  return moved;
}

/** @throws MosaicError OUTCOME_UNKNOWN, for the change is in the journal, and may be sealed off */
function isStillHeld(lock: TakenLock): boolean {
  try {
    return lock.isHeld();
  } catch (error) {
    throw outcomeUnknown(error);
  }
}

/** @param ends where each change of a group ends */
function textsOf(records: readonly CardRecord[], ends: readonly number[]): readonly string[] {
  let part = 1;
  return records.map((record, index) => {
    if (index === ends[part - 1]) part += 1;
    return recordText(record, index, records.length, ends.length > 1 ? part : undefined);
  });
}

/** @throws MosaicError unless the bytes up to `end` were sealed in */
function assertCounted(files: FileSystem, paths: StorePaths, end: Position): void {
  const next = readHeader(files, paths.journal, end.segment + 1);
  if (next?.follows === null || next === null) {
    throw new MosaicError({
      code: 'OUTCOME_UNKNOWN',
      message:
        'This process was stopped for so long that another one took the lock over before the change was complete. ' +
        'It may or may not have happened.',
      hint: 'Look at the card before you repeat anything.',
    });
  }
  if (next.follows.bytes >= end.bytes) return;
  throw lockLost();
}

function discard(files: FileSystem, staged: ReadonlyMap<string, string>): void {
  for (const path of staged.values()) {
    try {
      files.remove(path);
    } catch {
      // It lies in our staging folder and goes with it.
    }
  }
}
