/**
 * Processes that live for several changes and keep what they know of the store in between: they change cards, move them
 * to the archive and back, and make checkpoints, while readers look at the history. Whatever they are told is kept, for
 * `verify.ts` to hold against what is found at the end.
 */
import { REDO_LIMITS } from '../../src/backlog/files/recovery/redo-point.ts';
import { FileStore } from '../../src/backlog/files/file-store.ts';
import type { FileTransaction } from '../../src/backlog/files/transaction/file-transaction.ts';
import type { CardRecord } from '../../src/backlog/files/form/card-record.ts';
import { storePaths } from '../../src/backlog/files/form/layout.ts';
import { readHistory, readPage } from '../../src/backlog/files/history.ts';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { completeCard, mustGet, releaseCard, updateCard } from '../../src/backlog/operations/one-card.ts';
import { MosaicError } from '../../src/errors.ts';
import type { Patience } from './counter-store.ts';
import { MemoryDisk } from './memory-filesystem.ts';
import { advanceFar, BEGINNING, type Lie, type LongRun, type Outside, type Trace } from './stepper.ts';

export const CARDS: readonly string[] = ['a', 'b'];
const PATHS = storePaths('/home');
const FIRST = 1;

/** `add` adds one to the card's priority and makes the token its title. */
export type Operation = 'add' | 'complete' | 'archive' | 'reopen';

/** One change that a process makes. */
export interface Round {
  readonly operation: Operation;
  readonly id: string;
  /** Unlike that of any other round. */
  readonly token: string;
  readonly checkpoint: 'now' | 'when-due';
}

export type Fate =
  | { readonly kind: 'acknowledged'; readonly rev: number }
  /** `unchanged`: there was nothing to do. */
  | { readonly kind: 'unchanged' | 'refused' | 'unknown' };

/** A round that a process has begun. The moments are those of the world's own count. */
export interface Entry {
  readonly process: number;
  readonly round: Round;
  readonly begunAt: number;
  /** What the process was told of it, if it lived so long. */
  fate: Fate | null;
  toldAt: number;
}

export interface World {
  readonly disk: MemoryDisk;
  readonly boot: string;
  readonly dead: Set<number>;
  readonly begun: Entry[];
  /** How much has happened to the disk, where somebody counts it. */
  readonly moment: () => number;
  /** What readers have seen. */
  readonly seen: (readonly string[])[];
  readonly calls: string[];
  readonly clock: { nowMs: number };
}

/** A process on its way. */
export interface Runner {
  readonly process: number;
  readonly code: (outside: Outside) => void;
  trace: Trace;
}

/** A world with two cards in it. */
export function newWorld(): World {
  const world = worldOn(MemoryDisk.empty());
  run(world, {
    process: FIRST,
    trace: BEGINNING,
    code: (outside) => {
      const store = storeOf(world, outside, FIRST, 'patient');
      for (const id of CARDS) store.tryChange((transaction) => createCard(transaction, { id, title: id }));
      store.close();
    },
  });
  return world;
}

/** As `world` was when nobody had begun yet. */
export function copyOf(world: World, moment?: () => number): World {
  return worldOn(world.disk.copy(), 'boot', moment);
}

/** The world after a power cut at that moment: everybody is dead, and remembers what it was told. */
export function afterPowerCut(world: World, survived: MemoryDisk, moment: number): World {
  const after = worldOn(survived, 'next boot');
  after.clock.nowMs = world.clock.nowMs;
  for (const entry of world.begun) {
    if (entry.begunAt > moment) continue;
    after.begun.push({ ...entry, fate: entry.toldAt <= moment ? entry.fate : null });
  }
  return after;
}

export function writer(world: World, process: number, patience: Patience, rounds: readonly Round[]): Runner {
  const code = (outside: Outside): void => {
    const store = storeOf(world, outside, process, patience);
    for (const round of rounds) {
      outside.tell(() => {
        world.begun.push({ process, round, begunAt: world.moment(), fate: null, toldAt: Number.POSITIVE_INFINITY });
      });
      const fate = change(outside, store, round);
      outside.tell(() => {
        const begun = world.begun.find((one) => one.round.token === round.token);
        if (begun === undefined) return;
        begun.fate = fate;
        begun.toldAt = world.moment();
      });
    }
    store.close();
  };
  return { process, code, trace: BEGINNING };
}

export function reader(world: World, process: number): Runner {
  const code = (outside: Outside): void => {
    const history = [...readHistory(outside.files, PATHS, 0)].map(sayRecord);
    outside.tell(() => world.seen.push(history));
  };
  return { process, code, trace: BEGINNING };
}

/**
 * Lets a process make up to `limit` calls.
 *
 * @returns whether it is at its end
 */
