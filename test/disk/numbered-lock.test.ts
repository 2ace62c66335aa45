/** What whoever gives the lock back leaves for others to find, when they have been fenced off or overtaken meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Verdict } from '../../src/disk/holder.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { type Attempt, type TakenLock, tryLock } from '../../src/disk/numbered-lock.ts';
import { removeStaging, Staging } from '../../src/disk/staging.ts';

interface Contender {
  readonly staging: Staging;
  try(verdict?: Verdict): Attempt;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mosaic-test-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function contender(folder: string, token: string): Contender {
  const staging = Staging.open(nodeFileSystem, join(folder, 'staging'), token, token);
  const { identityPath, identityInode } = staging;
  return {
    staging,
    try: (verdict = 'alive') =>
      tryLock({
        ...{ files: nodeFileSystem, folder: join(folder, 'lock'), identityPath, identityInode },
        ...{ resumeAfter: null, wallMs: () => Date.now(), leaveAloneMs: 0, judge: () => verdict },
      }),
  };
}

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
