/**
 * The registry mutex as one process sees it: under which identity it takes it, how it judges who holds it, and how it
 * waits. The protocol itself is in `disk/numbered-lock.ts`.
 */
import { type FileSystem, makeFolders, systemErrorCode } from '../../disk/filesystem.ts';
import { judgeHolder, type Verdict } from '../../disk/holder.ts';
import { type Attempt, type HeldGeneration, type TakenLock, tryLock } from '../../disk/numbered-lock.ts';
import { Staging } from '../../disk/staging.ts';
import { WaitingLine } from '../../disk/waiting-line.ts';
import { MosaicError } from '../../errors.ts';
import type { Clock } from '../../host/clock.ts';
import type { Liveness, ProcessIdentity } from '../../host/process-identity.ts';
import { holderText, parseHolder } from '../../disk/holder-identity.ts';
import type { StorePaths } from './form/layout.ts';

export interface RegistryLockSettings {
  readonly files: FileSystem;
  readonly paths: StorePaths;
  readonly clock: Clock;
  readonly identity: ProcessIdentity;
  /** What can be proven about another process, seen from this one. */
  readonly livenessOf: (other: ProcessIdentity) => Liveness;
  /** Hexadecimal digits that nobody else ever draws. */
  readonly newToken: () => string;
  /** From this age on, a lock whose holder cannot be proven dead is taken over. */
  readonly staleMs: number;
  /** Waits about that many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** A number from 0 to 1. */
  readonly random: () => number;
}

/** A holder is given at least this long to finish after its lock has come to look stale. */
const GRACE_MS = 1000;
/**
 * A turn: whoever has the lock keeps coming back for so long, and those in the line leave it alone meanwhile. To change
 * hands costs more than a change: what others have done has to be read, and a processor to be had.
 */
const TURN_MS = 20;
/** Whoever does not come back for so long has ended the turn. */
const LEAVE_ALONE_MS = 2;
/** Whoever is first in the line looks so often, and each behind it more seldom. */
const FIRST_LOOKS_EVERY_MS = 1;
const EACH_BEHIND_MS = 8;
const LONGEST_WAIT_MS = 50;
/**
 * With so many ahead it is soon our turn, and time to read what others have done. Not sooner: of a card that they change
 * again meanwhile only the last change has to be learned.
 */
const SOON = 1;
/** However busy: after so long something is wrong that waiting does not mend. */
const GIVE_UP_AFTER_MS = 300_000;
const RESUMED_IN_A_ROW = 16;
/** So often a process begins again whose staging folder is removed while it makes it. */
const FRESH_STARTS = 3;

export class RegistryLock {
  readonly #settings: RegistryLockSettings;
  #staging: Staging | null = null;
  #mustDisown = false;
  readonly #line: WaitingLine;
  /** How many changes of this process wait; they share one place in the line. */
  #waiting = 0;
  /** By the monotonic clock; null before the first change. */
  #turnBeganMs: number | null = null;
  /** The generation that was given back last, with everything in place and nobody turned away since. */
  #givenBack: number | null = null;
  #resumed = 0;
  /** The generation that was last seen held, and since when, by our own watch. */
  #observed = { generation: 0, sinceMs: 0 };

  constructor(settings: RegistryLockSettings) {
    this.#settings = settings;
    this.#line = new WaitingLine(settings.files, settings.paths.lock);
  }

  /** Tries once. Synchronous, so that what follows a success can be too. */
  try(): LockAttempt {
    const { files, paths, clock } = this.#settings;
    if (this.#mustDisown) this.#disown();
    const staging = this.#openStaging();
    try {
      const attempt = tryLock({
        files,
        folder: paths.lock,
        identityPath: staging.identityPath,
        identityInode: staging.identityInode,
        resumeAfter: this.#resumeAfter(),
        leaveAloneMs: this.#waiting > 0 ? LEAVE_ALONE_MS : 0,
        wallMs: () => clock.wallMs(),
        judge: (holder) => this.#judge(holder),
      });
      this.#givenBack = null;
      return attempt.kind === 'taken' ? { ...attempt, staging } : attempt;
    } catch (error) {
      this.#disown();
      throw error;
    }
  }

  /** Gives the lock back, one way or another: whoever has made a change is not told of trouble that came after it. */
  release(lock: TakenLock, complete: boolean): void {
    try {
      const isGivenBack = lock.release(complete);
      if (isGivenBack && complete) this.#givenBack = lock.generation;
      // Whoever has taken it from us fences us off, perhaps much later, when they have lost it themselves. So our next
      // lock is not taken under this name.
      if (!isGivenBack) this.close();
    } catch {
      this.#disown();
    }
  }

  /** Now and then it is taken the long way, which prunes. */
  #resumeAfter(): number | null {
    this.#resumed = this.#givenBack === null || this.#resumed === RESUMED_IN_A_ROW ? 0 : this.#resumed + 1;
    return this.#resumed === 0 ? null : this.#givenBack;
  }

