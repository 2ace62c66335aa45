/**
 * The versions of the program beside each other. One is complete before it gets its name, and is never changed then; so
 * whatever runs goes on with the files it began with, and to make another the current one takes one rename.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyPackage } from './copy-package.ts';
import { targetOf } from './links.ts';
import { checksumOf, type Package } from './package-files.ts';
import type { ProgramPlaces } from './places.ts';
import { flushFolder, putLink } from './write-file.ts';

/** What is on its way, or about to go; nobody uses it, and the next installation clears it away. */
const UNFINISHED = '.unfinished-';

/** The name of the version in use; null when there is none. */
export function currentVersion({ current, versions }: ProgramPlaces): string | null {
  const target = targetOf(current);
  if (target === null) return null;
  const name = basename(target);
  return existsSync(join(versions, name)) ? name : null;
}

/** The version that holds just this package, undamaged; null when none does. */
export function versionOf({ versions }: ProgramPlaces, wanted: Package): string | null {
  const names = namesIn(versions).filter((name) => name === wanted.name || name.startsWith(`${wanted.name}.`));
  return names.find((name) => isWhole(join(versions, name), wanted)) ?? null;
}

/** Copies the package under a name that is not taken. @returns the name @throws the system's error; then nothing is left */
export function addVersion({ versions }: ProgramPlaces, wanted: Package): string {
  const fresh = join(versions, `${UNFINISHED}${process.pid}`);
  // One of that name can be there only if it was damaged.
  const name = freeName(versions, wanted.name);
  try {
    copyPackage(wanted, fresh);
    renameSync(fresh, join(versions, name));
  } catch (error) {
    // A disk that is full would stay so, for all who work on it.
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
  flushFolder(versions);
  return name;
}

export function makeCurrent({ current }: ProgramPlaces, name: string): void {
  putLink(current, join('versions', name));
}

/** Removes the versions that are not kept. */
export function removeOthers({ versions }: ProgramPlaces, kept: ReadonlySet<string | null>): void {
  for (const name of namesIn(versions).filter((one) => !kept.has(one))) {
    // Never half a version under the name of a whole one.
    const doomed = join(versions, `${UNFINISHED}${process.pid}`);
    renameSync(join(versions, name), doomed);
    rmSync(doomed, { recursive: true, force: true });
  }
}

/** Whether an installation that was killed has left something. */
export function isUnfinished({ versions }: ProgramPlaces): boolean {
  return namesIn(versions).some((name) => name.startsWith(UNFINISHED));
}

export function removeUnfinished({ versions }: ProgramPlaces): void {
  for (const name of namesIn(versions).filter((one) => one.startsWith(UNFINISHED))) {
    rmSync(join(versions, name), { recursive: true, force: true });
  }
}

function freeName(versions: string, name: string): string {
  for (let count = 2, candidate = name; ; count += 1) {
    if (lstatSync(join(versions, candidate), { throwIfNoEntry: false }) === undefined) return candidate;
    candidate = `${name}.${count}`;
  }
}

function isWhole(folder: string, { files }: Package): boolean {
  return files.every(({ path, checksum, isExecutable }) => {
    const file = join(folder, path);
    try {
      return checksumOf(readFileSync(file)) === checksum && ((statSync(file).mode & 0o100) !== 0) === isExecutable;
    } catch {
      return false;
    }
  });
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
