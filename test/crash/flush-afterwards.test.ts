/**
 * Cards that a checkpoint leaves to be flushed when the lock has been given back: whatever a power cut leaves of them, and
 * of what others do meanwhile, every promise holds.
 */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { FileStore, Work } from '../../src/backlog/files/file-store.ts';
import type { RedoLimits } from '../../src/backlog/files/recovery/redo-point.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { updateCard } from '../../src/backlog/operations/one-card.ts';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import type { FlushOutcome } from '../../src/host/flush-file-system.ts';
import { randomFrom } from '../data/generated.ts';
import type { Effect } from '../model/effect.ts';
import { intercepted } from '../model/intercepted.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';
import { DEEP, say, seed, sweepRecording } from './every-state.ts';
import { type Acknowledgement, historyOn, PATHS, type Recording, storeOn } from './scenario.ts';
import type { Reach } from './survivors.ts';

const REACH: Reach = DEEP ? { exhaustUpTo: 32, draws: 8, oneIn: 16 } : { exhaustUpTo: 16, draws: 2, oneIn: 64 };
/** The system would write for so long by itself that nothing but these numbers has any card flushed. */
const LIMITS: RedoLimits = { records: 3, waitMs: 1_000_000, mostRecords: 8 };
const MANY = ['a', 'b', 'c', 'd', 'e', 'f'];

const createAll =
  (ids: readonly string[]): Work<unknown> =>
  (transaction) => {
    for (const id of ids) createCard(transaction, { id, title: 'One of many' });
  };
const update =
  (id: string, title = 'Changed since'): Work<unknown> =>
  (transaction) =>
    updateCard(transaction, { id, title });

type Change = (work: Work<unknown>, checkpoint?: 'now') => Promise<void>;

const stories: Readonly<Record<string, (change: Change) => Promise<void>>> = {
  'a change of many cards': async (change) => {
    await change(createAll(MANY), 'now');
    await change(update('c'));
    await change(update('d'), 'now');
  },
  'change after change': async (change) => {
    for (const id of MANY) await change(createAll([id]), 'now');
    for (const id of MANY.slice(0, 3)) await change(update(id), 'now');
  },
};

describe.each(Object.entries(stories))('%s', (name, story) => {
  test.each([
    ['is had', 'flushed'],
    ['cannot be had', 'not-to-be-had'],
    ['fails', 'failed'],
  ] as const)('survives a power cut where a flush of everything %s', { timeout: 600_000 }, async (which, outcome) => {
    const world = new World(outcome);
    const store = world.store(2);
    await story((work, checkpoint) => world.change(store, work, checkpoint));
    world.survivesPowerCuts(`${name}, where a flush of everything ${which}`);
    // Where it cannot be had or has failed, nobody asks again.
    if (outcome === 'flushed') expect(world.asked).toBeGreaterThanOrEqual(1);
    else expect(world.asked).toBe(1);
  });
});

test('whoever is told of a failure and dies leaves it to the next one to find out', { timeout: 600_000 }, async () => {
  const world = new World('failed');
  const victim = world.store(2);
  world.dies = 2;
  void victim.change(createAll(MANY), { checkpoint: 'now' });
  await turns(5);
  world.outcome = 'flushed';
  const next = world.store(4);
  await world.change(next, createAll(['g', 'h', 'i', 'j']), 'now');
  // It would not be told any more.
  expect(world.asked).toBe(1);
  await world.change(next, update('g'), 'now');
  await world.change(next, update('h'), 'now');
  world.survivesPowerCuts('a failure that only a dead process was told of');
});

test('a change of many cards flushes none of them under the lock', async () => {
  const world = new World('flushed');
  await world.change(world.store(2), createAll(MANY), 'now');
  expect(world.unflushed).toEqual(MANY.map((id) => `${id}.json`));
});

