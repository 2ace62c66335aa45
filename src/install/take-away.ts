/**
 * Takes a folder away as a whole: by one rename, so that nobody finds half of it, and whoever makes it anew meanwhile loses
 * nothing to those who are still removing the old one.
 */
import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from '../disk/filesystem.ts';

/** @throws the system's error; one that is not there is no error */
export function takeAway(folder: string): void {
  if (existsSync(folder)) renameSync(folder, join(dirname(folder), `${doomedPrefix(folder)}${process.pid}`));
  for (const doomed of takenAway(folder)) rmSync(doomed, { recursive: true, force: true, maxRetries: 5 });
}

/** What somebody who was killed has left to be removed. */
export function takenAway(folder: string): readonly string[] {
  const parent = dirname(folder);
  if (!existsSync(parent)) return [];
  const names = readdirSync(parent).filter((name) => name.startsWith(doomedPrefix(folder)));
  return names.map((name) => join(parent, name));
}

/** @returns false when something is in it, or it is no folder, or somebody needs it again in this very moment */
export function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (STAYS.has(systemErrorCode(error))) return false;
    throw error;
  }
}

/** Some systems say that a folder exists which is not empty. */
const STAYS: ReadonlySet<string | null> = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY']);

function doomedPrefix(folder: string): string {
  return `.${basename(folder)}.removed-`;
}
