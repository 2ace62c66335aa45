/** The folder with the cards had gone and is restored from the journal, whole or not at all, and for good. */
import { expect, test } from 'vitest';
import type { FileStore } from '../../src/backlog/files/file-store.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { randomFrom } from '../data/generated.ts';
import type { Effect } from '../model/effect.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';
import { say, seed, sweepRecording } from './every-state.ts';
import { killedAtEachCall } from './misfortune.ts';
import { historyOn, PATHS, storeOn } from './scenario.ts';
import type { Reach } from './survivors.ts';

const REACH: Reach = { exhaustUpTo: 64, draws: 200, oneIn: 1 };

test.each(['now', 'thorough'] as const)(
  'cards that were restored survive a power cut, with a checkpoint %s',
  { timeout: 600_000 },
  (checkpoint) => {
    const { base, clock } = sevenCards();
    const disk = base.copy();
    const effects: Effect[] = [];
    disk.tellEffects((effect) => effects.push(effect));
    removeCards(disk);
    const store = storeOn(disk.seenBy(2), { process: 2, boot: 'boot 1', clock });
    const restored = store.tryChange(() => null, { thoroughness: 'thorough', checkpoint, cardsFolder: 'restore' });
    store.close();
    expect(restored.kind).toBe('done');

    const history = historyOn(disk);
    const { length } = effects;
    const acknowledged = [{ after: length, seq: history.length }];
    const recording = { base, effects, effectsOfKilled: length, acknowledged, history, nowMs: clock.nowMs };
    const counts = sweepRecording(recording, false, REACH, randomFrom(seed));
    say(counts, `restored, ${checkpoint}`);
    expect(counts.states).toBeGreaterThan(3);
  },
);

test('whoever is killed amid it leaves the folder for the next one to restore, with every card', () => {
  const { base, clock } = sevenCards();
  removeCards(base);
  let kills = 0;
  for (const disk of killedAtEachCall(base, (files) => {
    restore(storeOn(files, { process: 2, boot: 'boot 1', clock }));
  })) {
    kills += 1;
    const next = storeOn(disk.seenBy(3), { process: 3, boot: 'boot 1', clock });
    restore(next);
    const found = next.tryChange((transaction) => transaction.known().map(({ id, status }) => `${id} ${status}`));
    expect(found, `killed before call ${kills}`).toEqual({
      kind: 'done',
      value: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => `${id} ready`),
    });
    next.close();
  }
  expect(kills).toBeGreaterThan(50);
});

interface Cards {
  readonly base: MemoryDisk;
  readonly clock: { nowMs: number };
}

function sevenCards(): Cards {
  const base = MemoryDisk.empty();
  const clock = { nowMs: 1_800_000_000_000 };
  const store = storeOn(base.seenBy(1), { process: 1, boot: 'boot 1', clock });
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
    store.tryChange((transaction) => createCard(transaction, { id, title: `Card ${id}` }), { checkpoint: 'thorough' });
  }
  store.close();
  return { base, clock };
}

function removeCards(disk: MemoryDisk): void {
  const stranger = disk.seenBy(99);
  for (const name of stranger.list(PATHS.cards) ?? []) stranger.remove(`${PATHS.cards}/${name}`);
  stranger.removeFolder(PATHS.cards);
}

function restore(store: FileStore): void {
  store.tryChange(() => null, { thoroughness: 'thorough', checkpoint: 'thorough', cardsFolder: 'restore' });
}