export function run(world: World, runner: Runner, limit: number = Number.POSITIVE_INFINITY, lie?: Lie): boolean {
  const after: LongRun<void> = advanceFar(world.disk, runner.process, runner.trace, runner.code, limit, lie);
  world.calls.push(...after.calls);
  if (after.kind === 'paused') {
    runner.trace = after.trace;
    return false;
  }
  world.dead.add(runner.process);
  if (after.outcome.kind === 'threw') throw after.outcome.error;
  return true;
}

export function sayRecord({ seq, by, kind, id, card }: CardRecord): string {
  return `${seq} ${by ?? 'nobody'} ${kind} ${id} ${card?.rev ?? 'gone'}`;
}

export interface Found {
  readonly records: readonly CardRecord[];
  readonly cards: ReadonlyMap<string, string>;
}

/** What somebody finds who comes after all others, for whom they are all dead. */
export function lookAround(world: World, process: number): Found {
  for (const { process: other } of world.begun) world.dead.add(other);
  const found: Found[] = [];
  run(world, {
    process,
    trace: BEGINNING,
    code: (outside) => {
      const store = storeOf(world, outside, process, 'impatient');
      const attempt = store.tryChange((transaction) =>
        CARDS.map((id) => [id, JSON.stringify(transaction.card(id))] as const),
      );
      if (attempt.kind !== 'done') throw new Error('Whoever comes last does not get the lock.');
      store.close();
      found.push({ records: everyRecord(outside.files), cards: new Map(attempt.value) });
    },
  });
  const [first] = found;
  if (first === undefined) throw new Error('Whoever comes last finds nothing.');
  return first;
}

/** All that counts in the journal, and what is there twice, twice. */
function everyRecord(files: FileSystem): readonly CardRecord[] {
  const all: CardRecord[] = [];
  for (let at = { segment: 1, bytes: 0 }; ;) {
    const { records, next } = readPage(files, PATHS, at);
    all.push(...records);
    if (next.segment === at.segment) return all;
    at = next;
  }
}

function worldOn(disk: MemoryDisk, boot: string = 'boot', moment: () => number = () => 0): World {
  const clock = { nowMs: 1_800_000_000_000 };
  return { disk, boot, moment, dead: new Set([FIRST]), begun: [], seen: [], calls: [], clock };
}

function change(outside: Outside, store: FileStore, round: Round): Fate {
  const terms = { thoroughness: 'usual', checkpoint: round.checkpoint } as const;
  for (;;) {
    try {
      const attempt = store.tryChange((transaction) => decide(transaction, round), terms);
      if (attempt.kind === 'held') outside.giveWay();
      if (attempt.kind !== 'done') continue;
      return attempt.value === null ? { kind: 'unchanged' } : { kind: 'acknowledged', rev: attempt.value };
    } catch (error) {
      if (error instanceof MosaicError && error.code === 'LOCK_LOST') return { kind: 'refused' };
      if (error instanceof MosaicError && error.code === 'OUTCOME_UNKNOWN') return { kind: 'unknown' };
      throw error;
    }
  }
}

/** The card's `rev` after the change; null when there is nothing to do. */
function decide(transaction: FileTransaction, { id, operation, token }: Round): number | null {
  const before = mustGet(transaction, id);
  switch (operation) {
    case 'add':
      return updateCard(transaction, { id, priority: before.priority + 1, title: token }).rev;
    case 'complete':
      return before.status === 'done' ? null : completeCard(transaction, { id, result: token }).rev;
    case 'archive':
      if (before.status !== 'done' || transaction.isArchived(id)) return null;
      transaction.archive(before);
      return before.rev;
    case 'reopen':
      return before.status === 'ready' ? null : releaseCard(transaction, { id }).rev;
  }
}

export function storeOf(world: World, outside: Outside, process: number, patience: Patience): FileStore {
  let tokens = 0;
  return new FileStore({
    files: outside.files,
    paths: PATHS,
    clock: { wallMs: () => outside.measure(() => (world.clock.nowMs += 1)), monotonicMs: () => 0 },
    identity: { pid: process, startTicks: '1', bootId: world.boot, pidNamespace: 'pid:[1]', host: 'host' },
    livenessOf: ({ pid, bootId }) =>
      outside.observe(() => (bootId !== world.boot || world.dead.has(pid) ? 'dead' : 'alive')),
    newToken: () => {
      tokens += 1;
      return `${process}f${tokens}`;
    },
    durable: true,
    staleMs: patience === 'impatient' ? 0 : Number.POSITIVE_INFINITY,
    spareAfterMs: 0,
    redoLimits: REDO_LIMITS,
    flushFileSystem: async () => 'not-to-be-had' as const,
    actor: `p${process}`,
    sleep: () => Promise.reject(new Error('Nothing waits here.')),
    random: () => 0.5,
  });
}
