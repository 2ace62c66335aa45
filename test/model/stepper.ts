/**
 * Runs synchronous code one file-system call at a time, so that others can run in between.
 *
 * The code cannot be stopped in the middle. But given the answers to its calls it is deterministic, so it is run again
 * from its beginning each time: the calls it has made already are answered from its record, the next one is made for
 * real, and from then on every call throws, which ends the run. What the code does or says after that is not looked at.
 */
import { createHash } from 'node:crypto';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import type { Liveness } from '../../src/host/process-identity.ts';
import { intercepted } from './intercepted.ts';
import type { MemoryDisk } from './memory-filesystem.ts';

/** Everything a process learns from outside: the answers of the file system, and what it sees of other processes. */
export interface Outside {
  readonly files: FileSystem;
  /** What can be proven about another process: it may change between two runs, so it is part of the record. */
  observe(look: () => Liveness): Liveness;
  /** A number from outside, such as the time. */
  measure(look: () => number): number;
  /** Tells the test something, once: it is not told again when the code is run again. */
  tell(what: () => void): void;
  /** Stops here, so that others can go on. */
  giveWay(): void;
}

type Code<T> = (outside: Outside) => T;

type CallName = keyof FileSystem | 'observe' | 'measure' | 'tell' | 'giveWay';

type Answer =
  | { readonly kind: 'value'; readonly value: unknown; readonly filled: Uint8Array | null }
  | { readonly kind: 'error'; readonly error: unknown };

export interface Step {
  readonly call: string;
  readonly answer: Answer;
}

/** Where a process is: what it has asked and heard so far. */
export interface Trace {
  readonly steps: readonly Step[];
  /** The same for processes that have heard the same and so will do the same. */
  readonly hash: string;
}

export const BEGINNING: Trace = { steps: [], hash: '' };

export type Run<T> =
  | { readonly kind: 'paused'; readonly trace: Trace }
  /** It made no further call: this is how it ended. */
  | { readonly kind: 'ended'; readonly outcome: Outcome<T> };

export type Outcome<T> =
  { readonly kind: 'returned'; readonly value: T } | { readonly kind: 'threw'; readonly error: unknown };

/** What stands between a process and the disk: a bug of the file system, for tests that must fail. */
export type Lie = (
  call: CallName,
  parameters: readonly unknown[],
  real: () => unknown,
  disk: FileSystem,
  process: number,
) => unknown;

const honest: Lie = (_call, _parameters, real) => real();

/** Advances a process by one call, which is made on `disk`. */
export function advance<T>(disk: MemoryDisk, process: number, trace: Trace, code: Code<T>, lie: Lie = honest): Run<T> {
  const real = disk.seenBy(process);
  let made = 0;
  let fresh: Step | null = null;
  const outcome = outcomeOf(() =>
    code(
      outsideOf(real, (name, call, parameters) => {
        if (fresh !== null) throw new Error('The run is over.');
        const known = trace.steps[made];
        made += 1;
        if (known !== undefined) return give(known.answer, parameters);
        const answer = ask(() => lie(name, parameters, call, real, process), parameters);
        fresh = { call: `${name} ${describe(parameters)}`, answer };
        return give(answer, parameters);
      }),
    ),
  );
  return fresh === null ? { kind: 'ended', outcome } : { kind: 'paused', trace: longer(trace, fresh) };
}

export type LongRun<T> = Run<T> & {
  /** The calls of this run, for people. */
  readonly calls: readonly string[];
};

/** Advances a process by up to `limit` calls, fewer where it gives way. Makes no hashes, so the trace has none. */
export function advanceFar<T>(
  disk: MemoryDisk,
  process: number,
  trace: Trace,
  code: Code<T>,
  limit: number,
  lie: Lie = honest,
): LongRun<T> {
  const real = disk.seenBy(process);
  const steps: Step[] = [];
  let made = 0;
  let isOver = false;
  const stop = (): never => {
    isOver = true;
    throw new Error('The run is over.');
  };
  const outcome = outcomeOf(() =>
    code(
      outsideOf(real, (name, call, parameters) => {
        const known = trace.steps[made];
        made += 1;
        if (known !== undefined) return give(known.answer, parameters);
        if (isOver || steps.length >= limit) stop();
        const answer = ask(() => lie(name, parameters, call, real, process), parameters);
        steps.push({ call: `${name} ${describe(parameters)}`, answer });
        if (name === 'giveWay') stop();
        return give(answer, parameters);
      }),
    ),
  );
  const calls = steps.map(({ call }) => `${process} ${call}`);
  return isOver
    ? { kind: 'paused', trace: { steps: [...trace.steps, ...steps], hash: '' }, calls }
    : { kind: 'ended', outcome, calls };
}

/** Runs a process to its end with nobody in between. */
export function runToEnd<T>(
  disk: MemoryDisk,
  process: number,
  trace: Trace,
  code: Code<T>,
  lie: Lie = honest,
): Outcome<T> {
  const real = disk.seenBy(process);
  let made = 0;
  return outcomeOf(() =>
    code(
      outsideOf(real, (name, call, parameters) => {
        const known = trace.steps[made];
        made += 1;
        return known === undefined ? lie(name, parameters, call, real, process) : give(known.answer, parameters);
      }),
    ),
  );
}

type Intercept = (name: CallName, call: () => unknown, parameters: readonly unknown[]) => unknown;

function outsideOf(real: FileSystem, intercept: Intercept): Outside {
  return {
    files: intercepted(real, intercept),
    observe(look) {
      const seen = intercept('observe', look, []);
      return seen === 'dead' || seen === 'alive' ? seen : 'unknown';
    },
    measure: (look) => Number(intercept('measure', look, [])),
    tell(what) {
      intercept('tell', what, []);
    },
    giveWay() {
      intercept('giveWay', () => null, []);
    },
  };
}

function ask(call: () => unknown, parameters: readonly unknown[]): Answer {
  try {
    const value = call();
    const buffer = parameters.find((parameter) => parameter instanceof Uint8Array);
    // A copy, and of no more than was read: the program may use its memory again.
    const filled = buffer === undefined ? null : Buffer.from(buffer.subarray(0, Number(value)));
    return { kind: 'value', value, filled };
  } catch (error) {
    return { kind: 'error', error };
  }
}

/** Gives an answer once more; a `read` also filled a buffer. */
function give(answer: Answer, parameters: readonly unknown[]): unknown {
  if (answer.kind === 'error') throw answer.error;
  const buffer = parameters.find((parameter) => parameter instanceof Uint8Array);
  if (answer.filled !== null && buffer !== undefined) buffer.set(answer.filled);
  return answer.value;
}

function longer(trace: Trace, step: Step): Trace {
  const { answer } = step;
  const heard =
    answer.kind === 'error'
      ? String(answer.error)
      : `${JSON.stringify(answer.value)} ${answer.filled?.toString() ?? ''}`;
  const hash = createHash('sha1').update(trace.hash).update(step.call).update(heard).digest('base64');
  return { steps: [...trace.steps, step], hash };
}

function describe(parameters: readonly unknown[]): string {
  return parameters.map((one) => (one instanceof Uint8Array ? `${one.length} bytes` : String(one))).join(' ');
}

function outcomeOf<T>(call: () => T): Outcome<T> {
  try {
    return { kind: 'returned', value: call() };
  } catch (error) {
    return { kind: 'threw', error };
  }
}
