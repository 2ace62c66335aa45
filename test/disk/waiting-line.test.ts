/** Who waits for the lock, and in which order. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { Staging } from '../../src/disk/staging.ts';
import { WaitingLine } from '../../src/disk/waiting-line.ts';

const NOW_MS = 1_800_000_000_000;

let root: string;
let lock: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mosaic-test-line-'));
  lock = join(root, 'lock');
  mkdirSync(lock);
});
afterEach(() => rmSync(root, { recursive: true }));

const newLine = (): WaitingLine => new WaitingLine(nodeFileSystem, lock);
const stagingOf = (token: string): Staging => Staging.open(nodeFileSystem, join(root, 'staging'), token, '{}');

test('whoever has waited longest is first, and keeps the place while looking again', () => {
  const [first, second, third] = [newLine(), newLine(), newLine()];
  expect(first.join(stagingOf('c'), NOW_MS)).toBe(0);
  expect(second.join(stagingOf('a'), NOW_MS + 1)).toBe(1);
  expect(third.join(stagingOf('b'), NOW_MS + 1)).toBe(2);
  expect(second.join(stagingOf('d'), NOW_MS + 50)).toBe(1);
  first.leave();
  expect(second.join(stagingOf('e'), NOW_MS + 60)).toBe(0);
  expect(third.join(stagingOf('f'), NOW_MS + 60)).toBe(1);
});

test('whoever has left it, or stands in it alone, sees no others', () => {
  const [one, other] = [newLine(), newLine()];
  expect(one.hasOthers(NOW_MS)).toBe(false);
  one.join(stagingOf('a'), NOW_MS);
  expect(one.hasOthers(NOW_MS)).toBe(false);
  expect(other.hasOthers(NOW_MS)).toBe(true);
  one.leave();
  expect(other.hasOthers(NOW_MS)).toBe(false);
  expect(readdirSync(lock)).toEqual([]);
});

test('a place that was left behind by somebody dead is taken away after a while', () => {
  newLine().join(stagingOf('a'), NOW_MS);
  const line = newLine();
  expect(line.hasOthers(NOW_MS + 9000)).toBe(true);
  expect(line.hasOthers(NOW_MS + 11_000)).toBe(false);
  expect(readdirSync(lock)).toEqual([]);
});

test('so is one from a future that a clock has come back from', () => {
  newLine().join(stagingOf('a'), NOW_MS + 60_000);
  expect(newLine().join(stagingOf('b'), NOW_MS)).toBe(0);
});

test('whoever has lost the place stands at the end again', () => {
  const [slow, other] = [newLine(), newLine()];
  slow.join(stagingOf('a'), NOW_MS);
  expect(other.join(stagingOf('b'), NOW_MS + 11_000)).toBe(0);
  expect(slow.join(stagingOf('c'), NOW_MS + 11_001)).toBe(1);
});

test('names of others are nobody in the line', () => {
  for (const name of ['41', '41.free', 'wait.1.a', 'wait.1800000000000.', 'notes.txt'])
    writeFileSync(join(lock, name), '');
  expect(newLine().join(stagingOf('a'), NOW_MS)).toBe(0);
  expect(readdirSync(lock)).toHaveLength(6);
});
