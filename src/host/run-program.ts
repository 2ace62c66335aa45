/**
 * Runs another program to its end and says how that went. Whoever asks a server (tmux, systemd) through its client must
 * tell three things apart: an answer, a client that is not installed, and no answer, which says nothing about the server.
 */
import { execFile } from 'node:child_process';

export type Ran =
  | { readonly kind: 'ended'; readonly status: number; readonly stdout: string; readonly stderr: string }
  /** There is no such program. */
  | { readonly kind: 'missing' }
  /** It was ended by us or by somebody, before it had answered. */
  | { readonly kind: 'no-answer'; readonly reason: string };

export interface ProgramRun {
  readonly program: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What it reads; nothing when left out. */
  readonly input?: string;
  /** Longer it may not take. */
  readonly timeoutMs: number;
}

export type RunProgram = (run: ProgramRun) => Promise<Ran>;

const MOST_BYTES = 64 * 1024 * 1024;

export const runProgram: RunProgram = (run) =>
  new Promise((resolve) => {
    try {
      begin(run, resolve);
    } catch (error) {
      // What is refused before there is a process is thrown: a PATH that leads through a file, too many words, no memory.
      resolve(isNowhere(error) ? { kind: 'missing' } : { kind: 'no-answer', reason: String(error) });
    }
  });

function begin({ program, words, environment, input = '', timeoutMs }: ProgramRun, resolve: (ran: Ran) => void): void {
  const settings = {
    env: { ...environment },
    timeout: timeoutMs,
    // A client that hangs on its server does not heed a polite signal.
    killSignal: 'SIGKILL' as const,
    maxBuffer: MOST_BYTES,
  };
  const child = execFile(program, [...words], settings, (error, stdout, stderr) => {
    if (error === null) resolve({ kind: 'ended', status: 0, stdout, stderr });
    else if (isNowhere(error)) resolve({ kind: 'missing' });
    else if (typeof error.code === 'number') resolve({ kind: 'ended', status: error.code, stdout, stderr });
    else resolve({ kind: 'no-answer', reason: reasonOf(error, timeoutMs) });
  });
  // A program that ends before it has read everything says by its status how that was meant.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
}

function isNowhere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function reasonOf(
  error: { readonly killed?: boolean; readonly signal?: string; readonly message: string },
  ms: number,
) {
  if (error.killed === true) return `it did not answer for ${ms / 1000} s`;
  return error.signal === undefined ? error.message : `it was ended by ${error.signal}`;
}
