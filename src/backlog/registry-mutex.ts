/**
 * The registry mutex for those who keep something of their own beside the backlog, and want nobody to come between what
 * they read and what they write.
 */
import { type FileSystem, flushFolder, makeFolders } from '../disk/filesystem.ts';
import type { Staging } from '../disk/staging.ts';
import type { FileStore } from './files/file-store.ts';

/** What may be done while the mutex is held; everything at once, since nothing of it waits. */
export interface Exclusive {
  /** The whole text; null when there is no such file. */
  read(path: string): string | null;
  /** Puts a file in place, whole and durable. @throws the system's error; `ENOENT` when somebody has taken over */
  replace(path: string, text: string): void;
  /** Takes a file away; one that is not there is no error. @throws as `replace` */
  remove(path: string): void;
}

export class RegistryMutex {
  readonly #store: FileStore;

  constructor(store: FileStore) {
    this.#store = store;
  }

  /**
   * Waits for the mutex, runs `work` under it, and gives it back.
   *
   * @throws what `work` throws; MosaicError LOCK_TIMEOUT, DISK_…, and LOCK_LOST when somebody has taken over meanwhile:
   *   then what `work` has put in place may be there, and must be looked at again
   */
  async run<T>(work: (exclusive: Exclusive) => T): Promise<T> {
    const { files } = this.#store;
    return this.#store.change((_, staging) => work(exclusiveIn(files, staging)));
  }

  close(): void {
    this.#store.close();
  }
}

function exclusiveIn(files: FileSystem, staging: Staging): Exclusive {
  return {
    read(path) {
      const content = files.readFile(path);
      return content === null ? null : new TextDecoder().decode(content.bytes);
    },
    replace(path, text) {
      const folder = path.slice(0, path.lastIndexOf('/'));
      makeFolders(files, folder);
      const fresh = staging.write(new TextEncoder().encode(text), null);
      flushFile(files, fresh);
      files.rename(fresh, path);
      flushFolder(files, folder);
    },
    remove(path) {
      staging.takeAway(path);
    },
  };
}

function flushFile(files: FileSystem, path: string): void {
  const descriptor = files.open(path, 'write');
  try {
    files.flush(descriptor);
  } finally {
    files.close(descriptor);
  }
}
