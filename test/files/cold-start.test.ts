/** What a command has to read before it can begin does not grow with the years. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { REDO_LIMITS } from '../../src/backlog/files/recovery/redo-point.ts';
import { FileStore } from '../../src/backlog/files/file-store.ts';
import { storePaths } from '../../src/backlog/files/form/layout.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { systemClock } from '../../src/host/clock.ts';
import { currentIdentity, type ProcessIdentity } from '../../src/host/process-identity.ts';
import { given } from '../contract/given.ts';
import { intercepted } from '../model/intercepted.ts';
import { byHand as it } from './by-hand.ts';

/** How often a process that begins lists the journal's folder. */
async function listings(mosaicHome: string, identity: ProcessIdentity = currentIdentity()): Promise<number> {
  const paths = storePaths(mosaicHome);
  let count = 0;
  const files = intercepted(nodeFileSystem, (name, call, [path]) => {
    if (name === 'list' && path === paths.journal) count += 1;
    return call();
  });
  const store = new FileStore({
    ...{ files, paths, clock: systemClock, identity, actor: null, durable: true },
    ...{
      staleMs: 60_000,
      spareAfterMs: 0,
      redoLimits: REDO_LIMITS,
      flushFileSystem: async () => 'not-to-be-had' as const,
      livenessOf: () => 'unknown',
      newToken: () => 'abcd',
    },
    ...{ sleep: async () => undefined, random: Math.random },
  });
  await store.read(() => null, 'usual');
  store.close();
  return count;
}

it('the journal is not listed, however many segments it has', async ({ store, backlog }) => {
  await given(backlog, { id: 'A' });
  await backlog.doctor({ fix: true });
  await given(backlog, { id: 'B' });
  await backlog.close();
  expect(await listings(store.mosaicHome)).toBe(0);
});

it('the journal is listed when somebody has made or removed one of its files', async ({ store, backlog }) => {
  await given(backlog, { id: 'A' });
  await backlog.doctor({ fix: true });
  await backlog.close();
  const stray = join(store.root, 'journal', 'stray');
  writeFileSync(stray, '');
  expect(await listings(store.mosaicHome)).toBe(1);
  rmSync(stray);
  expect(await listings(store.mosaicHome)).toBe(1);
});

it('the journal is listed after a reboot: of what was not flushed, names may be missing', async ({
  store,
  backlog,
}) => {
  await given(backlog, { id: 'A' });
  await backlog.doctor({ fix: true });
  await backlog.close();
  expect(await listings(store.mosaicHome, { ...currentIdentity(), bootId: 'another' })).toBe(1);
});
