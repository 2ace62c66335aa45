/** Terminals: a program run in the user's own, and how another one takes what is typed. */
import { spawn } from 'node:child_process';
import { runProgram } from './run-program.ts';

export interface TerminalRun {
  /** The program and its words. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where it draws: stderr keeps stdout free for an answer. */
  readonly drawsOn: 'stdout' | 'stderr';
  /** Aborted when it is to end. */
  readonly signal: AbortSignal;
}

export type TerminalRan =
  | { readonly kind: 'ended'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'missing' };

/** It has the terminal to itself until it ends. */
export function runInTerminal({ words, environment, drawsOn, signal }: TerminalRun): Promise<TerminalRan> {
  const [program = '', ...rest] = words;
  return new Promise((resolve, reject) => {
    const stdio = ['inherit', drawsOn === 'stderr' ? process.stderr : 'inherit', 'inherit'] as const;
    const child = spawn(program, rest, { stdio: [...stdio], env: { ...environment } });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', (error) => {
      if ('code' in error && error.code === 'ENOENT') resolve({ kind: 'missing' });
      else reject(error);
    });
    child.once('close', (status, killedBy) => {
      signal.removeEventListener('abort', stop);
      resolve(status === null ? { kind: 'killed', signal: killedBy ?? 'a signal' } : { kind: 'ended', status });
    });
  });
}

const TIMEOUT_MS = 5000;

/** Whether the kernel gathers what is typed into lines, and hands each on by itself. False also where that is not known. */
export async function takesLines(
  terminal: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const words = [process.platform === 'linux' ? '-F' : '-f', terminal, '-a'];
  const ran = await runProgram({ program: 'stty', words, environment, timeoutMs: TIMEOUT_MS });
  return ran.kind === 'ended' && ran.status === 0 && /(^|\s)icanon\b/.test(ran.stdout);
}
