/**
 * The stamp: the time of last modification that we give the cards folder with each commit. Whoever else makes, replaces
 * or removes a file there gives it another one, so one `stat` tells that somebody has been at it. For that, it must
 * never be given to a folder that somebody has been at and that nobody has looked into since.
 */
import { bearsTime, type FileSystem } from '../../../disk/filesystem.ts';
import type { StorePaths } from './layout.ts';

/** Whether nobody has been at the folder since it was given that time. */
export function isStamped(files: FileSystem, paths: StorePaths, stampMs: number): boolean {
  const folder = files.stat(paths.cards);
  return folder !== null && bearsTime(folder, stampMs);
}

/**
 * Gives the folder another stamp, unless somebody has been at it since it bore the time `since`: then the next command
 * looks into it.
 */
export function restamp(files: FileSystem, paths: StorePaths, since: number, stampMs: number): void {
  if (bearsTime({ modifiedMs: since }, stampMs)) return;
  if (isStamped(files, paths, since)) files.setModifiedAt(paths.cards, stampMs);
}
