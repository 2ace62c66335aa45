/** The folder with the cards had gone and was restored from the journal; then the power goes, and every card is there. */
import { expect, test } from 'vitest';
import { createCard } from '../../src/backlog/operations/create.ts';
import { randomFrom } from '../data/generated.ts';
import type { Effect } from '../model/effect.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';
import { say, seed, sweepRecording } from './every-state.ts';
import { historyOn, PATHS, storeOn } from './scenario.ts';
import type { Reach } from './survivors.ts';

const REACH: Reach = { exhaustUpTo: 64, draws: 200, oneIn: 1 };

test.each(['now', 'thorough'] as const)(
  'cards that were restored survive a power cut, with a checkpoint %s',
  { timeout: 600_000 },
  (checkpoint) => {
    const base = MemoryDisk.empty();
    const clock = { nowMs: 1_800_000_000_000 };
    const before = storeOn(base.seenBy(1), { process: 1, boot: 'boot 1', clock });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
      before.tryChange((transaction) => createCard(transaction, { id, title: `Card ${id}` }), {
        checkpoint: 'thorough',
      });
    }
    before.close();

    const disk = base.copy();
    const effects: Effect[] = [];
    disk.tellEffects((effect) => effects.push(effect));
    const stranger = disk.seenBy(99);
    for (const name of stranger.list(PATHS.cards) ?? []) stranger.remove(`${PATHS.cards}/${name}`);
    stranger.removeFolder(PATHS.cards);
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
