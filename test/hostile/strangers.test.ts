/** What does not belong there: links, pipes, sockets, folders and other people's files in every folder of the store. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { type FileStore, newFileStore } from '../files/file-store.ts';
import { mustRun } from './surroundings.ts';

const FOLDERS = ['cards', 'archive', 'journal', 'index', 'registry.lock', 'staging', 'aside'] as const;

async function storeWithCards(): Promise<{ store: FileStore; backlog: Backlog }> {
  const store = await newFileStore();
  const backlog = await store.open({ actor: 'test' });
  onTestFinished(async () => {
    await backlog.close();
    await store.remove();
  });
  for (const id of ['A', 'B', 'C']) await backlog.create({ id, title: `Card ${id}` });
  await backlog.complete({ id: 'C' });
  await backlog.archive({ olderThanSeconds: 0 });
  return { store, backlog };
}

/** A folder outside of the store, with a file that must stay as it is. */
function outside(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mosaic-test-outside-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret'), 'not yours');
  return folder;
}

function expectUntouched(folder: string): void {
  expect(readdirSync(folder)).toEqual(['secret']);
  expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('not yours');
}

/** Everything a store is for, in a new process that knows nothing yet. */
async function works(store: FileStore): Promise<void> {
  const said = await mustRun(
    `$MOSAIC list --json > /dev/null && $MOSAIC history --json > /dev/null && $MOSAIC stats --json > /dev/null &&
      $MOSAIC create new --title new > /dev/null && $MOSAIC claim new --owner w --json &&
      $MOSAIC complete new --owner w > /dev/null && $MOSAIC archive --older-than 0s > /dev/null`,
    { home: store.mosaicHome },
  );
  expect(said).toContain('"claimOwner":"w"');
}

describe('strangers in the folders are left alone, and everything works beside them', () => {
  test.each(FOLDERS)('%s', { timeout: 30_000 }, async (name) => {
    const { store } = await storeWithCards();
    const secret = outside();
    const folder = join(store.root, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    writeFileSync(join(folder, '.hidden'), 'mine');
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'folder', 'inner'), 'mine');
    symlinkSync(join(secret, 'secret'), join(folder, 'link'));
    symlinkSync(secret, join(folder, 'link-to-folder'));
    symlinkSync('/no/where', join(folder, 'dangling'));
    await mustRun('mkfifo "$MOSAIC_HOME"/pipe && touch -d "2 days ago" "$MOSAIC_HOME"/folder', { home: folder });
    const before = readdirSync(folder);
    await works(store);
    await mustRun('$MOSAIC doctor --fix > /dev/null', { home: store.mosaicHome });
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(before));
    expect(readFileSync(join(folder, 'folder', 'inner'), 'utf8')).toBe('mine');
    expectUntouched(secret);
  });
});

describe('what stands under the name of a card is named, and kept', () => {
  test.each([
    ['a folder', 'mkdir "$MOSAIC_HOME"/fleet/backlog/cards/X.json', 'it is a folder'],
    ['a link', 'ln -s /etc/passwd "$MOSAIC_HOME"/fleet/backlog/cards/X.json', 'it is a link'],
    ['a link to another card', 'ln -s A.json "$MOSAIC_HOME"/fleet/backlog/cards/X.json', 'it is a link'],
    ['a dangling link', 'ln -s /no/where "$MOSAIC_HOME"/fleet/backlog/cards/X.json', 'it is a link'],
    ['a pipe', 'mkfifo "$MOSAIC_HOME"/fleet/backlog/cards/X.json', 'it is a pipe'],
  ])('%s', async (_, make, says) => {
    const { store } = await storeWithCards();
    await mustRun(make, { home: store.mosaicHome });
    expect(await mustRun('$MOSAIC list 2>&1', { home: store.mosaicHome })).toContain(says);
    await works(store);
    const report = JSON.parse(await mustRun('$MOSAIC doctor --fix --json', { home: store.mosaicHome })) as unknown;
    expect(report).toMatchObject({ healthy: true });
    expect(readdirSync(join(store.root, 'aside'))).toEqual(['1.X.json']);
  });
});

describe('a folder of the store that is a link leads nothing out of it', () => {
  test.each(['cards', 'archive', 'journal', 'registry.lock', 'staging'])('%s', async (name) => {
    const { store } = await storeWithCards();
    const secret = outside();
    const home = store.mosaicHome;
    const folder = join(store.root, name);
    const kept = join(store.root, `kept-${name}`);
    renameSync(folder, kept);
    symlinkSync(secret, folder);
    const said = await mustRun(
      'for words in "complete A" "archive --older-than 0s" "claim --owner w"; do $MOSAIC $words 2>&1; done; true',
      { home },
    );
    expect(said).toContain(`${folder} (ENOTDIR)`);
    expect(said).toContain('Look what it is (ls -ld) and move it away');
    expectUntouched(secret);
    expect(await mustRun('$MOSAIC doctor || true', { home })).toContain(folder);
    rmSync(folder);
    renameSync(kept, folder);
    await works(store);
  });

  test('the index is only a cache, so everything works without it', async () => {
    const { store } = await storeWithCards();
    const secret = outside();
    rmSync(join(store.root, 'index'), { recursive: true });
    symlinkSync(secret, join(store.root, 'index'));
    await works(store);
    expect(await mustRun('$MOSAIC doctor --fix || true', { home: store.mosaicHome })).toContain('is a link or a file');
    expectUntouched(secret);
  });
});

describe('whatever has the name of a lock', () => {
  test.each(['mkdir 5', 'ln -s /no/where 5', 'ln -s /etc/passwd 5', 'mkfifo 5', ': > 99999999999999999999'])(
    '%s',
    async (make) => {
      const { store } = await storeWithCards();
      await mustRun(`cd "$MOSAIC_HOME" && rm -f * && ${make}`, { home: join(store.root, 'registry.lock') });
      await works(store);
    },
  );

  test('the highest name there can be is an error, not an endless search for a higher one', async () => {
    const { store } = await storeWithCards();
    const path = join(store.root, 'registry.lock', '9'.repeat(15));
    writeFileSync(path, '');
    const { backlog } = { backlog: await store.open({ actor: 'test' }) };
    await expect(backlog.complete({ id: 'A' })).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    await backlog.close();
    rmSync(path);
    await works(store);
  });
});

test('something that is no file under the name of a journal segment is named', async () => {
  const { store } = await storeWithCards();
  const path = join(store.root, 'journal', '00000002.jsonl');
  mkdirSync(path);
  const said = await mustRun('$MOSAIC list 2>&1; $MOSAIC claim --owner w 2>&1; true', { home: store.mosaicHome });
  expect(said).toContain(path);
  expect(said).toContain('move it away');
  rmSync(path, { recursive: true });
  await works(store);
});

test('a store that a link leads to is a store like any other', async () => {
  const { store } = await storeWithCards();
  const real = join(store.mosaicHome, 'elsewhere');
  renameSync(store.root, real);
  symlinkSync(real, store.root);
  await works(store);
  expect(await mustRun('$MOSAIC doctor', { home: store.mosaicHome })).toContain('healthy');
});
