/** Whoever waits for a card is woken by the first step of a change, and must not miss the last one. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { REDO_LIMITS } from '../../src/backlog/files/recovery/redo-point.ts';
import { FileStore } from '../../src/backlog/files/file-store.ts';
import { storePaths } from '../../src/backlog/files/form/layout.ts';
import { operationsOn } from '../../src/backlog/files/file-backlog.ts';
import { waitFor } from '../../src/backlog/waiting.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { systemClock } from '../../src/host/clock.ts';
import { currentIdentity } from '../../src/host/process-identity.ts';
import { newFileStore } from './file-store.ts';

test('a waiter that looked when the change was under way looks again soon, though nothing tells it to', async () => {
  const folder = await newFileStore();
  onTestFinished(() => folder.remove());
  const paths = storePaths(folder.mosaicHome);
  mkdirSync(paths.journal, { recursive: true });
  const store = new FileStore({
    ...{ files: nodeFileSystem, paths, clock: systemClock, identity: currentIdentity(), livenessOf: () => 'alive' },
    ...{
      newToken: () => 'abc',
      durable: true,
      staleMs: 60_000,
      spareAfterMs: 250,
      redoLimits: REDO_LIMITS,
      flushFileSystem: async () => 'not-to-be-had' as const,
      actor: 'test',
      sleep: async () => undefined,
    },
    random: () => 0.5,
  });
  let isDone = false;
  let looks = 0;
  const limits = { waitSeconds: 30, signal: undefined };
  const attempt = async (): Promise<string | null> => {
    looks += 1;
    return isDone ? 'the card' : null;
  };
  const waiting = waitFor(operationsOn(store), attempt, limits);
  await sleep(50);
  const before = looks;
  appendFileSync(`${paths.journal}/00000001.jsonl`, 'the first step');
  await sleep(20);
  isDone = true;
  // Without an event it looks once a second.
  const late = sleep(700).then(() => 'too late');
  expect(await Promise.race([waiting, late])).toBe('the card');
  expect(before).toBeLessThan(4);
});
