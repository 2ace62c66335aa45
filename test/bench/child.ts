/** Processes under measurement: what they cost, what they say. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve as absolute } from 'node:path';
import { createInterface } from 'node:readline';

/** Nothing here takes so long, on a busy machine either: whoever is silent for longer will not say any more. */
const PATIENCE_MS = 600_000;

export interface Command {
  /** The program and its words. */
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A Node program of ours. */
export function node(...words: readonly string[]): Command {
  return { words: [process.execPath, ...words] };
}

function environment({ env }: Command): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, DATABASE_URL: _database, MOSAIC_DURABILITY: _durability, ...inherited } = process.env;
  return { ...inherited, ...env };
}

/** Runs it to its end; its output goes to that descriptor, or nowhere. @throws when it fails */
export function mustRun(command: Command, output: number | 'ignore' = 'ignore'): void {
  const [program, ...words] = command.words;
  const { status, stderr } = spawnSync(program ?? '', words, {
    env: environment(command),
    stdio: ['ignore', output, 'pipe'],
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  });
  if (status !== 0) throw failed(command, status, stderr);
}

function failed(command: Command, status: number | null, stderr: string): Error {
  return new Error(`${command.words.join(' ')} ended with ${status}: ${stderr}`);
}

/**
 * The processor time of one run, user and system together, of every thread.
 *
 * By the shell's own `time`, which asks the kernel with `wait4`: Node tells nothing of a child that has ended.
 *
 * @returns milliseconds
 * @throws when the command fails
 */
export function processorTime(command: Command): number {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>&3; } 3>/dev/null', 'bash', ...command.words],
    { env: environment(command), encoding: 'utf8', timeout: PATIENCE_MS },
  );
  if (status !== 0) throw failed(command, status, stderr);
  const [user, system] = stderr.trim().split(' ').map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) * 1000;
}

const MEMORY_HOOK = absolute('test/bench/programs/memory-peak.cjs');

/** The most memory that a Node program held at a time, in megabytes. @throws when the command fails */
export function memoryPeak(command: Command): number {
  const [program, ...words] = command.words;
  const env = { ...environment(command), NODE_OPTIONS: `--require ${JSON.stringify(MEMORY_HOOK)}` };
  const { status, stderr } = spawnSync(program ?? '', words, { env, encoding: 'utf8', timeout: PATIENCE_MS });
  if (status !== 0) throw failed(command, status, stderr);
  return Number(/MAXRSS (\d+)/.exec(stderr)?.[1]) / 1024;
}

/** A program that says lines of JSON on its standard output and is told lines on its standard input. */
export class Companion {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #said: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];
  readonly #name: string;
  readonly #failed: Promise<never>;
  #errors = '';

  constructor(command: Command) {
    const [program, ...words] = command.words;
    const child = spawn(program ?? '', words, { env: environment(command), stdio: 'pipe' });
    this.#child = child;
    this.#name = command.words.join(' ');
    child.stderr.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#said.push(line);
      else next(line);
    });
    this.#failed = once(child, 'close').then(() => {
      throw new Error(`${this.#name} has ended: ${this.#errors}`);
    });
    this.#failed.catch(() => undefined);
  }

  /** The next line it says. @throws when it ends instead, or is silent for too long */
  async hears(): Promise<string> {
    const line = this.#said.shift();
    if (line !== undefined) return line;
    let timer: NodeJS.Timeout | undefined;
    const silent = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`${this.#name} has said nothing for ${PATIENCE_MS / 1000} s: ${this.#errors}`)),
        PATIENCE_MS,
      );
    });
    const said = new Promise<string>((resolve) => this.#waiting.push(resolve));
    return Promise.race([said, this.#failed, silent]).finally(() => clearTimeout(timer));
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends it, and waits until it has. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    this.#child.kill('SIGTERM');
    await this.#failed.catch(() => undefined);
  }
}
