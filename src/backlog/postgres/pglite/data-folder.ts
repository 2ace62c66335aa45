/**
 * The data folder of an embedded Postgres, from outside: which version made it, whether somebody uses it, and a copy of
 * it. Nothing here writes into the folder.
 *
 * `postmaster.pid` tells nothing: old releases leave it behind when they close, and its process id is made up. So a folder
 * is in use when a process has a file of it open, or when it changes while it is copied.
 */
import { constants, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MosaicError } from '../../../errors.ts';
import { processesUsing } from '../../../host/open-files.ts';
import { commandLine } from '../../sentences.ts';

export interface DataFolder {
  /** As the caller names it. */
  readonly name: string;
  /** Without links. */
  readonly path: string;
  /** The version of Postgres that made it: 16, 17, … */
  readonly major: number;
}

interface Entry {
  /** Inside the folder. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Differs when it has been written to, or replaced. */
  readonly stamp: string;
}

const VERSION_FILE = 'PG_VERSION';
/** Says who runs it: nobody runs the copy. */
const NOT_COPIED = 'postmaster.pid';
/** About as many as PGlite makes for itself would be a thousand. */
const MOST_ENTRIES = 100_000;

/** @throws MosaicError INVALID_INPUT when it is none */
export function dataFolderAt(name: string): DataFolder {
  const path = realPath(name);
  const version = path === null ? null : versionIn(path);
  if (path !== null && version !== null) return { name, path, major: Number(version) };
  const what = path === null ? 'is not there' : `has no file ${VERSION_FILE}`;
  throw new MosaicError({
    code: 'INVALID_INPUT',
    message: `${name} is no embedded store (the data folder of PGlite): it ${what}. Nothing was changed.`,
    hint: putAside(name) ?? `Name the folder in which a file ${VERSION_FILE} stands.`,
  });
}

/** An earlier run may have put it aside under this name. */
function putAside(name: string): string | null {
  const aside = `${name.replace(/\/+$/, '')}.pglite`;
  const path = realPath(aside);
  if (path === null || versionIn(path) === null) return null;
  return `The store that was there has been put aside; read it with: ${commandLine('import', '--pglite', aside)}`;
}

function realPath(name: string): string | null {
  try {
    return realpathSync(name);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Null where the file does not stand, or holds something else. */
function versionIn(folder: string): string | null {
  try {
    return /^\d{1,3}(?=\s*$)/.exec(readFileSync(join(folder, VERSION_FILE), 'latin1'))?.[0] ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code));
}

/** @throws MosaicError STORE_IN_USE when a process is seen that has it open */
export async function assertUnused({ name, path }: DataFolder): Promise<void> {
  const [pid] = await processesUsing(path);
  if (pid !== undefined) throw inUse(name, `process ${pid} has it open`);
}

/** All that is in the folder, as it is now; null when it has gone. */
function stampOf(folder: DataFolder): string | null {
  try {
    return stampsOf(entriesOf(folder));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** @throws MosaicError STORE_IN_USE when it is no longer as `stamp` has it */
export function assertUnchanged(folder: DataFolder, stamp: string): void {
  if (stampOf(folder) !== stamp) throw changed(folder);
}

/**
 * Copies it into `target`, which is there and empty.
 *
 * @returns the stamp of what was copied
 * @throws MosaicError STORE_IN_USE when it changes meanwhile; the system's error, such as that of a full disk
 */
export async function copyInto(target: string, folder: DataFolder, signal: AbortSignal | undefined): Promise<string> {
  const entries = entriesOf(folder);
  try {
    for (const { path, isFolder } of entries) {
      signal?.throwIfAborted();
      if (path === NOT_COPIED) continue;
      const to = join(target, path);
      if (isFolder) {
        await mkdir(to, { mode: 0o700 });
      } else {
        await copyFile(join(folder.path, path), to, constants.COPYFILE_FICLONE);
        // A copy has the mode of its original, which may be a backup that nobody is to write to.
        await chmod(to, 0o600);
      }
    }
  } catch (error) {
    // Something that was listed has gone.
    throw isMissing(error) ? changed(folder) : error;
  }
  const stamp = stampsOf(entries);
  assertUnchanged(folder, stamp);
  return stamp;
}

function stampsOf(entries: readonly Entry[]): string {
  return entries.map(({ path, stamp }) => `${path} ${stamp}`).join('\n');
}

/** A folder stands before what is in it. */
function entriesOf({ name, path: root }: DataFolder): readonly Entry[] {
  const entries: Entry[] = [];
  const waiting = [''];
  for (const folder of waiting) {
    for (const child of readdirSync(join(root, folder)).sort()) {
      const path = join(folder, child);
      const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
      if (stat === undefined) continue;
      if (!stat.isFile() && !stat.isDirectory()) throw foreignEntry(name, path);
      // What is in a folder has stamps of its own.
      const stamp = stat.isFile() ? [stat.ino, stat.size, stat.mtimeMs].join(' ') : 'folder';
      entries.push({ path, isFolder: stat.isDirectory(), stamp });
      if (stat.isDirectory()) waiting.push(path);
      if (entries.length > MOST_ENTRIES) throw foreignEntry(name, 'more files than any embedded store has');
    }
  }
  return entries;
}

function changed({ name }: DataFolder): MosaicError {
  return inUse(name, 'it changed while it was read');
}

function inUse(name: string, how: string): MosaicError {
  return new MosaicError({
    code: 'STORE_IN_USE',
    message: `The embedded store ${name} is in use: ${how}. Nothing was changed.`,
    hint: 'End the program that uses it, then run the same command again.',
  });
}

function foreignEntry(name: string, what: string): MosaicError {
  return new MosaicError({
    code: 'STORE_FOREIGN',
    message: `${name} is no store that PGlite has made: in it is ${what}. Nothing was changed.`,
    hint: 'Export the cards with the program that made it, as JSON Lines, and import that file.',
  });
}