  /**
   * Repeats `attempt` until it is not turned away. In between it stands in line: whoever has waited longest looks most
   * often, and whoever has made many changes in a row stands back for those who wait.
   *
   * @param meanwhile what can be done while waiting, so that it need not be done under the lock; must not throw
   * @throws MosaicError LOCK_TIMEOUT
   */
  async retry<T>(attempt: () => Done<T> | TurnedAway, meanwhile: () => void): Promise<T> {
    const standsBack = this.#hasHadItsTurn();
    if (standsBack) this.#staging?.letGo();
    const first = standsBack ? null : untilDecided(attempt);
    if (first?.kind === 'done') return first.value;
    this.#waiting += 1;
    try {
      return await this.#retryInLine(attempt, meanwhile);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#line.leave();
    }
  }

  close(): void {
    if (this.#mustDisown) this.#disown();
    try {
      this.#staging?.close();
    } catch {
      // Whoever makes the next checkpoint sweeps up after us.
    }
    this.#staging = null;
  }

  /** Is our turn over, and does somebody else want the lock? */
  #hasHadItsTurn(): boolean {
    const nowMs = this.#settings.clock.monotonicMs();
    this.#turnBeganMs ??= nowMs;
    if (nowMs - this.#turnBeganMs < TURN_MS) return false;
    this.#turnBeganMs = nowMs;
    return this.#line.hasOthers(this.#settings.clock.wallMs());
  }

  async #retryInLine<T>(attempt: () => Done<T> | TurnedAway, meanwhile: () => void): Promise<T> {
    const { clock, paths } = this.#settings;
    const begunMs = clock.monotonicMs();
    for (;;) {
      const ahead = await this.#waitInLine();
      if (ahead <= SOON) meanwhile();
      const result = untilDecided(attempt);
      if (result.kind === 'done') return result.value;
      if (clock.monotonicMs() - begunMs > GIVE_UP_AFTER_MS) throw lockTimeout(paths, result);
    }
  }

  /**
   * About as long as our place in the line says, and never in step with the others.
   *
   * @returns how many were ahead of us
   */
  async #waitInLine(): Promise<number> {
    const { clock, sleep, random } = this.#settings;
    // Whoever has been turned away has one; should it be gone by now, the next attempt makes another.
    const ahead = this.#staging === null ? 0 : this.#line.join(this.#staging, clock.wallMs());
    const waitMs = Math.min(FIRST_LOOKS_EVERY_MS + ahead * EACH_BEHIND_MS, LONGEST_WAIT_MS);
    await sleep(waitMs * (0.75 + random() / 2));
    this.#turnBeganMs = clock.monotonicMs();
    return ahead;
  }

  /** Where even that fails, nobody gets past us until the next try, our end, or the stale time. */
  #disown(): void {
    try {
      this.#staging?.disown();
      this.#staging = null;
      this.#mustDisown = false;
    } catch {
      this.#mustDisown = true;
    }
  }

  #openStaging(): Staging {
    // Somebody who took us for dead has removed it: begin again under a new name. Whoever resumes finds out by the link.
    const isInDoubt = this.#givenBack === null;
    if (this.#staging === null || (isInDoubt && this.#staging.isGone())) this.#staging = this.#newStaging(FRESH_STARTS);
    return this.#staging;
  }

  #newStaging(attempts: number): Staging {
    const { files, paths, identity, newToken } = this.#settings;
    const token = newToken();
    makeFolders(files, paths.lock);
    try {
      return Staging.open(files, paths.staging, token, holderText({ process: identity, token }));
    } catch (error) {
      // Removed under our hands, before it said whose it is.
      if (attempts > 1 && systemErrorCode(error) === 'ENOENT') return this.#newStaging(attempts - 1);
      throw error;
    }
  }

  #judge(holder: HeldGeneration): Verdict {
    const { clock, livenessOf, staleMs } = this.#settings;
    const nowMs = clock.monotonicMs();
    if (this.#observed.generation !== holder.generation) {
      this.#observed = { generation: holder.generation, sinceMs: nowMs };
    }
    const other = parseHolder(holder.identity);
    const evidence = {
      // Nobody alive has such an identity; the fence keeps everybody out whom it might have named.
      liveness: other === null ? ('dead' as const) : livenessOf(other.process),
      lockAgeMs: clock.wallMs() - holder.modifiedMs,
      observedMs: nowMs - this.#observed.sinceMs,
    };
    return judgeHolder(evidence, { staleMs, graceMs: Math.min(GRACE_MS, staleMs) });
  }
}

export type LockAttempt = { readonly kind: 'taken'; readonly lock: TakenLock; readonly staging: Staging } | TurnedAway;

export type TurnedAway = Exclude<Attempt, { readonly kind: 'taken' }>;

interface Done<T> {
  readonly kind: 'done';
  readonly value: T;
}

/** Whoever has lost a race tries again at once. */
function untilDecided<T>(attempt: () => Done<T> | TurnedAway): Exclude<Done<T> | TurnedAway, { kind: 'lost-race' }> {
  for (;;) {
    const result = attempt();
    if (result.kind !== 'lost-race') return result;
  }
}

function lockTimeout(paths: StorePaths, last: TurnedAway): MosaicError {
  const other = last.kind === 'held' ? parseHolder(last.holder.identity)?.process : undefined;
  const whom = other === undefined ? 'another process' : `process ${other.pid} on ${other.host}`;
  return new MosaicError({
    code: 'LOCK_TIMEOUT',
    message: `The registry lock in ${paths.lock} was busy for five minutes, last with ${whom}. Nothing was changed.`,
    hint: 'See what that process does; then run the same command again.',
  });
}
