/**
 * A few operations of one or two processes, run once with every effect on the disk written down, together with who was
 * told what, and when.
 */
import type { FlushFileSystem } from '../../src/host/flush-file-system.ts';
import type { RedoLimits } from '../../src/backlog/files/recovery/redo-point.ts';
import { FileStore } from '../../src/backlog/files/file-store.ts';
import type { FileTransaction } from '../../src/backlog/files/transaction/file-transaction.ts';
import type { CardRecord } from '../../src/backlog/files/form/card-record.ts';
import { type StorePaths, storePaths } from '../../src/backlog/files/form/layout.ts';
import { readHistory } from '../../src/backlog/files/history.ts';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { MosaicError } from '../../src/errors.ts';
import type { Effect } from '../model/effect.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';
import { failingFlush, killedAfter } from './misfortune.ts';

export const PATHS: StorePaths = storePaths('/home');
const BEGAN_MS = 1_800_000_000_000;
/** So few that some cards are flushed at the checkpoints of these stories, and others left to the redo. */
const FEW_TO_REDO: RedoLimits = { records: 3, waitMs: 10, mostRecords: 6 };

/** What an operation does in the critical section, and whether a checkpoint comes after it. */
export interface Operation {
  readonly name: string;
  readonly change: (transaction: FileTransaction) => unknown;
  readonly checkpoint?: 'now' | 'thorough';
  /** Done to the files by somebody else, before the operation. */
  readonly byHand?: (files: FileSystem) => void;
}

export interface Scenario {
  readonly name: string;
  /** Done before anything is written down, and flushed. */
  readonly before: readonly Operation[];
  readonly operations: readonly Operation[];
  /** A person writes into card files here: what a power cut makes of that is theirs, until we have taken it up. */
  readonly byHand?: boolean;
}

/** A moment in the run at which a process was told that everything up to this `seq` is safe. */
export interface Acknowledgement {
  /** So many effects came before it. */
  readonly after: number;
  readonly seq: number;
}

export interface Recording {
  readonly base: MemoryDisk;
  readonly effects: readonly Effect[];
  /** So many effects are those of the process that was killed. */
  readonly effectsOfKilled: number;
  readonly acknowledged: readonly Acknowledgement[];
  /** Everything that was changed from the beginning on, in order; a power cut leaves a beginning of it. */
  readonly history: readonly CardRecord[];
  /** What the clock showed at the end. */
  readonly nowMs: number;
}

/** What goes wrong before the power does. */
export interface Misfortune {
  /** Another process begins with the first operation, and is killed before its call of this number. */
  readonly lastCall?: number;
  /** The flush of a file of this number fails. */
  readonly failedFlush?: number;
  /** MOSAIC_DURABILITY is relaxed. */
  readonly relaxed?: boolean;
}

/** @returns null when there are not so many calls, or flushes */
export function record(scenario: Scenario, { lastCall, failedFlush, relaxed }: Misfortune = {}): Recording | null {
  const base = MemoryDisk.empty();
  const clock = { nowMs: BEGAN_MS };
  const before = storeOn(base.seenBy(1), { process: 1, boot: 'boot 1', clock });
  for (const operation of scenario.before) perform(base, before, operation);
  if (scenario.before.length > 0) before.close();

  const disk = base.copy();
  const effects: Effect[] = [];
  const acknowledged: Acknowledgement[] = [];
  disk.tellEffects((effect) => effects.push(effect));
  const [first] = scenario.operations;
  if (lastCall !== undefined && first !== undefined && !dies(disk, first, clock, lastCall)) return null;
  const effectsOfKilled = effects.length;

  const flushes = failingFlush(disk, 2, failedFlush ?? Number.POSITIVE_INFINITY);
  const store = storeOn(flushes.files, { process: 2, boot: 'boot 1', clock, durable: relaxed !== true });
  for (const operation of scenario.operations) {
    perform(disk, store, operation);
    acknowledged.push({ after: effects.length, seq: historyOn(disk).length });
  }
  store.close();
  if (failedFlush !== undefined && !flushes.hasFailed()) return null;
  return { base, effects, effectsOfKilled, acknowledged, history: historyOn(disk), nowMs: clock.nowMs };
}

/** @returns whether it was killed before it was through */
function dies(disk: MemoryDisk, operation: Operation, clock: { nowMs: number }, lastCall: number): boolean {
  const mortal = killedAfter(disk.seenBy(3), lastCall);
  try {
    const store = storeOn(mortal.files, { process: 3, boot: 'boot 1', clock });
    perform(disk, store, operation);
    store.close();
  } catch (error) {
    if (!mortal.isDead()) throw error;
  }
  return mortal.isDead();
}

function perform(disk: MemoryDisk, store: FileStore, operation: Operation): void {
  operation.byHand?.(disk.seenBy(99));
  const terms = { thoroughness: 'usual', checkpoint: operation.checkpoint ?? 'when-due' } as const;
  try {
    const attempt = store.tryChange(operation.change, terms);
    if (attempt.kind !== 'done') throw new Error(`${operation.name} did not get the lock.`);
  } catch (error) {
    // The one who was killed has done it already; or the disk said no.
    if (!(error instanceof MosaicError) || !REFUSALS.has(error.code)) throw error;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['CARD_EXISTS', 'CLAIM_LOST', 'DISK_FAILED']);

export function historyOn(disk: MemoryDisk): readonly CardRecord[] {
  return [...readHistory(disk.seenBy(98), PATHS, 0)];
}

export interface StoreTerms {
  readonly process: number;
  readonly boot: string;
  readonly clock: { nowMs: number };
  /** Default true. */
  readonly durable?: boolean;
  /** Whether another process of this boot lives. Default: none does. */
  readonly isAlive?: (process: number) => boolean;
  readonly impatient?: boolean;
  readonly redoLimits?: RedoLimits;
  /** Default: it cannot be had. */
  readonly flushFileSystem?: FlushFileSystem;
}

/** No two processes ever draw the same, in no run. */
let tokens = 0;

export function storeOn(files: FileSystem, terms: StoreTerms): FileStore {
  const { process, boot, clock, isAlive = () => false } = terms;
  return new FileStore({
    files,
    paths: PATHS,
    clock: { wallMs: () => (clock.nowMs += 1), monotonicMs: () => 0 },
    identity: { pid: process, startTicks: '1', bootId: boot, pidNamespace: 'pid:[1]', host: 'host' },
    livenessOf: (other) => (other.bootId === boot && (other.pid === process || isAlive(other.pid)) ? 'alive' : 'dead'),
    newToken: () => {
      tokens += 1;
      return tokens.toString(16);
    },
    durable: terms.durable ?? true,
    staleMs: terms.impatient === true ? 0 : Number.POSITIVE_INFINITY,
    spareAfterMs: 0,
    redoLimits: terms.redoLimits ?? FEW_TO_REDO,
    flushFileSystem: terms.flushFileSystem ?? (async () => 'not-to-be-had'),
    actor: `p${process}`,
    sleep: () => Promise.reject(new Error('Nothing waits here.')),
    random: () => 0.5,
  });
}
