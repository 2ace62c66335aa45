/**
 * Files that were replaced, kept to be written over: they have their inode and their block already. A file system hands
 * out neither for nothing (ext4 passes over inodes that were freed in the last minutes, one by one), and a new file
 * renamed over an old one is written to the disk at once, in the way of the flush that somebody waits for.
 *
 * To write over a file is safe when nothing leads to it any more:
 *
 * - no name: ours is the only link. Somebody may have made another one, as backups do.
 * - no name after a power cut: the folder it was replaced in has been flushed since, which the epoch tells.
 * - no reader: whoever opened it under its old name has had time to read it. Those who read through `FileSystem.readFile`
 *   find out by themselves; for all others some time has to pass.
 *
 * After a power cut a file that was written over may have its name, and still bear the old bytes, or some of them. So
 * whoever puts it in place has to be able to tell, and to write it again.
 */
import { type FileStat, type FileSystem, writeAll } from './filesystem.ts';

/** When something happened: the epoch counts the flushes of the folder, the milliseconds are of the monotonic clock. */
export interface Moment {
  readonly epoch: number;
  readonly ms: number;
}

/** One block on nearly every disk: what is larger would have to ask for more. */
const MOST_BYTES = 4096;
const OUR_MODE = 0o600;
/** About as many as a process can replace in the time that each is left alone. */
const MOST_FILES = 4096;

interface Spare {
  readonly path: string;
  readonly since: Moment;
}

export class SpareFiles {
  readonly #files: FileSystem;
  readonly #owner: number;
  readonly #newPath: () => string;
  /** The oldest first; those before `#first` are gone. */
  #spares: Spare[] = [];
  #first = 0;

  /** @param owner whose files we make @param newPath names a file in a folder that goes with its process */
  constructor(files: FileSystem, owner: number, newPath: () => string) {
    this.#files = files;
    this.#owner = owner;
    this.#newPath = newPath;
  }

  /**
   * Gives a file that is about to be replaced a second name, so that it stays. Nothing else happens to it.
   *
   * @param bytes its size; what is large would only take room
   * @returns that name, for `add`; null when it is not to be kept, and is gone when it is replaced
   */
  keep(place: string, bytes: number): string | null {
    if (bytes > MOST_BYTES || this.#spares.length - this.#first >= MOST_FILES) return null;
    const path = this.#newPath();
    try {
      return this.#files.link(place, path) ? path : null;
    } catch {
      // There is nothing, or nothing that can have another name: then a new file does.
      return null;
    }
  }

  /** Says that a file that was kept has been replaced. */
  add(path: string, since: Moment): void {
    this.#spares.push({ path, since });
  }

  /**
   * Writes over a file that is kept.
   *
   * @param afterMs so long each is left alone
   * @returns its path; null when there is none that may be written over
   * @throws the system's error; then nothing is left behind
   */
  write(bytes: Uint8Array, modifiedMs: number, now: Moment, afterMs: number): string | null {
    const spare = this.#spares[this.#first];
    if (bytes.length > MOST_BYTES || spare === undefined) return null;
    if (spare.since.epoch >= now.epoch || now.ms - spare.since.ms < afterMs) return null;
    this.#first += 1;
    if (this.#first > MOST_FILES) {
      this.#spares = this.#spares.slice(this.#first);
      this.#first = 0;
    }
    return this.#writeOver(spare.path, bytes, modifiedMs) ? spare.path : null;
  }

  #writeOver(path: string, bytes: Uint8Array, modifiedMs: number): boolean {
    const descriptor = this.#open(path);
    if (descriptor === null) return false;
    try {
      const stat = this.#files.statOpen(descriptor);
      if (!this.#isLikeOurs(stat)) {
        this.#files.remove(path);
        return false;
      }
      writeAll(this.#files, descriptor, bytes, path);
      if (stat.bytes > bytes.length) this.#files.truncate(descriptor, bytes.length);
      this.#files.setModified(descriptor, modifiedMs);
      return true;
    } catch (error) {
      this.#remove(path);
      throw error;
    } finally {
      this.#files.close(descriptor);
    }
  }

  /** As a file that we make, and nobody else's. */
  #isLikeOurs({ kind, links, bytes, mode, owner }: FileStat): boolean {
    return kind === 'file' && links === 1 && bytes <= MOST_BYTES && mode === OUR_MODE && owner === this.#owner;
  }

  #open(path: string): number | null {
    try {
      return this.#files.open(path, 'write');
    } catch {
      return null;
    }
  }

  #remove(path: string): void {
    try {
      this.#files.remove(path);
    } catch {
      // It lies in a folder that goes with us.
    }
  }
}
