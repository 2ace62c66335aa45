/**
 * A session: a program that runs in the agent's pane for as long as it likes and takes cards by itself. It has the
 * terminal to itself. When it fails it is started again; when it fails at once, again and again, more and more slowly, and
 * then for a while not at all.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Heart } from '../heartbeat/heart.ts';
import { after, CLOSED, type Circuit } from '../work/circuit.ts';
import { Guard } from '../work/guard.ts';
import { type Pause, sitOut } from '../work/sit-out.ts';

export interface SessionTerms {
  /** The program and its words; never empty. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly heart: Heart;
  /** So long it may take to end by itself once it is told to. */
  readonly graceMs: number;
  /** Aborted when the agent is to stop. */
  readonly signal: AbortSignal;
  readonly monotonicMs: () => number;
  readonly tell: (event: SessionEvent) => Promise<void>;
}

export type SessionEvent = { readonly kind: 'failed'; readonly reason: string } | Pause;

type Ended = { readonly hasFailed: false } | { readonly hasFailed: true; readonly reason: string };

/** Returns when the program has ended as it should, or was told to. */
export async function runSession(terms: SessionTerms): Promise<void> {
  const guard = new Guard(terms.graceMs);
  // The program is in our own process group, and is ended with it when we are killed.
  guard.watch(process.pid, null);
  try {
    await runAgain(terms);
  } finally {
    guard.close();
  }
}

async function runAgain(terms: SessionTerms): Promise<void> {
  let circuit: Circuit = CLOSED;
  while (!terms.signal.aborted) {
    await sitOut(circuit, terms);
    if (terms.signal.aborted) return;
    const begunMs = terms.monotonicMs();
    terms.heart.does({ kind: 'running' });
    const ended = await runOnce(terms);
    if (!ended.hasFailed || terms.signal.aborted) return;
    await terms.tell({ kind: 'failed', reason: ended.reason });
    const nowMs = terms.monotonicMs();
    circuit = after(circuit, { hasFailed: true, tookMs: nowMs - begunMs }, nowMs);
    terms.heart.hasRestarted();
  }
}

/** In our own process group: that is the one which has the terminal in front. */
function runOnce({ words, environment, signal, graceMs }: SessionTerms): Promise<Ended> {
  const [program = '', ...rest] = words;
  const failed = (error: unknown): Ended => ({
    hasFailed: true,
    reason: `${program} could not be started: ${error instanceof Error ? error.message : String(error)}`,
  });
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(program, rest, { stdio: 'inherit', env: { ...environment } });
    } catch (error) {
      resolve(failed(error));
      return;
    }
    let killing: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      killing = setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    signal.addEventListener('abort', stop, { once: true });
    const end = (ended: Ended): void => {
      clearTimeout(killing);
      signal.removeEventListener('abort', stop);
      resolve(ended);
    };
    child.once('error', (error) => end(failed(error)));
    child.once('exit', (status, killedBy) => end(endOf(program, status, killedBy)));
  });
}

function endOf(program: string, status: number | null, killedBy: string | null): Ended {
  if (status === 0) return { hasFailed: false };
  const how = killedBy === null ? `ended with status ${status ?? 0}` : `was ended by ${killedBy}`;
  return { hasFailed: true, reason: `${program} ${how}.` };
}
