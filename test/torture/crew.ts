/**
 * The processes of a run: workers that use the library and live long, and commands that do one thing each. Whoever is
 * killed is replaced. All of them are known by their pid, so that nobody else is ever touched.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../data/generated.ts';
import { callCommand } from './command-line.ts';
import { CallLog } from './log.ts';
import { Asker } from './operations.ts';
import type { WorkerOrders } from './worker.ts';

export interface CrewSettings {
  readonly mosaicHome: string;
  readonly logs: string;
  /** See `prepareProgram`. */
  readonly program: string;
  readonly seed: number;
  readonly workers: number;
  readonly commanders: number;
  readonly staleSeconds: number;
}

/** So long may a process take to end when everybody has been told to. */
const PATIENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 100;

export class Crew {
  /** Those that run, by pid. */
  readonly alive: Map<number, ChildProcess> = new Map();
  /** What went wrong with processes that nobody had killed. */
  readonly troubles: string[] = [];
  readonly #settings: CrewSettings;
  readonly #begunMs: number = Date.now();
  readonly #slots: Promise<void>[] = [];
  #over = false;
  #hired = 0;

  constructor(settings: CrewSettings) {
    this.#settings = settings;
  }

  start(): void {
    const { workers, commanders } = this.#settings;
    for (let slot = 0; slot < workers; slot += 1) this.#slots.push(this.#keepWorking(1 + (slot % 2)));
    for (let slot = 0; slot < commanders; slot += 1) this.#slots.push(this.#keepCommanding(`x${slot}`));
  }

  /** Whoever is gone from now on is not replaced. */
  hireNobody(): void {
    this.#over = true;
  }

  /** Tells everybody to end and waits for it. Whoever does not end is a trouble. */
  async end(): Promise<void> {
    this.hireNobody();
    for (const child of this.alive.values()) child.stdin?.end();
    const late = new AbortController();
    const all = Promise.all(this.#slots).finally(() => late.abort());
    const deadline = sleep(PATIENCE_MS, null, { signal: late.signal }).then(
      () => this.#giveUp(),
      () => undefined,
    );
    await all;
    await deadline;
  }

  #giveUp(): void {
    for (const child of this.alive.values()) {
      this.troubles.push(`Process ${child.pid} (${child.spawnargs.slice(1, 6).join(' ')}) did not end.`);
      child.kill('SIGCONT');
      child.kill('SIGKILL');
    }
  }

  #enlist(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) throw new Error('A process could not be started.');
    this.alive.set(pid, child);
    child.once('exit', () => this.alive.delete(pid));
  }

  async #keepWorking(askers: number): Promise<void> {
    const { mosaicHome, logs, program, seed } = this.#settings;
    while (!this.#over) {
      const number = (this.#hired += 1);
      const orders: WorkerOrders = {
        ...{ mosaicHome, logs, askers, actor: `w${number}`, seed: seed * 1000 + number, begunMs: this.#begunMs },
        library: pathToFileURL(`${program}/dist/index.js`).href,
      };
      const child = spawn(process.execPath, [`${program}/worker.mjs`, JSON.stringify(orders)], {
        env: this.#env(orders.actor),
        stdio: ['pipe', 'ignore', 'pipe'],
        detached: true,
      });
      this.#enlist(child);
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.stdin.on('error', () => undefined);
      await once(child, 'close');
      if (child.exitCode !== null && child.exitCode !== 0) this.troubles.push(`${orders.actor} failed: ${stderr}`);
    }
  }

  async #keepCommanding(actor: string): Promise<void> {
    const { program, mosaicHome, logs, seed } = this.#settings;
    const log = new CallLog(logs, actor);
    const random = randomFrom(seed * 1000 + Number(actor.slice(1)) + 500);
    const elapsedSeconds = (): number => (Date.now() - this.#begunMs) / 1000;
    const mind = new Asker({ actor: `${actor}/0`, random, elapsedSeconds, watches: false });
    const settings = {
      program,
      mosaicHome,
      env: this.#env(actor),
      onStart: (child: ChildProcess) => this.#enlist(child),
    };
    while (!this.#over) {
      const operation = mind.next();
      mind.learn(operation, await log.record(operation, () => callCommand(operation, settings)));
      await sleep(random() * LONGEST_PAUSE_MS);
    }
    log.close();
  }

  #env(actor: string): Readonly<Record<string, string>> {
    const stale = String(this.#settings.staleSeconds);
    return { ...environment(this.#settings.mosaicHome, actor), MOSAIC_LOCK_STALE_SECONDS: stale };
  }
}

/** No setting of the machine reaches the processes. */
export function environment(mosaicHome: string, actor: string): Readonly<Record<string, string>> {
  return { PATH: process.env['PATH'] ?? '', HOME: mosaicHome, LANG: 'C.UTF-8', MOSAIC_ACTOR: actor };
}
