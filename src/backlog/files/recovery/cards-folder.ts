/**
 * When the folder with the cards has gone. A card's file that was deleted is a card that was deleted; a folder that has
 * gone with all of them is an accident, and the journal still knows them.
 */
import { type FileStat, type FileSystem, notAFolder } from '../../../disk/filesystem.ts';
import { type CommitSettings, putAgain } from '../commit.ts';
import { cardsFolderGone } from '../disk-error.ts';
import type { CardRecord } from '../form/card-record.ts';
import type { StorePaths } from '../form/layout.ts';
import { cardsByHistory } from '../history.ts';
import { type Knowledge, unsettled } from '../knowledge.ts';

/**
 * @returns null when it is not there and there never was a card
 * @throws MosaicError STORE_DAMAGED when the folder has gone, and cards with it; the system's ENOTDIR when it is none
 */
export function statCardsFolder(files: FileSystem, paths: StorePaths): FileStat | null {
  const stat = files.stat(paths.cards);
  if (stat?.kind === 'folder') return stat;
  if (stat !== null) throw notAFolder(paths.cards);
  const lost = cardsInJournal(files, paths).length;
  if (lost > 0) throw cardsFolderGone(paths.cards, lost);
  return null;
}

/** Puts every card back that the journal knows. */
export function restoreCards(settings: CommitSettings, knowledge: Knowledge): void {
  const records = cardsInJournal(settings.files, settings.paths);
  const lost = records.map((record) => unsettled(record, null));
  if (lost.length > 0) putAgain(settings, lost, knowledge.stampMs);
  for (const record of records) knowledge.learn(record);
  // None of them has been flushed.
  knowledge.redo = { segment: 1, seq: 1 };
}

function cardsInJournal(files: FileSystem, paths: StorePaths): readonly CardRecord[] {
  return [...cardsByHistory(files, paths).values()].filter(({ place }) => place === 'cards');
}
