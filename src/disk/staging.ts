/**
 * A staging folder: where one process prepares files before it gives them their real names.
 *
 * It is also the fence. A process that was stopped inside the critical section cannot be reached when it wakes up, but
 * every file it would still put in place comes out of its own staging folder, by path. Whoever takes the lock from it
 * removes that folder first; from then on each of its late renames and links fails with ENOENT. What it wrote before
 * is there for recovery to see, what it writes after goes nowhere.
 *
 * A staging folder is made once, under a name nobody else ever uses (a random token), and never again.
 *
 *   staging/<token>/identity.json   who it is; hard-linked to every lock it takes
 *   staging/<token>/<n>             files on their way, and files they have replaced; see `spare-files.ts`
 */
import { type FileStat, type FileSystem, makeFolders, systemError, systemErrorCode, writeAll } from './filesystem.ts';
import { SpareFiles } from './spare-files.ts';

const IDENTITY = 'identity.json';

/**
 * So many digits has a name, most of them zeros. ext4 looks for a name, and for the room for one, entry by entry through
 * 4 KB of its folder: of names that long there are fifty in it, of short ones two hundred. Where hundreds of files are
 * kept to be written over, that saves a third of what it costs to keep one and to put it back; see docs/performance.md.
 */
const NAME_DIGITS = 64;

const LONG_AGO_MS = 1000;

/** A folder that keeps filling while it is being removed has a live writer; it loses long before this. */
const MAX_SWEEPS = 10_000;

export class Staging {
  readonly token: string;
  readonly identityPath: string;
  readonly identityInode: number;
  /** What the files of this folder have replaced. */
  readonly spares: SpareFiles;
  readonly #files: FileSystem;
  readonly #folder: string;
  #count = 0;

  private constructor(files: FileSystem, folder: string, token: string, identity: FileStat) {
    this.#files = files;
    this.token = token;
    this.#folder = folder;
    this.identityPath = `${folder}/${IDENTITY}`;
    this.identityInode = identity.inode;
    this.spares = new SpareFiles(files, identity.owner, () => this.#newPath());
  }

  /** Makes the folder. `identity` is what others read of the holder of a lock; `token` must be new. */
  static open(files: FileSystem, parent: string, token: string, identity: string): Staging {
    makeFolders(files, parent);
    const folder = `${parent}/${token}`;
    files.makeFolder(folder);
    const path = `${folder}/${IDENTITY}`;
    writeNew(files, path, [new TextEncoder().encode(identity)], null);
    const stat = files.stat(path);
    // Somebody took us for dead before we had begun.
    if (stat === null) throw systemError('ENOENT', 'no such file or directory', 'stat', path);
    return new Staging(files, folder, token, stat);
  }

  /**
   * Writes a file that nobody sees yet, and returns its path, to be renamed or linked into place.
   *
   * @param content its bytes, or pieces of them that follow one another
   * @param modifiedMs its time of last modification, or null for now
   * @throws the system's error; then nothing is left behind
   */
  write(content: Uint8Array | readonly Uint8Array[], modifiedMs: number | null): string {
    const path = this.#newPath();
    writeNew(this.#files, path, content instanceof Uint8Array ? [content] : content, modifiedMs);
    return path;
  }

  /**
   * Takes a file away from its place, through this folder, so that whoever is fenced off takes nothing away: by then the
   * name may be somebody else's new file.
   *
   * @throws the system's error, `ENOENT` when we are fenced off; a file that is not there is no error
   */
  takeAway(path: string): void {
    const taken = this.#newPath();
    try {
      this.#files.rename(path, taken);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT' || this.isGone()) throw error;
      return;
    }
    this.#files.remove(taken);
  }

  /** Says that what bears our name was taken long ago: others need not leave it alone any longer. */
  letGo(): void {
    try {
      this.#files.setModifiedAt(this.identityPath, LONG_AGO_MS);
    } catch {
      // They leave it alone for a moment, then.
    }
  }

  /** Has somebody fenced us off? */
  isGone(): boolean {
    return this.#files.stat(this.identityPath) === null;
  }

  /**
   * Takes the name off every lock that bears it, so that whichever of them is not marked as over is held by nobody. For
   * when a lock cannot be given back; the folder is of no use any more.
   *
   * @throws the system's error
   */
  disown(): void {
    const descriptor = this.#files.open(this.identityPath, 'write');
    try {
      this.#files.truncate(descriptor, 0);
    } finally {
      this.#files.close(descriptor);
    }
    this.close();
  }

  /** Removes the folder and what is in it. */
  close(): void {
    removeStaging(this.#files, this.#folder);
  }

  #newPath(): string {
    this.#count += 1;
    return `${this.#folder}/${String(this.#count).padStart(NAME_DIGITS, '0')}`;
  }
}

function writeNew(files: FileSystem, path: string, pieces: readonly Uint8Array[], modifiedMs: number | null): void {
  const descriptor = files.open(path, 'create');
  try {
    let end = 0;
    for (const piece of pieces) {
      writeAll(files, descriptor, piece, path, end);
      end += piece.length;
    }
    if (modifiedMs !== null) files.setModified(descriptor, modifiedMs);
  } catch (error) {
    files.close(descriptor);
    files.remove(path);
    throw error;
  }
  files.close(descriptor);
}

/** Whether a folder among the staging folders is one: what somebody else has put there is not ours to remove. */
export function isStaging(files: FileSystem, folder: string): boolean {
  return (files.list(folder) ?? []).every((name) => name === IDENTITY || /^\d+$/.test(name));
}

/** The fence: after this returns, the process that owned the folder puts nothing in place any more. */
export function removeStaging(files: FileSystem, folder: string): void {
  // First: whoever then misses any of its files finds its name gone too, and knows why.
  files.remove(`${folder}/${IDENTITY}`);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    const names = files.list(folder);
    if (names === null) return;
    for (const name of names) files.remove(`${folder}/${name}`);
    try {
      if (files.removeFolder(folder)) return;
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
  }
  throw systemError('EBUSY', 'the folder fills faster than it can be emptied', 'rmdir', folder);
}
