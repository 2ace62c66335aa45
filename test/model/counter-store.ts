/** The shipped store as the model runs it: one card that counts, and processes that add one to it. */
import { REDO_LIMITS } from '../../src/backlog/files/recovery/redo-point.ts';
import { FileStore } from '../../src/backlog/files/file-store.ts';
import { storePaths } from '../../src/backlog/files/form/layout.ts';
import { readHistory } from '../../src/backlog/files/history.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { mustGet, updateCard } from '../../src/backlog/operations/one-card.ts';
import type { Liveness } from '../../src/host/process-identity.ts';
import type { Outside } from './stepper.ts';

const PATHS = storePaths('/home');
const ID = 'n';
const NOW_MS = 1_800_000_000_000;

/** Whether a process judges every holder it cannot prove dead to be stale at once, or none ever. */
export type Patience = 'patient' | 'impatient';

export interface ProcessTerms {
  readonly process: number;
  readonly patience: Patience;
  /** What is known of the other processes. */
  readonly livenessOf: (process: number) => Liveness;
}

export type Increment =
  | { readonly kind: 'done'; readonly value: number }
  /** Turned away; a real process would try again. */
  | { readonly kind: 'again' };

/** One attempt of a process that begins, adds one, and ends. */
export function increment(outside: Outside, terms: ProcessTerms): Increment {
  const store = storeOf(outside, terms);
  const attempt = store.tryChange((transaction) => {
    const { priority } = mustGet(transaction, ID);
    return updateCard(transaction, { id: ID, priority: priority + 1 }).priority;
  });
  store.close();
  return attempt.kind === 'done' ? attempt : { kind: 'again' };
}

export function createCounter(outside: Outside, terms: ProcessTerms): void {
  const store = storeOf(outside, terms);
  store.tryChange((transaction) => createCard(transaction, { id: ID, title: 'A counter' }));
  store.close();
}

export interface Counted {
  /** What the card says. */
  readonly value: number;
  /** Whom the history names for each addition, in order. */
  readonly authors: readonly (string | null)[];
  readonly revisions: readonly number[];
  readonly seqs: readonly number[];
}

/** What a process finds that comes after all others; null when it cannot get the mutex. */
export function count(outside: Outside, terms: ProcessTerms): Counted | null {
  const store = storeOf(outside, terms);
  const attempt = store.tryChange((transaction) => mustGet(transaction, ID).priority);
  store.close();
  if (attempt.kind !== 'done') return null;
  const records = [...readHistory(outside.files, PATHS, 0)];
  return {
    value: attempt.value,
    authors: records.filter((record) => record.kind === 'updated').map((record) => record.by),
    revisions: records.map((record) => record.card?.rev ?? 0),
    seqs: records.map((record) => record.seq),
  };
}

export function nameOf(process: number): string {
  return `process-${process}`;
}

function storeOf(outside: Outside, { process, patience, livenessOf }: ProcessTerms): FileStore {
  return new FileStore({
    files: outside.files,
    paths: PATHS,
    clock: { wallMs: () => NOW_MS, monotonicMs: () => 0 },
    identity: { pid: process, startTicks: '1', bootId: 'boot', pidNamespace: 'pid:[1]', host: 'host' },
    livenessOf: (other) => outside.observe(() => livenessOf(other.pid)),
    newToken: () => `${process}`,
    durable: true,
    staleMs: patience === 'impatient' ? 0 : Number.POSITIVE_INFINITY,
    spareAfterMs: 0,
    redoLimits: REDO_LIMITS,
    flushFileSystem: async () => 'not-to-be-had' as const,
    actor: nameOf(process),
    sleep: () => Promise.reject(new Error('Nothing waits here.')),
    random: () => 0.5,
  });
}
