/**
 * What whoever gives the lock back leaves for others to find, when they have been fenced off or overtaken meanwhile; and
 * when somebody who waits looks who has it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Verdict } from '../../src/disk/holder.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { type Attempt, type TakenLock, tryLock } from '../../src/disk/numbered-lock.ts';
import { removeStaging, Staging } from '../../src/disk/staging.ts';
import { intercepted } from '../model/intercepted.ts';

interface Contender {
  readonly staging: Staging;
  try(verdict?: Verdict): Attempt;
  /** Looks once more, so long after the lock was taken. */
  looksAgain(turnedAwayBy: Attempt, afterMs: number, mayList?: 'may-not-list'): Attempt;
}

const NOW_MS = Date.now();
/** A turn goes on for so long after a lock was taken. */
const TURN_MS = 2;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mosaic-test-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function contender(folder: string, token: string): Contender {
  const staging = Staging.open(nodeFileSystem, join(folder, 'staging'), token, token);
  const { identityPath, identityInode } = staging;
  const settings = {
    ...{ files: nodeFileSystem, folder: join(folder, 'lock'), identityPath, identityInode, resumeAfter: null },
    ...{ wallMs: () => NOW_MS, leaveAloneMs: 0 },
  };
  return {
    staging,
    try: (verdict = 'alive') => tryLock({ ...settings, judge: () => verdict }),
    looksAgain: (turnedAwayBy, afterMs, mayList) =>
      tryLock({
        ...{
          ...settings,
          files: mayList === undefined ? nodeFileSystem : WITHOUT_LISTING,
          wallMs: () => NOW_MS + afterMs,
        },
        ...{ leaveAloneMs: TURN_MS, lastSeen: generationOf(turnedAwayBy), judge: () => 'alive' },
      }),
  };
}

function generationOf(attempt: Attempt): number {
  if (attempt.kind === 'held') return attempt.holder.generation;
  if (attempt.kind === 'left-alone') return attempt.generation;
  throw new Error(`It is ${attempt.kind}.`);
}

/** For while a turn goes on: its holder works in the folder that would be listed. */
const WITHOUT_LISTING = intercepted(nodeFileSystem, (name, call) => {
  if (name === 'list') throw new Error('Somebody has listed the folder.');
  return call();
});

function mustTake(attempt: Attempt): TakenLock {
  if (attempt.kind !== 'taken') throw new Error(`It is ${attempt.kind}.`);
  return attempt.lock;
}

test('a holder that a late fence has hit gives the lock back all the same, and nobody has to wait', () => {
  const folder = newFolder();
  const [one, other] = [contender(folder, 'aa'), contender(folder, 'bb')];
  const lock = mustTake(one.try());
  removeStaging(nodeFileSystem, join(folder, 'staging', 'aa'));
  expect(lock.isHeld()).toBe(true);
  expect(lock.release(false)).toBe(true);
  expect(mustTake(other.try())).toMatchObject({ generation: 2, isCleanStart: false, isAfterTrouble: true });
});

test('whoever has lost the lock marks nothing: that their lines count is for the successor to say', () => {
  const folder = newFolder();
  const [one, other] = [contender(folder, 'aa'), contender(folder, 'bb')];
  const lost = mustTake(one.try());
  const successor = mustTake(other.try('stale'));
  expect(lost.release(false)).toBe(false);
  expect(nodeFileSystem.list(join(folder, 'lock'))?.toSorted()).toEqual(['1', '2']);
  successor.markOver();
  expect(successor.release(true)).toBe(true);
  expect(nodeFileSystem.list(join(folder, 'lock'))?.toSorted()).toEqual(['1', '1.open', '2', '2.free']);
});

test('whoever was turned away leaves a holder alone whose turn goes on, and looks as soon as it is over', () => {
  const folder = newFolder();
  const [one, other] = [contender(folder, 'aa'), contender(folder, 'bb')];
  const lock = mustTake(one.try());
  const turnedAway = other.try();
  expect(other.looksAgain(turnedAway, 1, 'may-not-list')).toEqual({ kind: 'left-alone', generation: 1 });
  expect(other.looksAgain(turnedAway, TURN_MS).kind).toBe('held');
  lock.release(true);
  // It may want the lock again, and takes it under the next number; its file is the same.
  const again = mustTake(one.try());
  expect(other.looksAgain(turnedAway, 1, 'may-not-list')).toEqual({ kind: 'left-alone', generation: 1 });
  again.release(true);
  expect(mustTake(other.looksAgain(turnedAway, TURN_MS)).generation).toBe(3);
});

test('whoever was turned away looks at once where the holder has let go, or the lock that they saw has gone', () => {
  const folder = newFolder();
  const [one, other] = [contender(folder, 'aa'), contender(folder, 'bb')];
  const lock = mustTake(one.try());
  const turnedAway = other.try();
  lock.release(true);
  one.staging.letGo();
  const next = mustTake(other.looksAgain(turnedAway, 1));
  nodeFileSystem.remove(join(folder, 'lock', '1'));
  expect(one.looksAgain(turnedAway, 1)).toMatchObject({ kind: 'held', holder: { generation: next.generation } });
});
