/**
 * Takes a folder away as a whole: by one rename, so that nobody finds half of it, and whoever makes it anew meanwhile loses
 * nothing to those who are still removing the old one.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

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

function doomedPrefix(folder: string): string {
  return `.${basename(folder)}.removed-`;
}
