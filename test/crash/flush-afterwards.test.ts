/**
 * Cards that a checkpoint leaves to be flushed when the lock has been given back: whatever a power cut leaves of them, and
 * of what others do meanwhile, every promise holds.
 */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Work } from '../../src/backlog/files/file-store.ts';
import type { RedoLimits } from '../../src/backlog/files/recovery/redo-point.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { updateCard } from '../../src/backlog/operations/one-card.ts';
import { randomFrom } from '../data/generated.ts';
import type { Effect } from '../model/effect.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';
import { say, seed, sweepRecording } from './every-state.ts';
import { type Acknowledgement, historyOn, PATHS, type Recording, storeOn } from './scenario.ts';
import type { Reach } from './survivors.ts';

const REACH: Reach = { exhaustUpTo: 32, draws: 8, oneIn: 16 };
/** The system would write for so long by itself that nothing but these numbers has any card flushed. */
const LIMITS: RedoLimits = { records: 3, waitMs: 1_000_000, mostRecords: 8 };
const MANY = ['a', 'b', 'c', 'd', 'e', 'f'];

type Change = (work: Work<unknown>, checkpoint?: 'now') => Promise<void>;

const many: Work<unknown> = (transaction) => {
  for (const id of MANY) createCard(transaction, { id, title: 'One of many' });
};
const updated =
  (id: string): Work<unknown> =>
  (transaction) =>
    updateCard(transaction, { id, title: 'Changed since' });

const stories: Readonly<Record<string, (change: Change) => Promise<void>>> = {
  'a change of many cards': async (change) => {
    await change(many, 'now');
    await change(updated('c'));
    await change(updated('d'), 'now');
  },
  'change after change': async (change) => {
    for (const id of MANY) await change((transaction) => createCard(transaction, { id, title: 'One more' }), 'now');
    for (const id of MANY.slice(0, 3)) await change(updated(id), 'now');
  },
};

describe.each(Object.entries(stories))('%s', (name, story) => {
  test.each([
    ['is had', true],
    ['cannot be had', false],
  ])('survives a power cut where a flush of everything %s', { timeout: 600_000 }, async (which, isHad) => {
    const { recording, asked } = await recorded(story, isHad);
    const counts = sweepRecording(recording, false, REACH, randomFrom(seed));
    say(counts, `${name}, where a flush of everything ${which}`);
    expect(counts.states).toBeGreaterThan(100);
    // Where it cannot be had, nobody asks again.
    if (isHad) expect(asked).toBeGreaterThanOrEqual(1);
    else expect(asked).toBe(1);
  });
});

test('a change of many cards flushes none of them under the lock', async () => {
  const { unflushed } = await recorded((change) => change(many, 'now'), true);
  expect(unflushed).toEqual(MANY.map((id) => `${id}.json`));
});

interface Recorded {
  readonly recording: Recording;
  /** How often a flush of everything was asked for. */
  readonly asked: number;
  /** Files of cards that were not flushed when that was asked for first, but for the one that was there before. */
  readonly unflushed: readonly string[];
}

async function recorded(story: (change: Change) => Promise<void>, isHad: boolean): Promise<Recorded> {
  const base = MemoryDisk.empty();
  const clock = { nowMs: 1_800_000_000_000 };
  const before = storeOn(base.seenBy(1), { process: 1, boot: 'boot 1', clock });
  before.tryChange((transaction) => createCard(transaction, { id: 'old', title: 'There before' }));
  before.close();

  const disk = base.copy();
  const effects: Effect[] = [];
  const acknowledged: Acknowledgement[] = [];
  disk.tellEffects((effect) => effects.push(effect));
  const acknowledge = (): void => void acknowledged.push({ after: effects.length, seq: historyOn(disk).length });
  const terms = { boot: 'boot 1', clock, isAlive: () => true, redoLimits: LIMITS };
  const other = storeOn(disk.seenBy(3), { ...terms, process: 3 });
  let asked = 0;
  let unflushed: readonly string[] = [];
  const meanwhile = (title: string): void => {
    other.tryChange((transaction) => updateCard(transaction, { id: 'a', title }));
    acknowledge();
  };
  const store = storeOn(disk.seenBy(2), {
    ...{ ...terms, process: 2 },
    async flushFileSystem(folder) {
      expect(folder).toBe(PATHS.cards);
      asked += 1;
      if (asked === 1) unflushed = unflushedCards(disk, effects);
      meanwhile(`Before flush ${asked}`);
      await turns(3);
      if (isHad) disk.flushAll();
      meanwhile(`After flush ${asked}`);
      return isHad;
    },
  });
  await story(async (work, checkpoint) => {
    await store.change(work, checkpoint === undefined ? {} : { checkpoint });
    acknowledge();
    await turns(2);
  });
  store.close();
  other.close();
  const history = historyOn(disk);
  const recording = { base, effects, effectsOfKilled: 0, acknowledged, history, nowMs: clock.nowMs };
  return { recording, asked, unflushed };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}

function unflushedCards(disk: MemoryDisk, effects: readonly Effect[]): readonly string[] {
  const flushed = new Set(effects.flatMap((effect) => (effect.kind === 'flushed' ? [effect.inode] : [])));
  const files = disk.seenBy(99);
  return (files.list(PATHS.cards) ?? []).filter((name) => {
    const inode = files.stat(`${PATHS.cards}/${name}`)?.inode;
    return name !== 'old.json' && inode !== undefined && !flushed.has(inode);
  });
}
