/**
 * Has the system write out everything, instead of flushing card after card.
 *
 * Of a write that has failed Linux tells whoever asks for everything first, and nobody after that; of a single file it
 * tells once more. So one process at a time asks, under a lock of its own, and gives it back as complete only when it
 * knows how that went. Whoever finds that somebody before them does not, or was told of a failure, has each card flushed
 * by itself, which then fails for all to see.
 */
import type { RedoPoint } from '../../../disk/segment-header.ts';
import type { TakenLock } from '../../../disk/numbered-lock.ts';
import type { FlushFileSystem } from '../../../host/flush-file-system.ts';
import { RegistryLock, type RegistryLockSettings } from '../registry-lock.ts';

export interface WholeFlushSettings extends RegistryLockSettings {
  readonly flushFileSystem: FlushFileSystem;
}

/** `nothing`: somebody else is at it, or it cannot be had. */
export type Flushed = 'everything' | 'each-alone' | 'nothing';

export class WholeFlush {
  readonly #settings: WholeFlushSettings;
  readonly #lock: RegistryLock;
  #flushedBefore: RedoPoint | null = null;
  #isOn = false;
  #isToBeHad = true;

  constructor(settings: WholeFlushSettings) {
    const { paths } = settings;
    this.#settings = settings;
    this.#lock = new RegistryLock({ ...settings, paths: { ...paths, lock: paths.flushLock } });
  }

  /** Where the last one has come to; null when there was none. */
  get flushedBefore(): RedoPoint | null {
    return this.#flushedBefore;
  }

  /** Until it turns out that it is not. */
  get isToBeHad(): boolean {
    return this.#isToBeHad;
  }

  /**
   * Never throws: what has to be flushed can be flushed later, too.
   *
   * @param before everything before it is in place already: what is written meanwhile may be flushed or not
   * @param eachAlone flushes every card by itself, under the registry mutex
   */
  async upTo(before: RedoPoint, eachAlone: () => Promise<unknown>): Promise<Flushed> {
    if (this.#isOn) return 'nothing';
    this.#isOn = true;
    try {
      const attempt = this.#lock.try();
      return attempt.kind === 'taken' ? await this.#underLock(attempt.lock, before, eachAlone) : 'nothing';
    } catch {
      return 'nothing';
    } finally {
      this.#isOn = false;
    }
  }

  close(): void {
    this.#lock.close();
  }

  async #underLock(lock: TakenLock, before: RedoPoint, eachAlone: () => Promise<unknown>): Promise<Flushed> {
    let isComplete = false;
    try {
      const flushed = await this.#flush(lock, eachAlone);
      lock.markOver();
      isComplete = lock.isHeld();
      if (flushed === 'everything' && isComplete) this.#flushedBefore = before;
      return isComplete ? flushed : 'nothing';
    } finally {
      this.#lock.release(lock, isComplete);
    }
  }

  async #flush(lock: TakenLock, eachAlone: () => Promise<unknown>): Promise<Flushed> {
    const { flushFileSystem, paths } = this.#settings;
    if (lock.isCleanStart) {
      const outcome = await flushFileSystem(paths.cards);
      if (outcome === 'flushed') return 'everything';
      this.#isToBeHad = false;
      if (outcome === 'not-to-be-had') return 'nothing';
    }
    await eachAlone();
    return 'each-alone';
  }
}
