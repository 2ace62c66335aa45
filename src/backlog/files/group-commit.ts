/**
 * Group commit: changes that one process asks for at once share a lock, a write to the journal and its flush. Each of
 * them is decided by itself, one after the other, sees what those before it have done, and fails alone.
 */
import type { Decide } from '../store.ts';
import { IndexDamaged } from './card-index/encoded/pages.ts';
import { asDiskError, isAboutCommit } from './disk-error.ts';
import type { FileStore } from './file-store.ts';
import type { FileTransaction } from './transaction/file-transaction.ts';

/** So many at most: others wait for the lock meanwhile. */
const MOST_MEMBERS = 64;
/**
 * A change that finds the lock free waits for nothing. Whoever asks for the next one as soon as it is done would so keep
 * the process from its timers, its signals and its other work.
 */
const GIVE_WAY_EVERY_MS = 10;

interface Member {
  /** @throws whatever its decision throws; then it has put nothing that counts */
  decide(transaction: FileTransaction): void;
  refuse(error: unknown): void;
  /** Tells whoever has asked what came of it. */
  answer(): void;
}

export class GroupCommit {
  readonly #store: FileStore;
  #asked: Member[] = [];
  #isAtWork = false;
  /** By the monotonic clock; null before the first change. */
  #gaveWayMs: number | null = null;
  #givingWay: Promise<void> = Promise.resolve();

  constructor(store: FileStore) {
    this.#store = store;
  }

  /** As `FileStore.change`. @throws as that; what another member of the group throws is no matter of ours */
  change<T>(decide: Decide<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#asked.push(member(decide, resolve, reject));
      if (this.#isAtWork) return;
      this.#isAtWork = true;
      // Not at once: what is asked for in the same breath belongs to the group.
      queueMicrotask(() => void this.#commitAll());
    });
  }

  /** Until whatever has been asked for so far has had its turn, if only the lock is free. */
  begun(): Promise<void> {
    return this.#givingWay;
  }

  async #commitAll(): Promise<void> {
    while (this.#asked.length > 0) {
      await this.#commitOne();
      const nowMs = this.#store.clock.monotonicMs();
      this.#gaveWayMs ??= nowMs;
      if (nowMs - this.#gaveWayMs < GIVE_WAY_EVERY_MS) continue;
      this.#gaveWayMs = nowMs;
      this.#givingWay = new Promise((resolve) => setImmediate(resolve));
      await this.#givingWay;
    }
    this.#isAtWork = false;
  }

  async #commitOne(): Promise<void> {
    // Who belongs to it is settled under the lock, so that those who come while it is waited for need not wait again.
    let group: readonly Member[] = [];
    try {
      await this.#store.change((transaction, staging) => {
        // The same ones when it has to be decided again.
        if (group.length === 0) group = this.#asked.splice(0, MOST_MEMBERS);
        decideEach(group, transaction, () => staging.isGone());
      });
    } catch (error) {
      if (group.length > 1 && !isAboutCommit(error)) return this.#commitEachAlone(group);
      // Nobody's turn had come: the lock was not to be had, or the store is closed. Nor would it be for each alone.
      if (group.length === 0) group = this.#asked.splice(0);
      for (const one of group) one.refuse(error);
    }
    for (const one of group) one.answer();
  }

  /** Nothing was changed, for a reason that may be one member's alone: the disk has no room for its card. */
  async #commitEachAlone(group: readonly Member[]): Promise<void> {
    for (const one of group) {
      try {
        await this.#store.change((transaction) => one.decide(transaction));
      } catch (error) {
        one.refuse(error);
      }
      one.answer();
    }
  }
}

function member<T>(decide: Decide<T>, resolve: (value: T) => void, reject: (error: unknown) => void): Member {
  let answer: () => void = () => undefined;
  return {
    decide(transaction) {
      const value = decide(transaction);
      answer = () => resolve(value);
    },
    refuse(error) {
      answer = () => reject(error);
    },
    answer: () => answer(),
  };
}

/** @param isFenced whether somebody has taken us for dead: what we see then is the past and the present mixed up */
function decideEach(group: readonly Member[], transaction: FileTransaction, isFenced: () => boolean): void {
  for (const one of group) {
    const savepoint = transaction.savepoint();
    try {
      one.decide(transaction);
      transaction.endChange();
    } catch (error) {
      // Not a member's own fault: that the index is damaged, everybody starts over for.
      if (group.length === 1 || isFenced() || error instanceof IndexDamaged) throw error;
      transaction.rollBack(savepoint);
      one.refuse(asDiskError(error));
    }
  }
}
