/**
 * With relaxed durability a power cut may take what was acknowledged. It takes nothing else: what is left can be read and
 * worked with, each card is in a state it once had or is named as damaged, and a second recovery finds the same.
 */
import { expect, test } from 'vitest';
import type { FileTransaction } from '../../src/backlog/files/transaction/file-transaction.ts';
import type { CardRecord } from '../../src/backlog/files/form/card-record.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { mustGet } from '../../src/backlog/operations/one-card.ts';
import { MosaicError } from '../../src/errors.ts';
import { randomFrom } from '../data/generated.ts';
import type { MemoryDisk } from '../model/memory-filesystem.ts';
import { DEEP, say, seed } from './every-state.ts';
import { record, storeOn } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import type { Reach } from './survivors.ts';
import { sweep } from './sweep.ts';

const REACH: Reach = DEEP ? { exhaustUpTo: 1024, draws: 500, oneIn: 1 } : { exhaustUpTo: 32, draws: 4, oneIn: 20 };

test.each(scenarios.filter(({ byHand }) => byHand !== true))(
  'whatever a power cut leaves amid $name, it can be worked with',
  { timeout: 3_600_000 },
  (scenario) => {
    const recording = record(scenario, { relaxed: true });
    if (recording === null) throw new Error('There is nothing.');
    const { base, effects, history, nowMs } = recording;
    const counts = sweep({
      base,
      effects,
      reach: REACH,
      random: randomFrom(seed),
      seen: new Set(),
      promiseAt: () => '',
      verify: (survived) => verify(survived, history, nowMs),
    });
    say({ ...counts, again: 0 }, scenario.name);
    expect(counts.states).toBeGreaterThan(200);
  },
);

function verify(disk: MemoryDisk, history: readonly CardRecord[], nowMs: number): void {
  const clock = { nowMs };
  const first = look(disk, 10, 'boot 2', clock, history);
  const second = look(disk, 11, 'boot 3', clock, history);
  expect(second, 'what a second recovery finds').toEqual(first);

  const store = storeOn(disk.seenBy(12), { process: 12, boot: 'boot 3', clock });
  store.tryChange((transaction) => createCard(transaction, { id: 'new', title: 'After the power cut' }));
  store.close();
  const reader = storeOn(disk.seenBy(13), { process: 13, boot: 'boot 3', clock });
  const found = reader.tryChange((transaction) => mustGet(transaction, 'new').title);
  expect(found).toEqual({ kind: 'done', value: 'After the power cut' });
  reader.close();
}

/** By id, each card's content, or that it is damaged, or null. */
function look(
  disk: MemoryDisk,
  process: number,
  boot: string,
  clock: { nowMs: number },
  history: readonly CardRecord[],
): Readonly<Record<string, string | null>> {
  const store = storeOn(disk.seenBy(process), { process, boot, clock });
  const attempt = store.tryChange((transaction) => {
    const cards: Record<string, string | null> = {};
    for (const { id } of history) {
      const now = contentOrDamage(transaction, id);
      cards[id] = now;
      if (now === null || now === 'damaged') continue;
      const states = history.filter((one) => one.id === id && one.card !== null).map((one) => contentOf(one.card));
      expect(states, `card ${id} in a state it never had`).toContain(now);
    }
    return cards;
  });
  store.close();
  if (attempt.kind !== 'done') throw new Error('Nobody is alive, and the lock is not to be had.');
  return attempt.value;
}

function contentOrDamage(transaction: FileTransaction, id: string): string | null {
  try {
    const card = transaction.card(id);
    return card === null ? null : contentOf(card);
  } catch (error) {
    if (error instanceof MosaicError && error.code === 'CARD_DAMAGED') return 'damaged';
    throw error;
  }
}

/** Without what taking up a file as an edit changes. */
function contentOf(card: CardRecord['card']): string {
  return JSON.stringify({ ...card, rev: 0, updatedAt: '' });
}
