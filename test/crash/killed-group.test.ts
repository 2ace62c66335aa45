/** Whoever is killed amid a group leaves all of its changes done, or none begun, and those that follow know which. */
import { expect, test } from 'vitest';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import type { FileStore } from '../../src/backlog/files/file-store.ts';
import { readHistory } from '../../src/backlog/files/history.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { updateCard } from '../../src/backlog/operations/one-card.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';
import { killedAtEachCall } from './misfortune.ts';
import { historyOn, PATHS, storeOn } from './scenario.ts';

const GROUP = ['a', 'b', 'c'];
const clock = { nowMs: 1_800_000_000_000 };

function began(): MemoryDisk {
  const disk = MemoryDisk.empty();
  const store = storeOn(disk.seenBy(1), { process: 1, boot: 'boot', clock });
  store.tryChange((transaction) => GROUP.map((id) => createCard(transaction, { id, title: 'Before' })));
  store.close();
  return disk;
}

function updateAll(files: FileSystem): void {
  storeOn(files, { process: 2, boot: 'boot', clock }).tryChange((transaction) => {
    for (const id of GROUP) {
      updateCard(transaction, { id, title: 'After' });
      transaction.endChange();
    }
  });
}

function titles(store: FileStore): readonly (string | undefined)[] {
  const found = store.tryChange((transaction) => GROUP.map((id) => transaction.card(id)?.title));
  if (found.kind !== 'done') throw new Error('The lock is not to be had.');
  return found.value;
}

test('killed at any call, all of the group is there or nothing, in the cards and in the history', () => {
  const seen = new Set<string>();
  for (const disk of killedAtEachCall(began(), updateAll)) {
    const next = storeOn(disk.seenBy(3), { process: 3, boot: 'boot', clock });
    const [title] = titles(next);
    expect(titles(next)).toEqual(GROUP.map(() => title));
    next.close();
    const kinds = historyOn(disk).map(({ kind }) => kind);
    expect(kinds).toEqual([...GROUP.map(() => 'created'), ...(title === 'After' ? GROUP.map(() => 'updated') : [])]);
    seen.add(String(title));
  }
  expect([...seen].toSorted()).toEqual(['After', 'Before']);
});

test('while a successor may still seal the group off, a reader passes none of it on', () => {
  const passedOn = new Set<number>();
  for (const disk of killedAtEachCall(began(), updateAll)) {
    const held = [...(disk.seenBy(4).list(PATHS.lock) ?? [])].filter((name) => !name.includes('.')).map(Number);
    const generation = Math.max(...held);
    const isOver = disk.seenBy(4).stat(`${PATHS.lock}/${generation}.free`) !== null;
    // Somebody has the next lock, and has not sealed yet.
    if (!isOver) disk.seenBy(4).link(`${PATHS.lock}/${generation}`, `${PATHS.lock}/${generation + 1}`);
    const { length } = [...readHistory(disk.seenBy(5), PATHS, 0)];
    expect([3, 6]).toContain(length);
    passedOn.add(isOver ? length : -length);
  }
  // Those of the dead holder wait; those of one that gave the lock back do not.
  expect([...passedOn].toSorted((a, b) => a - b)).toEqual([-3, 3, 6]);
});
