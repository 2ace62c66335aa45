/** Starts restarts that do nothing but their steps, as processes of their own, and reads what they leave behind. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { restartLockPath } from '../../../src/fleet/restart/take-restart-lock.ts';
import { newFolder } from '../../cli/mosaic.ts';
import type { Plan } from './programs/restarter.ts';

/** So short that a test need not wait, and so long that a busy machine keeps up. */
const SHORT_TIMES = { pollMs: 20, refreshMs: 100, graceMs: 1500, patienceMs: 2000 };

const started: ChildProcessWithoutNullStreams[] = [];

afterAll(() => {
  for (const child of started) {
    child.kill('SIGKILL');
    // What a program that is killed cannot take away itself.
    rmSync(`dist/.run-${child.pid}`, { recursive: true, force: true });
  }
});

export class Restarter {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #over: Promise<void>;
  #said = '';
  #errors = '';
  #wake: () => void = () => undefined;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
      this.#wake();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#over = new Promise((resolve) => {
      child.once('close', () => {
        this.#wake();
        resolve();
      });
    });
  }

  /** Resolves as soon as it has said so. */
  async says(what: string): Promise<void> {
    while (!this.#said.includes(what)) {
      if (this.child.exitCode !== null) throw new Error(`It never said ${what}: ${this.#said}${this.#errors}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** What it has said, when it has ended; throws when it failed. */
  async said(): Promise<readonly string[]> {
    await this.#over;
    if (this.#errors !== '') throw new Error(this.#errors);
    return this.#said.trimEnd().split('\n');
  }

  /** Ends the step that it holds. */
  goOn(): void {
    this.child.stdin.write('\n');
  }
}

export class Restarts {
  readonly #home = newFolder();
  readonly #log: string = join(this.#home, 'log');
  readonly lockPath: string = restartLockPath(this.#home);

  start(plan: Partial<Plan> = {}): Restarter {
    const whole: Plan = { steps: 3, stepMs: 5, holdIn: null, isDeaf: false, times: SHORT_TIMES, ...plan };
    const words = ['test/run-typescript.mjs', 'test/fleet/restart/programs/restarter.ts', this.#home, this.#log];
    const child = spawn(process.execPath, [...words, JSON.stringify(whole)]);
    child.stdin.on('error', () => undefined);
    started.push(child);
    return new Restarter(child);
  }

  /** Started, and in the middle of a step, the first unless the plan says otherwise. */
  async startHolding(plan: Partial<Plan> = {}): Promise<Restarter> {
    const restarter = this.start({ holdIn: 0, ...plan });
    await restarter.says('holding');
    return restarter;
  }

  writeLock(text: string): void {
    mkdirSync(dirname(this.lockPath), { recursive: true });
    writeFileSync(this.lockPath, text);
  }

  /** Null when there is no lock. */
  lock(): string | null {
    return existsSync(this.lockPath) ? readFileSync(this.lockPath, 'utf8') : null;
  }

  /** Who entered and left which step, as `enter TOKEN STEP`. */
  log(): readonly string[] {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').trimEnd().split('\n') : [];
  }

  /** The tokens in the order in which they came; throws when two were ever inside at once. */
  turns(): readonly string[] {
    let inside: string | null = null;
    const turns: string[] = [];
    for (const line of this.log()) {
      const [what, token = ''] = line.split(' ');
      if (what === 'enter' ? inside !== null : inside !== token) throw new Error(`Two at once: ${this.log().join()}`);
      inside = what === 'enter' ? token : null;
      if (turns.at(-1) !== token) turns.push(token);
    }
    return turns;
  }
}
