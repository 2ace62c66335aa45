/**
 * Kills and stops processes of the crew, at random moments and, above all, while they hold the registry lock: it waits
 * for a lock to appear, stops that very process, and looks again whether the lock is still held. A stop is short, or
 * longer than the time after which a lock counts as stale.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Crew } from './crew.ts';
import { type Holder, holderOf, isStopped, lastGeneration, type Progress, progressOf } from './registry-lock.ts';

export interface Torments {
  kills: number;
  killsOfHolders: number;
  stops: number;
  stopsOfHolders: number;
  /** Of these: when its files were prepared and its line was not in the journal yet. */
  stopsBeforeAppend: number;
  /** Longer than the stale time. */
  longStops: number;
  longStopsOfHolders: number;
  /** Others went on while the holder was stopped, or after it was killed. */
  takeoversOfStopped: number;
  takeoversOfKilled: number;
}

export function noTorments(): Torments {
  return {
    ...{
      kills: 0,
      killsOfHolders: 0,
      stops: 0,
      stopsOfHolders: 0,
      stopsBeforeAppend: 0,
      longStops: 0,
      longStopsOfHolders: 0,
    },
    ...{ takeoversOfStopped: 0, takeoversOfKilled: 0 },
  };
}

export function addTo(sum: Torments, more: Torments): void {
  sum.kills += more.kills;
  sum.killsOfHolders += more.killsOfHolders;
  sum.stops += more.stops;
  sum.stopsOfHolders += more.stopsOfHolders;
  sum.stopsBeforeAppend += more.stopsBeforeAppend;
  sum.longStops += more.longStops;
  sum.longStopsOfHolders += more.longStopsOfHolders;
  sum.takeoversOfStopped += more.takeoversOfStopped;
  sum.takeoversOfKilled += more.takeoversOfKilled;
}

export interface TormentorSettings {
  readonly crew: Crew;
  /** `fleet/backlog`. */
  readonly root: string;
  readonly random: () => number;
  readonly staleMs: number;
}

const LONGEST_PAUSE_MS = 300;
/** So long it waits, without a break, for a lock to appear. */
const LURK_MS = 60;
/** A holder is let go on by steps, from stop to stop, until it is where it is wanted. */
const MOST_STEPS = 60;
const LONGEST_STEP_MS = 0.2;
/** Whoever has watched a stale lock for that long takes it over, on a machine that has other things to do too. */
const TAKEOVER_MS = 1500;
const MOST_LONG_STOPS_AT_ONCE = 3;

export class Tormentor {
  readonly torments: Torments = noTorments();
  readonly #settings: TormentorSettings;
  readonly #stopped = new Map<number, Promise<void>>();
  readonly #over = new AbortController();
  #longStops = 0;
  #killedHolders: number[] = [];

  constructor(settings: TormentorSettings) {
    this.#settings = settings;
  }

