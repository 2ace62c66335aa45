/**
 * The file system as this program uses it: a few synchronous calls, so that a test can record them, let any of them
 * fail, or stop the world between two of them. Everything that is a record goes through here.
 *
 * An expected absence or presence is a return value (`null`, `false`); everything else is thrown as the system's own
 * error, with `code`, `syscall` and `path`.
 */

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly bytes: number;
  /** Milliseconds since the epoch, with a fraction. */
  readonly modifiedMs: number;
  readonly inode: number;
  readonly mode: number;
  readonly owner: number;
  /** How many names it has. */
  readonly links: number;
}

/** A file and what it was when it was read. */
export interface FileContent {
  readonly stat: FileStat;
  readonly bytes: Uint8Array;
}

/** `write` insists that the file is there, and can read it, too; `create` that it is not. */
export type OpenMode = 'read' | 'write' | 'create';

export interface FileSystem {
  open(path: string, mode: OpenMode): number;
  /** Reads at most `into.length` bytes from `position`; returns how many. */
  read(descriptor: number, into: Uint8Array, position: number): number;
  /** Writes at `position`; returns how many bytes went in, which may be fewer. */
  write(descriptor: number, bytes: Uint8Array, position: number): number;
  /** Flushes data and what is needed to read it back. */
  flushData(descriptor: number): void;
  /** Flushes data and metadata; the descriptor may be a folder's. */
  flush(descriptor: number): void;
  truncate(descriptor: number, bytes: number): void;
  /** Sets the time of last modification, whole milliseconds since the epoch. */
  setModified(descriptor: number, ms: number): void;
  setModifiedAt(path: string, ms: number): void;
  statOpen(descriptor: number): FileStat;
  close(descriptor: number): void;

  /** Whether something has that name. Unlike `stat` it leaves no trace; see `journal.ts`. */
  exists(path: string): boolean;
  /** Does not follow a symbolic link. Null when nothing has that name. */
  stat(path: string): FileStat | null;
  /**
   * The whole file, or of one that is larger than `limit` nothing; null when no file has that name, and a folder, a
   * link or a pipe is none.
   */
  readFile(path: string, limit?: number): FileContent | null;
  /** The names in a folder, in no order; null when there is no such folder. */
  list(path: string): readonly string[] | null;
  /** False when something has that name already. Parents must exist. */
  makeFolder(path: string): boolean;
  /** False when it is not empty; true when it is gone, by us or before us. */
  removeFolder(path: string): boolean;
  /** Gives the file `existing` a second name, in one step. False when the name is taken. */
  link(existing: string, name: string): boolean;
  /** Replaces `to`, in one step. */
  rename(from: string, to: string): void;
  /** False when nothing had that name. */
  remove(path: string): boolean;
}

/**
 * Writes all of `bytes`, however short each write falls.
 *
 * @param position where to begin in the file
 * @throws the system's error; a write that takes nothing counts as a full disk (some file systems say it that way).
 */
export function writeAll(
  files: FileSystem,
  descriptor: number,
  bytes: Uint8Array,
  path: string,
  position: number = 0,
): void {
  let written = 0;
  while (written < bytes.length) {
    const rest = written === 0 ? bytes : bytes.subarray(written);
    const count = writeOnce(files, descriptor, rest, path, position + written);
    if (count <= 0) {
      throw systemError('ENOSPC', 'no space left on device', 'write', path);
    }
    written += count;
  }
}

/** The system names no path when a write to a descriptor fails; the person who reads it needs one. */
function writeOnce(files: FileSystem, descriptor: number, bytes: Uint8Array, path: string, position: number): number {
  try {
    return files.write(descriptor, bytes, position);
  } catch (error) {
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
}

/** What the system has no error for, said as the system says it. */
export function systemError(code: string, words: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${words}, ${syscall} '${path}'`), { code, syscall, path });
}

/** Something else has the name of a file of ours. */
export function notAFile(path: string): Error {
  return systemError('EISDIR', 'illegal operation on something that is not a file', 'read', path);
}

/** Something else has the name of a folder of ours. */
export function notAFolder(path: string): Error {
  return systemError('ENOTDIR', 'not a folder', 'open', path);
}

/** The system's error code (`ENOENT`, …), or null when `error` is not a system error. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Setting a time and reading it back may add so much on the way; see `seconds` in `node-filesystem.ts`. */
const ADDED_MS = 0.001;

/**
 * Whether a file still bears the time we gave it, a whole millisecond. The kernel stamps the writes of others by a
 * clock that ticks every few milliseconds, at a fraction of its own: compared in whole milliseconds, every fourth or so
 * of those that follow ours at once would look like ours. So as little as possible is taken for equal.
 */
export function bearsTime(stat: Pick<FileStat, 'modifiedMs'>, ms: number): boolean {
  return stat.modifiedMs >= ms && stat.modifiedMs < ms + ADDED_MS;
}

/**
 * Creates a folder and those above it that are missing, durably: a power cut must not take the folder, and with it what
 * was flushed into it.
 *
 * @throws the system's error, `ENOTDIR` for a link: it would lead what we write out of the store. The folders above may
 *   be links, for people keep their settings where they like.
 */
export function makeFolders(files: FileSystem, path: string): void {
  const stat = files.stat(path);
  if (stat === null) makeMissing(files, path);
  else if (stat.kind !== 'folder') throw notAFolder(path);
}

function makeMissing(files: FileSystem, path: string): void {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  if (files.stat(parent) === null) makeMissing(files, parent);
  if (files.makeFolder(path)) flushThrough(files, parent);
}

/**
 * Makes the way to a folder durable. Who made it may have been killed before it could see to that, so whoever finds it
 * there and puts the first thing into it that must last does so again.
 */
export function flushWayTo(files: FileSystem, path: string): void {
  for (let end = path.lastIndexOf('/'); end >= 0; end = path.lastIndexOf('/', end - 1)) {
    try {
      flushThrough(files, path.slice(0, end) || '/');
    } catch (error) {
      // A folder we may not read is not one that we have made.
      if (systemErrorCode(error) !== 'EACCES') throw error;
    }
    if (end === 0) return;
  }
}

/** As `flushFolder`, also for a link to one: the way to the store may lead through links, which cannot be opened. */
function flushThrough(files: FileSystem, path: string): void {
  try {
    flushFolder(files, path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ELOOP') throw error;
    flushFolder(files, `${path}/.`);
  }
}

/** Makes the names in a folder durable. */
export function flushFolder(files: FileSystem, path: string): void {
  const descriptor = files.open(path, 'read');
  try {
    files.flush(descriptor);
  } finally {
    files.close(descriptor);
  }
}
