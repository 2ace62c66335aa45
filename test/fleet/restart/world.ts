/**
 * A small world for the lock of restarts: one file, a mutex whose sections are single moments, a clock that goes when it
 * is told to, and owners that each take the lock, do their steps and release it. Nothing happens in it by itself: a
 * choice lets one owner go on, or time pass, or kills one, or takes the mutex from under its hands.
 */
import type { Exclusive } from '../../../src/backlog/registry-mutex.ts';
import { MosaicError } from '../../../src/errors.ts';
import { type RestartEvent, RestartLock } from '../../../src/fleet/restart/restart-lock.ts';
import { parseLock, type Watch, watched } from '../../../src/fleet/restart/restart-lock-rules.ts';
import type { ProcessIdentity } from '../../../src/host/process-identity.ts';

export interface WorldTerms {
  readonly owners: number;
  readonly steps: number;
  /** Whether owners find out in the middle of a step that they have lost the lock, or only before the next one. */
  readonly refresh: 'in-steps' | 'between-steps';
  /** So often each of them may happen, all owners together. */
  readonly budget: Readonly<Record<Mishap, number>>;
}

type Mishap = 'kill' | 'abort' | 'lose-mutex';

/** In ticks. A lock is stale in the lifetime of a world, and patience ends before that. */
const TIMES = { pollMs: 1, graceMs: 2, patienceMs: 3, staleMs: 4 };
const PATH = 'restart.lock';

interface Pending {
  readonly owner: number;
  readonly what: 'section' | 'sleep' | 'work';
  readonly fromMs: number;
  readonly go: (how: string) => void;
}

interface Owner {
  readonly stop: AbortController;
  readonly told: RestartEvent[];
  /** What it has seen while it waited, by the rules themselves. */
  watch: Watch | null;
  /** How far it is, for those at work. */
  begun: number;
  done: number;
  hasNoticed: boolean;
  mishaps: string;
  phase: 'acquiring' | 'at-work' | 'releasing' | 'over' | 'dead';
  isInside: boolean;
}

export class World {
  readonly #terms: WorldTerms;
  readonly #left: Record<Mishap, number>;
  readonly #pending = new Map<number, Pending>();
  readonly #owners: Owner[] = [];
  readonly #robbed = new Set<number>();
  #count = 0;
  #nowMs = 1000;
  #file: string | null = null;
  #broken: string | null = null;

  constructor(terms: WorldTerms) {
    this.#terms = terms;
    this.#left = { ...terms.budget };
    for (let owner = 0; owner < terms.owners; owner += 1) this.#bear();
  }