  async run(): Promise<void> {
    const { random, crew } = this.#settings;
    while (!this.#over.signal.aborted) {
      await this.#pause(random() * LONGEST_PAUSE_MS);
      if (random() < 0.6) this.#atHolder();
      else {
        const pids = [...crew.alive.keys()].filter((pid) => !this.#stopped.has(pid));
        const pid = pids[Math.floor(random() * pids.length)];
        if (pid !== undefined) this.#atAnybody(pid);
      }
    }
    await Promise.all(this.#stopped.values());
    const last = lastGeneration(this.#settings.root);
    this.torments.takeoversOfKilled += this.#killedHolders.filter((generation) => generation < last).length;
  }

  /** Lets everybody go on and ends. */
  end(): void {
    this.#over.abort();
  }

  /** Kills everybody, and last of all one that holds the lock. Whoever comes next finds it held by the dead. */
  killAll(): void {
    const { crew } = this.#settings;
    crew.hireNobody();
    let last: Holder | null = null;
    for (let tries = 30; tries > 0 && last === null; tries -= 1) last = this.#caught()?.holder ?? null;
    for (const pid of [...crew.alive.keys()]) if (pid !== last?.pid) this.#kill(pid);
    if (last === null) return;
    this.torments.killsOfHolders += 1;
    this.#kill(last.pid);
  }

  #atAnybody(pid: number): void {
    const chance = this.#settings.random();
    if (chance < 0.2) this.#kill(pid);
    else if (this.#signal(pid, 'SIGSTOP')) this.#keepStopped(pid, null, chance > 0.85);
  }

  #atHolder(): void {
    const caught = this.#caught();
    if (caught === null) return;
    const { holder, progress } = caught;
    const chance = this.#settings.random();
    if (chance < 0.35) {
      this.torments.killsOfHolders += 1;
      this.#killedHolders.push(holder.generation);
      this.#kill(holder.pid);
      return;
    }
    this.torments.stopsOfHolders += 1;
    if (progress === 'staged') this.torments.stopsBeforeAppend += 1;
    this.#keepStopped(holder.pid, holder, chance > (progress === 'staged' ? 0.45 : 0.75));
  }

  /** A holder that is stopped now, and holds the lock; as far with its change as chance will have it, if it comes to that. */
  #caught(): { readonly holder: Holder; readonly progress: Progress | null } | null {
    const { root, crew, random } = this.#settings;
    // Just before the append is where a stop hurts most: the line may come when nobody expects it any more.
    const chance = random();
    const wanted: Progress = chance < 0.6 ? 'staged' : chance < 0.8 ? 'begun' : 'appended';
    const untilMs = performance.now() + LURK_MS;
    while (performance.now() < untilMs) {
      const holder = holderOf(root);
      if (holder === null || !crew.alive.has(holder.pid) || this.#stopped.has(holder.pid)) continue;
      for (let steps = MOST_STEPS; steps > 0 && this.#isStoppedAs(holder); steps -= 1) {
        const progress = progressOf(root, holder);
        if (steps === 1 || progress === wanted) return { holder, progress };
        this.#signal(holder.pid, 'SIGCONT');
        spin(random() * LONGEST_STEP_MS);
      }
      this.#signal(holder.pid, 'SIGCONT');
    }
    return null;
  }

  /** Stops the process; true when it has stopped and still holds the lock. */
  #isStoppedAs({ pid, generation }: Holder): boolean {
    if (!this.#signal(pid, 'SIGSTOP')) return false;
    const untilMs = performance.now() + LURK_MS;
    while (!isStopped(pid) && performance.now() < untilMs);
    return isStopped(pid) && holderOf(this.#settings.root)?.generation === generation;
  }

  #keepStopped(pid: number, holder: Holder | null, wantsLong: boolean): void {
    const { random, staleMs } = this.#settings;
    const isLong = wantsLong && this.#longStops < MOST_LONG_STOPS_AT_ONCE;
    this.torments.stops += 1;
    if (isLong) {
      this.#longStops += 1;
      this.torments.longStops += 1;
      if (holder !== null) this.torments.longStopsOfHolders += 1;
    }
    const forMs = isLong ? staleMs + TAKEOVER_MS * (0.3 + random()) : random() ** 3 * staleMs * 0.9;
    this.#stopped.set(pid, this.#letGo(pid, holder, forMs, isLong));
  }

  async #letGo(pid: number, holder: Holder | null, forMs: number, isLong: boolean): Promise<void> {
    const { random, root } = this.#settings;
    await this.#pause(forMs);
    if (holder !== null && lastGeneration(root) > holder.generation) this.torments.takeoversOfStopped += 1;
    if (isLong) this.#longStops -= 1;
    // Once more right after it woke up, so that its late steps fall among those of the others; or never again.
    for (let again = isLong ? Math.floor(random() * 6) : 0; again > 0; again -= 1) {
      this.#signal(pid, 'SIGCONT');
      spin(random());
      this.#signal(pid, 'SIGSTOP');
      await this.#pause(random() * 10);
    }
    this.#stopped.delete(pid);
    if (isLong && random() < 0.2 && !this.#over.signal.aborted) this.#kill(pid);
    else this.#signal(pid, 'SIGCONT');
  }

  #kill(pid: number): void {
    if (this.#signal(pid, 'SIGKILL')) this.torments.kills += 1;
  }

  /** Only to a process of ours that has not ended. */
  #signal(pid: number, signal: NodeJS.Signals): boolean {
    return this.#settings.crew.alive.get(pid)?.kill(signal) === true;
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, null, { signal: this.#over.signal }).catch(() => undefined);
  }
}

/** Waits without giving the processor away: the shortest sleep is longer than what is waited for. */
function spin(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
