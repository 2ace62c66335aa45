/**
 * One run of a worker's command, in a process group of its own: what it needs goes in, what it says goes out and its last
 * line is kept, and when it is to end, all that it has started ends with it.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasProcessGroup } from '../../host/process-identity.ts';
import { LONGEST_LINE } from './result.ts';

export interface CommandRun {
  /** The program and its words; never empty. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Given on standard input. */
  readonly input: string;
  /** Where what it prints goes. */
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  /** So long it may take to end by itself once it is told to. */
  readonly graceMs: number;
}

export type Ended =
  | { readonly kind: 'exited'; readonly status: number; readonly lastLine: string; readonly lastError: string }
  | { readonly kind: 'killed'; readonly signal: string; readonly lastError: string }
  | { readonly kind: 'not-started'; readonly reason: string };

/** What has been printed is waited for so long after the end: whatever the command has left behind may hold the pipe. */
const DRAIN_MS = 1000;
const LOOK_AGAIN_MS = 50;

/**
 * The command begins when it is told to, and not at all when nobody is left to tell it: by then somebody else has to know
 * of its group, who ends it should we be killed. `exec` makes the shell the program.
 */
const WAITING = 'read -r go <&3 || exit; exec "$@" 3<&-';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export class RunningCommand {
  readonly #child: Child;
  readonly #go: Writable;
  readonly #graceMs: number;
  readonly #lastLine = new LastLine();
  readonly #lastError = new LastLine();
  /** Settles when the command itself has ended; never rejects. */
  readonly ended: Promise<Ended>;

  constructor({ words, environment, input, output, errors, graceMs }: CommandRun) {
    this.#graceMs = graceMs;
    const stdio = ['pipe', 'pipe', 'pipe', 'pipe'] as const;
    const shell = ['-c', WAITING, 'sh', ...words];
    const child = spawn('sh', shell, { detached: true, stdio: [...stdio], env: { ...environment } });
    const { stdin, stdout, stderr } = child;
    this.#child = child;
    const [, , , go] = child.stdio;
    if (go === null || go === undefined || !('end' in go)) throw new Error('there is no way to tell it to begin');
    this.#go = go;
    go.on('error', () => undefined);
    this.ended = this.#end();
    // It need not read it.
    stdin.on('error', () => undefined);
    stdin.end(input);
    stdout.on('data', (chunk: Buffer) => this.#lastLine.take(chunk));
    stderr.on('data', (chunk: Buffer) => this.#lastError.take(chunk));
    passOn(stdout, output);
    passOn(stderr, errors);
  }

  /** Lets it begin. */
  begin(): void {
    this.#go.end('\n');
  }

  /** The process group of the command; null when it could not be started. */
  get group(): number | null {
    return this.#child.pid ?? null;
  }

  /** Tells the whole group to end, and ends it when it does not. Returns when nothing of it is left. */
  async stop(): Promise<void> {
    if (!this.#signal('SIGTERM')) return;
    for (let waitedMs = 0; waitedMs < this.#graceMs; waitedMs += LOOK_AGAIN_MS) {
      await sleep(LOOK_AGAIN_MS);
      if (this.group === null || !hasProcessGroup(this.group)) return;
    }
    this.#signal('SIGKILL');
    await this.ended;
  }

  /** @returns false when nothing of the group is left */
  #signal(signal: NodeJS.Signals): boolean {
    const { group } = this;
    if (group === null) return false;
    try {
      process.kill(-group, signal);
      return true;
    } catch {
      return false;
    }
  }

  #end(): Promise<Ended> {
    const child = this.#child;
    return new Promise((resolve) => {
      child.once('error', (error) => resolve({ kind: 'not-started', reason: error.message }));
      child.once('exit', (status, signal) => {
        void drained(child).finally(() => {
          const lastError = this.#lastError.text;
          if (signal !== null) resolve({ kind: 'killed', signal, lastError });
          else resolve({ kind: 'exited', status: status ?? 0, lastLine: this.#lastLine.text, lastError });
        });
      });
    });
  }
}

/** Whoever read it may have gone: that is no reason to stop the work, or to let the command block on a full pipe. */
function passOn(from: Readable, to: NodeJS.WritableStream): void {
  const closed = (): void => {
    from.unpipe(to);
    from.resume();
  };
  from.pipe(to, { end: false });
  to.on('error', closed);
  from.once('close', () => to.off('error', closed));
}

async function drained(child: Child): Promise<void> {
  const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  const limit = new AbortController();
  await Promise.race([closed, sleep(DRAIN_MS, undefined, { signal: limit.signal }).catch(() => undefined)]);
  limit.abort();
}

/** Keeps the last line that is not blank, of a stream of any length. */
class LastLine {
  readonly #decoder = new StringDecoder('utf8');
  #whole = '';
  #open = '';

  take(chunk: Buffer): void {
    const lines = (this.#open + this.#decoder.write(chunk)).split('\n');
    this.#open = (lines.pop() ?? '').slice(-LONGEST_LINE);
    this.#whole = lines.findLast((line) => line.trim() !== '') ?? this.#whole;
  }

  get text(): string {
    return this.#open.trim() === '' ? this.#whole : this.#open;
  }
}