  /** Everything that can happen next. */
  choices(): readonly string[] {
    const choices: string[] = [];
    for (const [id, { owner, what, fromMs }] of this.#pending) {
      if (fromMs > this.#nowMs) continue;
      choices.push(`go ${id}`);
      if (what === 'section' && this.#left['lose-mutex'] > 0) choices.push(`go ${id} unchanged`, `go ${id} changed`);
      if (this.#left.kill > 0) choices.push(`kill ${owner}`);
      if (this.#left.abort > 0 && this.#owner(owner).phase === 'acquiring') choices.push(`abort ${owner}`);
    }
    if (this.#isGoingOn()) choices.push('tick');
    return [...new Set(choices)];
  }

  /** @throws Error when a promise is broken */
  async make(choice: string): Promise<void> {
    const [what, which, how] = choice.split(' ');
    if (what === 'tick') this.#nowMs += 1;
    else if (what === 'kill') this.#kill(Number(which));
    else if (what === 'abort') this.#abort(Number(which));
    else this.#go(Number(which), how ?? '');
    await settled();
    if (this.#broken !== null) throw new Error(this.#broken);
  }

  /** Lets everybody go on in turn until all is over, then somebody else come: nothing may be left of those before. */
  async finish(): Promise<void> {
    await this.#untilOver();
    const left = this.#ownerInFile();
    if (left !== null && this.#owner(left).phase !== 'dead') throw new Error(`Owner ${left} leaves its lock behind.`);
    const last = this.#bear();
    await this.#untilOver();
    if (last.phase !== 'over' || this.#file !== null) throw new Error('Whoever comes next cannot restart.');
  }

  /**
   * The state of the world: what is equal in it goes on equally. Times are ages, and an age that makes no difference any
   * more is cut off; so there are finitely many states, however long the world lasts.
   */
  key(): string {
    const pending = [...this.#pending.values()].map(
      ({ owner, what, fromMs }) => `${owner} ${what} ${Math.max(fromMs - this.#nowMs, 0)}`,
    );
    const owners = this.#owners.map((owner, index) => {
      const { phase, begun, done, hasNoticed, mishaps, isInside, told } = owner;
      const last = phase === 'acquiring' ? told.at(-1)?.kind : '';
      const robbed = this.#robbed.has(index);
      return [phase, begun, done, hasNoticed, mishaps, isInside, last, robbed, this.#watchKey(owner)].join();
    });
    const file = this.#file === null ? null : parseLock(this.#file);
    const age = file === null ? '' : `${file.pid} ${this.#age(file.progressedMs, TIMES.staleMs)}`;
    return [age, ...owners, ...pending.sort(), JSON.stringify(this.#left)].join('\n');
  }

  #watchKey({ phase, watch }: Owner): string {
    if (phase !== 'acquiring' || watch === null) return '';
    const unchanged = watch.text === this.#file ? this.#age(watch.unchangedSinceMs, TIMES.graceMs) : 'changed';
    return `${watch.token} ${unchanged} ${this.#age(watch.waitingSinceMs, TIMES.patienceMs)}`;
  }

  #age(ms: number, cutOffMs: number): number {
    return Math.min(this.#nowMs - ms, cutOffMs);
  }

  /** Why each takeover was made. */
  takeovers(): readonly string[] {
    return this.#owners.flatMap(({ told }) => told.flatMap((event) => (event.kind === 'taken-over' ? event.why : [])));
  }

  async #untilOver(): Promise<void> {
    for (let turn = 0; this.#isGoingOn(); turn += 1) {
      if (turn > 500) throw new Error('Somebody waits for ever.');
      const next = this.choices().find((choice) => choice.startsWith('go'));
      await this.make(next ?? 'tick');
    }
  }

  #isGoingOn(): boolean {
    return this.#owners.some(({ phase }) => phase !== 'over' && phase !== 'dead');
  }

  #kill(index: number): void {
    this.#left.kill -= 1;
    const owner = this.#owner(index);
    owner.phase = 'dead';
    owner.isInside = false;
    for (const [id, pending] of this.#pending) if (pending.owner === index) this.#pending.delete(id);
  }

  #abort(index: number): void {
    this.#left.abort -= 1;
    const owner = this.#owner(index);
    owner.mishaps += ' aborted';
    owner.stop.abort();
  }

  #go(id: number, how: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) throw new Error(`Nothing waits under the number ${id}.`);
    this.#pending.delete(id);
    const owner = this.#owner(pending.owner);
    if (pending.what === 'section' && owner.phase === 'acquiring') {
      owner.watch = watched(owner.watch, this.#file, this.#nowMs);
    }
    if (how !== '') {
      owner.mishaps += ` ${how}`;
      this.#left['lose-mutex'] -= 1;
    }
    pending.go(how);
  }

  #bear(): Owner {
    const index = this.#owners.length;
    const stop = new AbortController();
    const owner: Owner = {
      ...{ stop, told: [], watch: null, phase: 'acquiring' },
      ...{ begun: 0, done: 0, hasNoticed: false, mishaps: '', isInside: false },
    };
    this.#owners.push(owner);
    this.#live(index, owner).then(
      () => (owner.phase = 'over'),
      (error: unknown) => (this.#broken ??= `Owner ${index} failed: ${String(error)}`),
    );
    return owner;
  }

  async #live(index: number, owner: Owner): Promise<void> {
    const lock = await RestartLock.acquire({
      mutex: { run: (work) => this.#section(index, work) },
      path: PATH,
      identity: identityOf(index),
      livenessOf: ({ pid }) => (this.#owner(pid - 1).phase === 'dead' ? 'dead' : 'alive'),
      clock: { wallMs: () => this.#nowMs, monotonicMs: () => this.#nowMs },
      random: `a${index}`,
      times: { ...TIMES, refreshMs: this.#terms.refresh === 'in-steps' ? 1 : Number.POSITIVE_INFINITY },
      sleep: (ms, signal) => this.#sleep(index, ms, signal),
      tell: (event) => Promise.resolve(this.#hear(owner, event)),
      signal: owner.stop.signal,
    });
    if (lock === null) return;
    owner.phase = 'at-work';
    try {
      for (let step = 0; step < this.#terms.steps; step += 1) {
        await lock.step(`step ${step}`, (lost) => this.#work(index, owner, lost));
        owner.done += 1;
      }
    } catch (error) {
      if (!(error instanceof MosaicError) || error.code !== 'RESTART_LOST') throw error;
    }
    owner.phase = 'releasing';
    const wasRobbed = this.#robbed.has(index);
    const isReleased = await lock.release();
    if (isReleased ? wasRobbed : !this.#robbed.has(index)) throw new Error(`The release said ${isReleased}`);
    if ((await lock.release()) !== isReleased) throw new Error('A second release says something else.');
  }

  #section<T>(index: number, work: (exclusive: Exclusive) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const go = (how: string): void => {
        try {
          const value = work(this.#exclusive(index, how !== 'unchanged'));
          if (how !== '') throw lockLost();
          resolve(value);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      this.#wait({ owner: index, what: 'section', fromMs: this.#nowMs, go });
    });
  }

  #exclusive(index: number, mayChange: boolean): Exclusive {
    const change = (text: string | null): void => {
      if (!mayChange) throw lockLost();
      const before = this.#ownerInFile();
      // A release that comes late, or one that was never asked for.
      if (text === null && before !== index) this.#broken ??= `Owner ${index} takes away the lock of ${before}.`;
      if (before !== null && before !== index) this.#robbed.add(before);
      // Whoever does not know yet that it had the lock may come to have it again.
      if (text !== null && this.#owner(index).phase === 'acquiring') this.#robbed.delete(index);
      if (text !== null && this.#robbed.has(index)) this.#broken ??= `Owner ${index} takes its lock back.`;
      this.#file = text;
    };
    return { read: () => this.#file, replace: (_, text) => change(text), remove: () => change(null) };
  }

  #sleep(index: number, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const id = this.#wait({ owner: index, what: 'sleep', fromMs: this.#nowMs + ms, go: () => resolve() });
      signal.addEventListener('abort', () => {
        if (this.#pending.delete(id)) resolve();
      });
    });
  }

  /** Every other owner goes on with its step though it has lost the lock. */
  async #work(index: number, owner: Owner, lost: AbortSignal): Promise<void> {
    if (this.#ownerInFile() !== index) this.#broken ??= `Owner ${index} begins a step without the lock.`;
    for (const [other, { isInside }] of this.#owners.entries()) {
      if (isInside && !this.#robbed.has(other)) this.#broken ??= `Owners ${index} and ${other} are both inside.`;
    }
    owner.begun += 1;
    owner.isInside = true;
    try {
      await new Promise<void>((resolve, reject) => {
        const id = this.#wait({ owner: index, what: 'work', fromMs: this.#nowMs, go: () => resolve() });
        lost.addEventListener('abort', () => {
          owner.hasNoticed = true;
          if (index % 2 === 1 && this.#pending.delete(id)) reject(new Error('The step was told to stop.'));
        });
      });
    } finally {
      owner.isInside = false;
    }
  }

  #hear(owner: Owner, event: RestartEvent): void {
    owner.told.push(event);
    if (event.kind !== 'taken-over') return;
    const from = (event.owner?.pid ?? 0) - 1;
    if (event.why === 'dead' && this.#owner(from).phase !== 'dead') this.#broken ??= `Owner ${from} is taken for dead.`;
  }

  #wait(pending: Pending): number {
    this.#count += 1;
    this.#pending.set(this.#count, pending);
    return this.#count;
  }

  #ownerInFile(): number | null {
    return this.#file === null ? null : (parseLock(this.#file)?.pid ?? 0) - 1;
  }

  #owner(index: number): Owner {
    const owner = this.#owners[index];
    if (owner === undefined) throw new Error(`There is no owner ${index}.`);
    return owner;
  }
}

function identityOf(index: number): ProcessIdentity {
  return { pid: index + 1, startTicks: '1', bootId: 'b', pidNamespace: 'pid:[1]', host: 'box' };
}

function lockLost(): MosaicError {
  return new MosaicError({ code: 'LOCK_LOST', message: 'Somebody has taken the mutex over.' });
}

/** Everything that can go on without anybody's choice has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
