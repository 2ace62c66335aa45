/** What the store has to be before its new holder may decide anything: recovered, sealed, and known to the end. */
import { makeFolders } from '../../../disk/filesystem.ts';
import { flushSegment } from '../../../disk/journal.ts';
import type { TakenLock } from '../../../disk/numbered-lock.ts';
import { segmentPath } from '../../../disk/segment-header.ts';
import { checkpoint, type CheckpointFacts } from '../checkpoint.ts';
import type { CommitSettings } from '../commit.ts';
import { lockLost } from '../disk-error.ts';
import type { Knowledge } from '../knowledge.ts';
import { restoreCards, statCardsFolder } from './cards-folder.ts';
import { fence, settle, unsettledChanges } from './recovery.ts';

export interface BringUpTerms extends CheckpointFacts {
  /** Puts the cards back when the folder with all of them has gone; otherwise that is an error. */
  readonly mayRestore: boolean;
}

/**
 * Whether there is nothing to bring up: nobody has had the lock since we knew everything, and gave it back with
 * everything in place. Only that the journal still is where it was has to be looked at.
 */
export function isAsWeLeftIt({ files, paths }: CommitSettings, lock: TakenLock, { position }: Knowledge): boolean {
  if (!lock.isResumed) return false;
  return files.exists(segmentPath(paths.journal, position.segment));
}

/**
 * @param refreshed reads the journal to its end
 * @throws MosaicError LOCK_LOST, STORE_DAMAGED, STORE_TOO_NEW; the system's error
 */
export function bringUp(
  settings: CommitSettings,
  lock: TakenLock,
  terms: BringUpTerms,
  refreshed: () => Knowledge,
): Knowledge {
  const { files, paths, durable } = settings;
  fence(settings, lock);
  const isFolderGone = files.stat(paths.cards) === null;
  if (!terms.mayRestore) statCardsFolder(files, paths);
  const knowledge = refreshed();
  // Asked after the journal was read: if somebody had taken over before, we could have followed it into a segment of
  // theirs, and no seal would part what we append from what they do.
  if (!lock.isHeld()) throw lockLost();
  if (isFolderGone) restoreCards(settings, knowledge);
  makeFolders(files, paths.cards);
  const begun = knowledge.position.segment > 0;
  const rebooted = begun && knowledge.bootId !== terms.bootId;
  // Lines and a segment's name that nobody has flushed yet: nothing may rest on them before they are safe.
  if (begun && !lock.isCleanStart && durable) flushSegment(files, paths.journal, knowledge.position.segment);
  const unsettled = unsettledChanges(settings, knowledge, lock, rebooted);
  settle(settings, knowledge, unsettled, { nowMs: terms.nowMs, afresh: lock.isAfterTrouble, rebooted });
  // A holder of unknown fate may still append; the seal makes that count for nothing. So does it for what a write
  // that never finished has left behind. Only a clean start spares it.
  if (!begun || rebooted || !lock.isCleanStart || knowledge.trailingBytes > 0) {
    checkpoint(settings, knowledge, terms, 'when-due');
  }
  lock.markOver();
  return knowledge;
}
