/**
 * The lock of restarts: one file, so that of all restarts, of the fleet or of one agent, one at a time is at work. What
 * stands in it, and when it may be taken over, is in `restart-lock-rules.ts`.
 *
 * The registry mutex is held for moments, this lock for minutes; so it can be lost while its owner works, and the file
 * itself says whose it is. Between reading it and writing it the mutex is held, and nothing else ever writes it:
 *
 *   take      Read. No lock, or one that may be taken over: put ours in its place. Otherwise wait, and look again. After
 *             having lost patience with an owner that may be at work, wait until it has found out.
 *   step      Is it ours? Put in the time, then do the step, outside of the mutex. While it lasts, the same again and
 *             again; when it is not ours any more, the step is told to stop. Not ours: begin nothing more.
 *   release   Is it ours? Take it away. Somebody else's is left alone, however late we come.
 *
 * Whoever loses the mutex in the middle (LOCK_LOST) does not know what has become of it, and looks again: to take what is
 * ours already, to put in a time twice, and to take away what is gone changes nothing.
 *
 * Promises: after a takeover the owner before begins no step, and what it is at is told to stop as soon as that process
 * runs. What a restart does must be steps, each so small that it does no harm beside another one: an owner that is
 * stopped in the middle of a step finishes what it had asked for before, and the moment between the look and the first
 * call of a step belongs to that step. The lock of a process that has died stays, until the next restart proves it.
 */
import type { Exclusive, RegistryMutex } from '../../backlog/registry-mutex.ts';
import { MosaicError } from '../../errors.ts';
import type { Clock } from '../../host/clock.ts';
import type { Liveness, ProcessIdentity } from '../../host/process-identity.ts';
import {
  type Evidence,
  judge,
  type Judgement,
  lockText,
  newToken,
  parseLock,
  processOf,
  type RestartOwner,
  type RestartTimes,
  type Watch,
  watched,
  type Why,
} from './restart-lock-rules.ts';

export type RestartEvent =
  /** Said once for each owner that is waited for; null when the lock cannot be read. */
  | { readonly kind: 'waiting'; readonly owner: RestartOwner | null }
  | { readonly kind: 'taken-over'; readonly owner: RestartOwner | null; readonly why: Why };

export interface RestartLockSettings {
  readonly mutex: Pick<RegistryMutex, 'run'>;
  readonly path: string;
  readonly identity: ProcessIdentity;
  /** What can be proven about another process, seen from this one. */
  readonly livenessOf: (other: ProcessIdentity) => Liveness;
  readonly clock: Clock;
  /** Hexadecimal digits that nobody else ever draws. */
  readonly random: string;
  readonly times: RestartTimes;
  /** Waits so long, or until the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly tell: (event: RestartEvent) => Promise<void>;
  /** Ends the waiting; who has the lock decides for itself when to stop. */
  readonly signal: AbortSignal;
}

/** Each time somebody must have taken the mutex from us, which takes a minute: something else is wrong. */
const LOOKS_AGAIN = 5;

export class RestartLock {
  readonly token: string;
  readonly #settings: RestartLockSettings;
  readonly #lost = new AbortController();
  /** Null when its lock is gone, too. */
  #lostTo: RestartOwner | null = null;
  /** It may stand there, as far as we know. */
  #mayStand = false;
  #watch: Watch | null = null;

  private constructor(settings: RestartLockSettings) {
    this.#settings = settings;
    this.token = newToken(settings.random, settings.identity);
  }

