/** A file store and a person (or an agent) at its files, with no regard for the program. */
import { readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestAPI } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { type FileStore, newFileStore } from './file-store.ts';

export interface ByHand {
  readonly store: FileStore;
  /** A handle that stays open while somebody is at the files. */
  readonly backlog: Backlog;
}

export const byHand: TestAPI<ByHand> = test.extend<ByHand>({
  // vitest wants the pattern even of a fixture that needs no other
  // oxlint-disable-next-line no-empty-pattern
  store: async ({}, use) => {
    const store = await newFileStore();
    await use(store);
    await store.remove();
  },
  backlog: async ({ store }, use) => {
    const backlog = await store.open({ actor: 'program' });
    await use(backlog);
    await backlog.close();
  },
});

export function cardPath(store: FileStore, name: string): string {
  return join(store.root, 'cards', name);
}

export function readCard(store: FileStore, name: string): Record<string, unknown> {
  const card: unknown = JSON.parse(readFileSync(cardPath(store, name), 'utf8'));
  if (typeof card !== 'object' || card === null) throw new Error(`${name} holds no object.`);
  return { ...card };
}

/** The ways in which a file gets other content. */
export const WAYS_TO_WRITE: Readonly<Record<string, (path: string, content: string) => void>> = {
  'written over in place': (path, content) => writeFileSync(path, content),
  'replaced, as most editors save': (path, content) => {
    writeFileSync(`${path}.new~`, content);
    renameSync(`${path}.new~`, path);
  },
};

/** Every file under `folder` with its content, and every folder: what it takes to see that nothing was written. */
export function tree(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const path = join(folder, name);
    found.set(name, statSync(path).isDirectory() ? 'folder' : readFileSync(path, 'latin1'));
  }
  return found;
}
