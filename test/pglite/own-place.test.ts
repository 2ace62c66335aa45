/**
 * The embedded store stands where our own is to be: it makes room when all is read, and is never lost. The program is
 * killed between the steps; then either all is as it was, or done, or the next import finishes it.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { openBacklog } from '../../src/backlog/open.ts';
import { Mosaic, newFolder } from '../cli/mosaic.ts';
import { embeddedStoreAt, ENUM, imprint, TABLE } from './embedded-store.ts';

// PGlite takes seconds to make a store, and more where others compute, too.
vi.setConfig({ testTimeout: 180_000 });

const TWO = `insert into backlog (id, title, depends_on) values ('A1', 'First', '{}'), ('A2', 'Second', '{A1}')`;

class OldHome extends Mosaic {
  readonly fleet: string = join(this.home, 'fleet');
  readonly root: string = join(this.fleet, 'backlog');

  /** With an embedded store in the place of ours. */
  static async with(...statements: readonly string[]): Promise<OldHome> {
    const mosaic = new OldHome();
    mkdirSync(mosaic.fleet);
    await embeddedStoreAt(mosaic.root, ENUM, TABLE, ...statements);
    return mosaic;
  }

  import(...words: readonly string[]): Promise<unknown> {
    return this.json(['import', '--pglite', this.root, ...words]);
  }

  async importAndDie(at: string, when: 'before' | 'after'): Promise<void> {
    const preload = fileURLToPath(new URL('programs/die-at-rename.cjs', import.meta.url));
    const env = { NODE_OPTIONS: `--require=${preload}`, DIE_AT: at, DIE_WHEN: when, TMPDIR: newFolder() };
    const { status, stdout } = await this.backlog(['import', '--pglite', this.root], { env });
    expect({ status, stdout }).toEqual({ status: null, stdout: '' });
  }

  async ids(): Promise<readonly string[]> {
    const backlog = await openBacklog({ mosaicHome: this.home });
    const { cards } = await backlog.list();
    await backlog.close();
    return cards.map(({ id }) => id);
  }
}

describe('an embedded store in our place', () => {
  it('is put aside, byte for byte, and the backlog has its cards', async () => {
    const mosaic = await OldHome.with(TWO);
    const before = imprint(mosaic.root);
    const answer = await mosaic.backlog(['import', '--pglite', mosaic.root]);
    expect(answer).toEqual({
      status: 0,
      stdout: `Imported: 2 new.\nThe embedded store made room and stays in ${mosaic.root}.pglite.\n`,
      stderr: '',
    });
    expect(readdirSync(mosaic.fleet).toSorted()).toEqual(['backlog', 'backlog.pglite']);
    expect(imprint(`${mosaic.root}.pglite`)).toEqual(before);
    expect(await mosaic.json(['claim', '--owner', 'coder0'])).toMatchObject({ id: 'A1' });
    expect(await mosaic.json(['doctor'])).toMatchObject({ healthy: true, cards: 2 });
    const again = await mosaic.backlog(['import', '--pglite', mosaic.root]);
    expect(again).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`import --pglite ${mosaic.root}.pglite`),
    });
  });

  it('takes a name that is free, and may hold no card at all', async () => {
    const mosaic = await OldHome.with();
    mkdirSync(`${mosaic.root}.pglite`);
    expect(await mosaic.import()).toMatchObject({ created: [], setAside: `${mosaic.root}.pglite-2` });
    expect(readdirSync(`${mosaic.root}.pglite`)).toEqual([]);
    expect(await mosaic.ids()).toEqual([]);
  });

  it('stays where it is under --dry-run, and where a card is refused', async () => {
    const mosaic = await OldHome.with(TWO);
    const before = imprint(mosaic.fleet);
    expect(await mosaic.import('--dry-run')).toMatchObject({ created: ['A1', 'A2'], dryRun: true, setAside: null });
    expect(imprint(mosaic.fleet)).toEqual(before);
    const bad = await OldHome.with(TWO, `update backlog set depends_on = '{A2}' where id = 'A1'`);
    const store = imprint(bad.root);
    const refused = await bad.backlog(['import', '--pglite', bad.root, '--json']);
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'IMPORT_REFUSED' } });
    expect(imprint(bad.root)).toEqual(store);
    expect(readdirSync(bad.fleet)).toEqual(['backlog']);
  });

  it('is brought over by one of several imports at once', async () => {
    const mosaic = await OldHome.with(TWO);
    const words = ['import', '--pglite', mosaic.root, '--json'];
    const answers = await Promise.all([1, 2, 3].map(() => mosaic.backlog(words)));
    expect(answers.filter(({ status }) => status === 0)).toHaveLength(1);
    expect(await mosaic.ids()).toEqual(['A1', 'A2']);
    expect(readdirSync(mosaic.fleet).toSorted()).toEqual(['backlog', 'backlog.pglite']);
  });
});