/** A disk, those who work on it, and what was told to whom. */
class World {
  /** What becomes of a flush of everything. */
  outcome: FlushOutcome;
  /** Whoever has that number dies as soon as it is told. */
  dies: number | null = null;
  /** How often a flush of everything was asked for. */
  asked = 0;
  /** Files of cards that were not flushed when that was asked for first, but for the one that was there before. */
  unflushed: readonly string[] = [];
  readonly #base = MemoryDisk.empty();
  readonly #clock = { nowMs: 1_800_000_000_000 };
  readonly #effects: Effect[] = [];
  readonly #acknowledged: Acknowledgement[] = [];
  readonly #disk: MemoryDisk;
  readonly #other: FileStore;
  /** A file that could not be written: whoever flushes it is told once. */
  #bad: number | null = null;

  constructor(outcome: FlushOutcome) {
    this.outcome = outcome;
    const before = storeOn(this.#base.seenBy(1), { process: 1, boot: 'boot 1', clock: this.#clock });
    before.tryChange(createAll(['old']));
    before.close();
    this.#disk = this.#base.copy();
    this.#disk.tellEffects((effect) => this.#effects.push(effect));
    this.#other = this.store(3);
  }

  store(process: number): FileStore {
    return storeOn(this.#seenBy(process), {
      ...{ process, boot: 'boot 1', clock: this.#clock, redoLimits: LIMITS },
      isAlive: (other) => other !== this.dies,
      flushFileSystem: (folder) => this.#flush(process, folder),
    });
  }

  async change(store: FileStore, work: Work<unknown>, checkpoint?: 'now'): Promise<void> {
    await store.change(work, checkpoint === undefined ? {} : { checkpoint });
    this.#acknowledge();
    await turns(2);
  }

  survivesPowerCuts(name: string): void {
    const history = historyOn(this.#disk);
    const recording: Recording = {
      ...{ base: this.#base, effects: this.#effects, effectsOfKilled: 0 },
      ...{ acknowledged: this.#acknowledged, history, nowMs: this.#clock.nowMs },
    };
    const counts = sweepRecording(recording, false, REACH, randomFrom(seed));
    say(counts, name);
    expect(counts.states).toBeGreaterThan(100);
  }

  #seenBy(process: number): FileSystem {
    const files = this.#disk.seenBy(process);
    return intercepted(files, (name, call, [descriptor]) => {
      if (name !== 'flush' || typeof descriptor !== 'number') return call();
      if (files.statOpen(descriptor).inode !== this.#bad) return call();
      this.#bad = null;
      throw Object.assign(new Error('EIO: flush'), { code: 'EIO', syscall: 'fsync' });
    });
  }

  /** Somebody else changes a card right before, and another time right after the disk has everything. */
  async #flush(process: number, folder: string): Promise<FlushOutcome> {
    expect(folder).toBe(PATHS.cards);
    this.asked += 1;
    if (this.asked === 1) this.unflushed = unflushedCards(this.#disk, this.#effects);
    this.#changeMeanwhile('before');
    await turns(3);
    if (this.outcome === 'failed') this.#bad = this.#disk.damage(`${PATHS.cards}/b.json`);
    if (this.outcome !== 'not-to-be-had') this.#disk.flushAll();
    if (process === this.dies) return new Promise(() => undefined);
    this.#changeMeanwhile('after');
    return this.outcome;
  }

  #changeMeanwhile(when: string): void {
    this.#other.tryChange(update('a', `Right ${when} flush ${this.asked}`));
    this.#acknowledge();
  }

  #acknowledge(): void {
    this.#acknowledged.push({ after: this.#effects.length, seq: historyOn(this.#disk).length });
  }
}

function unflushedCards(disk: MemoryDisk, effects: readonly Effect[]): readonly string[] {
  const flushed = new Set(effects.flatMap((effect) => (effect.kind === 'flushed' ? [effect.inode] : [])));
  const files = disk.seenBy(99);
  return (files.list(PATHS.cards) ?? []).filter((name) => {
    const inode = files.stat(`${PATHS.cards}/${name}`)?.inode;
    return name !== 'old.json' && inode !== undefined && !flushed.has(inode);
  });
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}
