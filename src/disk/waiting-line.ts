/**
 * The line of those who wait for the lock: names in the lock's folder that say since when.
 *
 *   wait.1800000000000.<token>      a hard link to the waiter's identity file
 *
 * The line excludes nobody and promises nothing; who is dead or stopped keeps no one out. It is there so that whoever
 * has waited longest looks most often, and whoever has had the lock time and again can see that others want it.
 */
import type { FileSystem } from './filesystem.ts';
import type { Staging } from './staging.ts';

/** A name that is older is left over, or its owner has waited so long that nobody's place in the line matters. */
const LOST_AFTER_MS = 10_000;

interface Waiter {
  readonly name: string;
  readonly sinceMs: number;
}

export class WaitingLine {
  readonly #files: FileSystem;
  readonly #folder: string;
  /** Our place in it: a name in the folder. */
  #mine: string | null = null;
  #isFirst = false;

  /** @param folder that of the lock's names */
  constructor(files: FileSystem, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Is there somebody in the line, other than us? */
  hasOthers(nowMs: number): boolean {
    return this.#waiters(nowMs).some(({ name }) => name !== this.#mine);
  }

  /** Joins the line at its end, unless we stand in it. @returns how many are ahead of us */
  join(identity: Pick<Staging, 'identityPath' | 'token'>, nowMs: number): number {
    // Whoever is first stays first.
    if (this.#isFirst) return 0;
    const waiters = this.#waiters(nowMs);
    const ahead = waiters.findIndex(({ name }) => name === this.#mine);
    this.#isFirst = ahead === 0;
    if (ahead !== -1) return ahead;
    const name = `wait.${String(Math.floor(nowMs)).padStart(13, '0')}.${identity.token}`;
    this.#mine = this.#link(identity.identityPath, name) ? name : null;
    return waiters.length;
  }

  leave(): void {
    if (this.#mine !== null) this.#remove(this.#mine);
    this.#mine = null;
    this.#isFirst = false;
  }

  /** Whoever has waited longest comes first. Names that are left over are removed on the way. */
  #waiters(nowMs: number): readonly Waiter[] {
    const waiters: Waiter[] = [];
    for (const name of this.#names()) {
      const digits = /^wait\.(\d{13})\.[0-9a-f]+$/.exec(name)?.[1];
      if (digits === undefined) continue;
      const sinceMs = Number(digits);
      if (Math.abs(nowMs - sinceMs) > LOST_AFTER_MS) this.#remove(name);
      else waiters.push({ name, sinceMs });
    }
    return waiters.sort((a, b) => a.sinceMs - b.sinceMs || (a.name < b.name ? -1 : 1));
  }

  /** Where the folder cannot be read, nobody is seen: whoever then tries to take the lock is told why. */
  #names(): readonly string[] {
    try {
      return this.#files.list(this.#folder) ?? [];
    } catch {
      return [];
    }
  }

  #link(identityPath: string, name: string): boolean {
    try {
      return this.#files.link(identityPath, `${this.#folder}/${name}`);
    } catch {
      // On a full disk one waits all the same.
      return false;
    }
  }

  #remove(name: string): void {
    try {
      this.#files.remove(`${this.#folder}/${name}`);
    } catch {
      // Somebody will see that it is left over.
    }
  }
}
