/**
 * When the folder with the cards has gone. A card's file that was deleted is a card that was deleted; a folder that has
 * gone with all of them is an accident, and the journal still knows them.
 */
import type { Card } from '../../../card/card.ts';
import { type FileStat, type FileSystem, flushFolder, makeFolders, notAFolder } from '../../../disk/filesystem.ts';
import { flushFile } from '../../../disk/journal.ts';
import type { CommitSettings } from '../commit.ts';
import { cardsFolderGone } from '../disk-error.ts';
import { cardBytes } from '../form/card-file.ts';
import type { CardRecord } from '../form/card-record.ts';
import type { StorePaths } from '../form/layout.ts';
import { cardsByHistory } from '../history.ts';
import type { Knowledge } from '../knowledge.ts';

/**
 * @returns null when it is not there and there never was a card
 * @throws MosaicError STORE_DAMAGED when the folder has gone, and cards with it; the system's ENOTDIR when it is none
 */
export function statCardsFolder(files: FileSystem, paths: StorePaths): FileStat | null {
  const stat = statFolder(files, paths.cards);
  if (stat !== null) return stat;
  const lost = cardsInJournal(files, paths).length;
  if (lost === 0) return null;
  // Of a card that was made while we read the journal, the folder was made before.
  const since = statFolder(files, paths.cards);
  if (since === null) throw cardsFolderGone(paths.cards, lost);
  return since;
}

function statFolder(files: FileSystem, path: string): FileStat | null {
  const stat = files.stat(path);
  if (stat !== null && stat.kind !== 'folder') throw notAFolder(path);
  return stat;
}

/**
 * Puts every card back that the journal knows: all in one step, for a folder with some of them would say that the others
 * had been deleted.
 */
export function restoreCards({ files, paths, staging, durable }: CommitSettings, knowledge: Knowledge): void {
  const records = cardsInJournal(files, paths);
  if (records.length === 0) return;
  const { restored } = paths;
  // Somebody may have been killed half-way.
  for (const name of files.list(restored) ?? []) files.remove(`${restored}/${name}`);
  makeFolders(files, restored);
  for (const { card, file } of records) {
    const { bytes, modifiedMs } = cardBytes(card);
    const staged = staging.write(bytes, modifiedMs);
    if (durable) flushFile(files, staged);
    files.rename(staged, `${restored}/${file}`);
  }
  if (durable) flushFolder(files, restored);
  files.rename(restored, paths.cards);
  if (durable) flushFolder(files, paths.root);
  for (const record of records) knowledge.learn(record);
}

type Standing = CardRecord & { readonly card: Card };

function cardsInJournal(files: FileSystem, paths: StorePaths): readonly Standing[] {
  return [...cardsByHistory(files, paths).values()].filter(
    (record): record is Standing => record.place === 'cards' && record.card !== null,
  );
}