describe('an import that is killed', () => {
  it.each([
    ['before it has begun to move', 'backlog.moving', 'before'],
    ['when it has begun', 'backlog.moving', 'after'],
    ['before the old store goes', 'backlog.pglite', 'before'],
  ] as const)('%s leaves the old store in its place, and the next one begins again', async (_, at, when) => {
    const mosaic = await OldHome.with(TWO);
    const before = imprint(mosaic.root);
    await mosaic.importAndDie(at, when);
    expect(imprint(mosaic.root)).toEqual(before);
    await expect(mosaic.ids()).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
    await finishes(mosaic, before);
  });

  it('when neither store is in its place does not show an empty backlog, and the next one finishes', async () => {
    const mosaic = await OldHome.with(TWO);
    const before = imprint(mosaic.root);
    await mosaic.importAndDie('backlog.pglite', 'after');
    expect(existsSync(mosaic.root)).toBe(false);
    const lost = await mosaic.backlog(['create', 'N', '--title', 'N', '--json']);
    expect(JSON.parse(lost.stderr)).toMatchObject({
      error: { code: 'STORE_FOREIGN', hint: expect.stringContaining(`import --pglite ${mosaic.root}`) },
    });
    expect(await mosaic.import('--dry-run')).toMatchObject({ created: ['A1', 'A2'] });
    expect(existsSync(mosaic.root)).toBe(false);
    await finishes(mosaic, before);
  });

  it('when all is in its place has done its work, and the next one says so', async () => {
    const mosaic = await OldHome.with(TWO);
    const before = imprint(mosaic.root);
    await mosaic.importAndDie('fleet/backlog', 'after');
    expect(await mosaic.ids()).toEqual(['A1', 'A2']);
    expect(await mosaic.import()).toMatchObject({ unchanged: ['A1', 'A2'], setAside: `${mosaic.root}.pglite` });
    expect(imprint(`${mosaic.root}.pglite`)).toEqual(before);
    expect(readdirSync(mosaic.fleet).toSorted()).toEqual(['backlog', 'backlog.pglite']);
  });
});

async function finishes(mosaic: OldHome, before: ReadonlyMap<string, string>): Promise<void> {
  expect(await mosaic.import()).toMatchObject({ created: ['A1', 'A2'], setAside: `${mosaic.root}.pglite` });
  expect(imprint(`${mosaic.root}.pglite`)).toEqual(before);
  expect(await mosaic.ids()).toEqual(['A1', 'A2']);
  // A folder that has no name yet is left for a minute: it may be somebody's.
  for (const name of readdirSync(mosaic.fleet)) {
    if (/^backlog\.moving-\d+$/.test(name)) rmSync(join(mosaic.fleet, name), { recursive: true });
  }
  expect(readdirSync(mosaic.fleet).toSorted()).toEqual(['backlog', 'backlog.pglite']);
}