  /**
   * Waits for the lock, and takes it.
   *
   * @returns null when the signal was aborted before it was taken; then nothing is left behind
   * @throws MosaicError LOCK_TIMEOUT, LOCK_LOST, STORE_…, DISK_…
   */
  static async acquire(settings: RestartLockSettings): Promise<RestartLock | null> {
    const lock = new RestartLock(settings);
    try {
      if (await lock.#take()) return lock;
    } catch (error) {
      await lock.release().catch(() => undefined);
      throw error;
    }
    await lock.release();
    return null;
  }

  /**
   * Does one step of the restart, if the lock is still ours.
   *
   * @param name what it does, as it is said to people: `start builder`
   * @param work gets a signal that aborts when the lock is lost meanwhile. What it has done then counts all the same
   * @throws MosaicError RESTART_LOST, before the step or when the step gives up because of that signal; what `work`
   *   throws; LOCK_TIMEOUT, LOCK_LOST, STORE_…, DISK_…, and then the step was not begun
   */
  async step<T>(name: string, work: (lost: AbortSignal) => Promise<T>): Promise<T> {
    if (!(await this.#refresh())) throw restartLost(this.#lostTo, `before "${name}"`);
    const over = new AbortController();
    const refreshing = this.#keepRefreshing(over.signal);
    try {
      return await work(this.#lost.signal);
    } catch (error) {
      throw this.#lost.signal.aborted ? restartLost(this.#lostTo, `in the middle of "${name}"`, error) : error;
    } finally {
      over.abort();
      await refreshing;
    }
  }

  /**
   * Gives the lock back; a second time does nothing.
   *
   * @returns false when another restart had taken over: the last step may have met with its first
   * @throws MosaicError LOCK_TIMEOUT, LOCK_LOST, STORE_…, DISK_…; then it stays until this process ends
   */
  async release(): Promise<boolean> {
    if (!this.#mayStand) return !this.#lost.signal.aborted;
    // Of one that was ours when we looked, and has gone when we look again, nobody needs to know how it went.
    let wasOurs = false;
    await this.#exclusively((exclusive) => {
      const owner = ownerIn(exclusive.read(this.#settings.path));
      if (owner?.token === this.token) {
        wasOurs = true;
        exclusive.remove(this.#settings.path);
      } else if (!wasOurs) {
        this.#lose(owner);
      }
    });
    this.#mayStand = false;
    return wasOurs;
  }

  /** @returns false when the signal was aborted */
  async #take(): Promise<boolean> {
    const { signal, sleep, tell, times } = this.#settings;
    let toldOf: string | null = null;
    for (;;) {
      const seen = await this.#look();
      if (seen === null) return false;
      if (seen.kind === 'take-over') {
        await tell({ kind: 'taken-over', owner: seen.owner, why: seen.why });
        if (seen.why === 'waited') await sleep(times.graceMs, signal);
        return !signal.aborted;
      }
      if (seen.kind !== 'wait') return true;
      const token = seen.owner?.token ?? '';
      if (token !== toldOf) await tell({ kind: 'waiting', owner: seen.owner });
      toldOf = token;
      await sleep(times.pollMs, signal);
    }
  }

  /** Takes the lock where it may be had. @returns null when the signal was aborted */
  async #look(): Promise<Judgement | null> {
    const { path, signal } = this.#settings;
    let taken: Judgement | null = null;
    return this.#exclusively((exclusive) => {
      if (signal.aborted) return null;
      const judgement = this.#judge(exclusive.read(path));
      if (judgement.kind === 'wait') return judgement;
      // It was put there, and then the mutex was lost.
      if (judgement.kind === 'ours') return taken ?? judgement;
      taken = judgement;
      this.#put(exclusive);
      return judgement;
    });
  }

  #judge(text: string | null): Judgement {
    const { clock, livenessOf, identity, times } = this.#settings;
    const monotonicMs = clock.monotonicMs();
    this.#watch = watched(this.#watch, text, monotonicMs);
    const evidence: Evidence = {
      ...{ token: this.token, wallMs: clock.wallMs(), monotonicMs },
      livenessOf: (owner) => livenessOf(processOf(owner, identity)),
    };
    return judge(this.#watch, evidence, times);
  }

  /** @returns whether it is ours */
  async #refresh(): Promise<boolean> {
    if (this.#lost.signal.aborted) return false;
    return this.#exclusively((exclusive) => {
      const owner = ownerIn(exclusive.read(this.#settings.path));
      if (owner?.token === this.token) {
        this.#put(exclusive);
        return true;
      }
      this.#lose(owner);
      return false;
    });
  }

  async #keepRefreshing(over: AbortSignal): Promise<void> {
    const { sleep, times } = this.#settings;
    for (;;) {
      await sleep(times.refreshMs, over);
      if (over.aborted) return;
      // What is in the way of one refresh may be gone at the next; the next step says what it is.
      const isOurs = await this.#refresh().catch(() => true);
      if (!isOurs) return;
    }
  }

  #put(exclusive: Exclusive): void {
    const { path, identity, clock } = this.#settings;
    this.#mayStand = true;
    exclusive.replace(path, lockText({ pid: identity.pid, progressedMs: clock.wallMs(), token: this.token }));
  }

  /** For good: nobody but us ever puts our token in. */
  #lose(to: RestartOwner | null): void {
    this.#mayStand = false;
    this.#lostTo = to;
    this.#lost.abort();
  }

  /** @param work is repeated when the mutex is lost meanwhile: then nobody can say what has become of it */
  async #exclusively<T>(work: (exclusive: Exclusive) => T): Promise<T> {
    for (let left = LOOKS_AGAIN; ; left -= 1) {
      try {
        return await this.#settings.mutex.run(work);
      } catch (error) {
        if (left === 0 || !(error instanceof MosaicError && error.code === 'LOCK_LOST')) throw error;
      }
    }
  }
}

function ownerIn(text: string | null): RestartOwner | null {
  return text === null ? null : parseLock(text);
}

/** @param by null when the lock is gone or cannot be read */
function restartLost(by: RestartOwner | null, where: string, cause?: unknown): MosaicError {
  const what =
    by === null
      ? 'The lock of this restart is gone: another restart has taken over and is through, or somebody removed it.'
      : `Another restart, of process ${by.pid}${by.process === null ? '' : ` on ${by.process.host}`}, has taken over.`;
  return new MosaicError({
    code: 'RESTART_LOST',
    message: `${what} This one stopped ${where}; what it had done until then stays as it is.`,
    hint: 'See how the agents stand with: mosaic fleet status',
    cause,
  });
}
