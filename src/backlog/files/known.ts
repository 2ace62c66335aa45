/**
 * What a process knows of the store, from one operation to the next.
 *
 * Most processes have one operation, and it looks at a few cards. So the first one reads the index in pages, out of a
 * file that stays open for it; afterwards that is closed, and what was known is dropped with it. From the second
 * operation on the index is read as a whole, which is checked before anything is decided.
 *
 * A page that turns out not to be as it was written is found in the middle of a decision. Then nothing of the operation
 * counts: what is known is forgotten, changed halfway or not, and the operation runs again, on an index that is read as
 * a whole, or made again. That is sound because an operation leaves nothing behind before its commit but what any other
 * process may leave that ends there, and because from its commit on nobody asks the index but a checkpoint, which takes
 * every error for a reason to do without (see `file-store.ts`).
 */
import type { FileSystem } from '../../disk/filesystem.ts';
import { OpenFile } from '../../disk/open-file.ts';
import { IndexDamaged } from './card-index/encoded/pages.ts';
import type { StorePaths } from './form/layout.ts';
import { follow, type Knowledge, loadKnowledge, type Now } from './knowledge.ts';

/** Whether an operation looks at a few cards or may look at all of them. */
export type Extent = 'few' | 'all';

export class Known {
  readonly #files: FileSystem;
  readonly #paths: StorePaths;
  readonly #now: () => Now;
  readonly #indexFile: OpenFile;
  #knowledge: Knowledge | null = null;
  /** Whether an operation is on that may read the index in pages. */
  #isInPages = false;
  #hasLoaded = false;

  constructor(files: FileSystem, paths: StorePaths, now: () => Now) {
    this.#files = files;
    this.#paths = paths;
    this.#now = now;
    this.#indexFile = new OpenFile(files);
  }

  get knowledge(): Knowledge | null {
    return this.#knowledge;
  }

  /** Drops what is known, so that it is read from the disk again. */
  forget(): void {
    this.#knowledge = null;
    this.#indexFile.close();
  }

  /**
   * Runs one operation, twice where its index is damaged.
   *
   * @throws what the operation throws
   */
  during<T>(extent: Extent, operation: () => T): T {
    this.#isInPages = extent === 'few' && !this.#hasLoaded;
    try {
      return operation();
    } catch (error) {
      if (!(error instanceof IndexDamaged)) throw error;
      this.forget();
    } finally {
      this.#isInPages = false;
      if (this.#indexFile.isOpen) this.forget();
    }
    return operation();
  }

  /** What is known, brought up to the end of the journal. */
  refreshed(): Knowledge {
    if (this.#knowledge === null || !follow(this.#files, this.#paths, this.#knowledge)) {
      const indexFile = this.#isInPages ? this.#indexFile : null;
      this.#hasLoaded = true;
      this.#knowledge = loadKnowledge(this.#files, this.#paths, this.#now(), indexFile);
    }
    return this.#knowledge;
  }

  /** Reads what others have done, while one has to wait anyway, so that it need not be read under the lock. */
  refreshIfKnown(): void {
    try {
      if (this.#knowledge !== null) this.refreshed();
    } catch {
      // The next attempt says what is wrong.
      this.forget();
    }
  }
}
