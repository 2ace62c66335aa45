/**
 * Looks for card files that are not as the journal left them: edited, added or deleted by hand, or not yet put in
 * place by a writer that died. A look costs one `stat` for the folder, and one more a card only where it must.
 *
 * Whoever commits gives the cards folder the time of the commit. A file created, deleted or replaced there by anybody
 * else gives it another one. Writing over a file in place leaves the folder alone, so small stores also look at each
 * open card's file; large ones do so when asked to be thorough, and at each card that is touched.
 */
import type { FileSystem } from '../../disk/filesystem.ts';
import type { Summary } from './card-index/summary.ts';
import { idOfFileName, isCardFileName } from './file-name.ts';
import type { Knowledge } from './knowledge.ts';
import type { StorePaths } from './layout.ts';

/** Up to so many open cards every command looks at each of their files (about 2.5 µs a file). */
const LOOK_AT_EACH_UP_TO = 1000;

export type Thoroughness = 'usual' | 'thorough';

/** The names of the files in the cards folder that need a closer look, there or not there. */
export function suspiciousFiles(
  files: FileSystem,
  paths: StorePaths,
  knowledge: Knowledge,
  thoroughness: Thoroughness,
): readonly string[] {
  const folder = files.stat(paths.cards);
  if (folder === null) return [...knowledge.index.all()].filter((card) => !card.archived).map((card) => card.fileName);
  const untouched = folder.modifiedMs === knowledge.stampMs;
  if (untouched && thoroughness === 'usual') {
    return knowledge.index.openCount > LOOK_AT_EACH_UP_TO ? [] : changedFiles(files, paths, knowledge.index.open());
  }
  const suspicious = new Set(changedFiles(files, paths, knowledge.index.all()));
  const known = new Set<string>();
  for (const card of knowledge.index.all()) {
    if (!card.archived) known.add(card.fileName);
  }
  for (const name of files.list(paths.cards) ?? []) {
    if (isCardFileName(name) && !known.has(name)) suspicious.add(name);
  }
  return [...suspicious];
}

/** Whether the file of a card is, as far as a `stat` can tell, the one we know. */
export function isAsKnown(files: FileSystem, folder: string, card: Summary): boolean {
  const stat = files.stat(`${folder}/${card.fileName}`);
  return (
    stat !== null &&
    stat.bytes === card.fileBytes &&
    stat.modifiedMs === card.updatedAtMs &&
    (stat.kind === 'file' || card.status === 'damaged')
  );
}

/** What the index knows of the card in that file. */
export function knownByFile(knowledge: Knowledge, name: string): Summary | null {
  const direct = knowledge.index.get(idOfFileName(name));
  if (direct?.fileName === name) return direct;
  if (!name.includes('%')) return null;
  for (const card of knowledge.index.all()) {
    if (card.fileName === name) return card;
  }
  return null;
}

function changedFiles(files: FileSystem, paths: StorePaths, cards: Iterable<Summary>): readonly string[] {
  const changed: string[] = [];
  for (const card of cards) {
    if (!card.archived && !isAsKnown(files, paths.cards, card)) changed.push(card.fileName);
  }
  return changed;
}
