/**
 * Somebody puts a card into the folder, or takes one away, while a process is in the middle of a change: at every call
 * that the change makes. The next command knows of it; but for the moment between our rename and the folder's new time,
 * when nothing tells their hand from ours: then every command that looks at all cards does.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REDO_LIMITS } from '../../src/backlog/files/recovery/redo-point.ts';
import type { ChangeTerms } from '../../src/backlog/files/file-store.ts';
import { FileStore } from '../../src/backlog/files/file-store.ts';
import { storePaths } from '../../src/backlog/files/form/layout.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { systemClock } from '../../src/host/clock.ts';
import { currentIdentity } from '../../src/host/process-identity.ts';
import { intercepted } from '../model/intercepted.ts';
import { cardPath } from './by-hand.ts';
import { type FileStore as Folder, newFileStore } from './file-store.ts';

/** The rename, and each setting of the folder's time. */
const MOMENT_CALLS = 3;

const CHANGES: Readonly<Record<string, Partial<ChangeTerms>>> = {
  'a change': {},
  'a change with a checkpoint': { checkpoint: 'now' },
};

/** The kernel's time for what the person did may happen to be the very one of the commit, once, not again and again. */
const TRIES = 4;

for (const [what, terms] of Object.entries(CHANGES)) {
  test(`amid ${what}, what is done by hand is known to the next command`, { timeout: 120_000 }, async () => {
    const missed: number[] = [];
    let calls = Number.POSITIVE_INFINITY;
    for (let at = 1; at <= calls; at += 1) {
      let isKnown = false;
      for (let tries = 0; tries < TRIES && !isKnown; tries += 1) ({ calls, isKnown } = await amid(terms, at));
      if (!isKnown) missed.push(at);
    }
    expect(calls).toBeGreaterThan(30);
    expect(missed.length, `not known at once: at the calls ${missed.join(', ')}`).toBeLessThanOrEqual(MOMENT_CALLS);
  });
}

/** @returns whether the next command knew of what was done before the call of that number */
async function amid(terms: Partial<ChangeTerms>, at: number): Promise<{ calls: number; isKnown: boolean }> {
  const folder = await newFileStore();
  const backlog = await folder.open({ actor: 'test' });
  for (const id of ['A', 'gone']) await backlog.create({ id, title: id });
  await backlog.complete({ id: 'gone' });
  await backlog.update({ id: 'A', title: 'The last change' });
  await backlog.close();
  const calls = change(folder, terms, at);
  const next = await folder.open({ actor: 'next' });
  const claimed = await next.claim({ owner: 'w' });
  if (at <= calls) {
    const listed = (await next.list()).cards.map(({ id }) => id);
    expect(listed, `at call ${at} of ${calls}`).toContain('new');
    const kinds = (await next.history()).map(({ kind, id }) => `${kind} ${id}`);
    expect(kinds, `at call ${at} of ${calls}`).toEqual(expect.arrayContaining(['edited new', 'deleted gone']));
  }
  await next.close();
  await folder.remove();
  return { calls, isKnown: at > calls || claimed?.id === 'new' };
}

/** @returns how many calls the change made; before the one of that number a person was at the files */
function change(folder: Folder, terms: Partial<ChangeTerms>, at: number): number {
  let calls = 0;
  const files = intercepted(nodeFileSystem, (_, call) => {
    calls += 1;
    if (calls === at) {
      writeFileSync(cardPath(folder, 'new.json'), JSON.stringify({ id: 'new', title: 'By hand', priority: 9 }));
      rmSync(cardPath(folder, 'gone.json'));
    }
    return call();
  });
  const store = new FileStore({
    ...{ files, paths: storePaths(folder.mosaicHome), clock: systemClock, identity: currentIdentity() },
    ...{
      livenessOf: () => 'alive' as const,
      newToken: () => `abc${at}`,
      durable: true,
      staleMs: 60_000,
      spareAfterMs: 250,
      redoLimits: REDO_LIMITS,
      flushFileSystem: async () => 'not-to-be-had' as const,
    },
    ...{ actor: 'test', sleep: async () => undefined, random: () => 0.5 },
  });
  store.tryChange((transaction) => {
    const card = transaction.card('A');
    if (card !== null) transaction.put({ ...card, rev: card.rev + 1 }, { kind: 'updated', by: null, reason: null });
  }, terms);
  store.close();
  return calls;
}
