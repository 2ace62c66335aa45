/** From an embedded store to a server: the cards are there, and the store is where nobody stumbles over it, untouched. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Mosaic } from '../cli/mosaic.ts';
import { embeddedStoreAt, ENUM, imprint, TABLE } from '../pglite/embedded-store.ts';
import { newPostgresStore } from './postgres-store.ts';

// PGlite takes seconds to make a store, and more where others compute, too.
vi.setConfig({ testTimeout: 180_000 });

const CARDS = `
  insert into backlog (id, title, depends_on, acceptance) values ('A1', 'First', '{}', '["a"]'), ('A2', '🚀', '{A1}', null);
  insert into backlog (id, title, status, claim_owner, claim_ttl_seconds, claimed_at, attempts)
  values ('B1', 'Claimed', 'claimed', 'coder0', 86400, now(), 1)`;

it('an embedded store in the place of the files is brought to a server, once, and makes room for the fleet', async () => {
  const mosaic = new Mosaic();
  const root = join(mosaic.home, 'fleet', 'backlog');
  mkdirSync(join(mosaic.home, 'fleet'));
  await embeddedStoreAt(root, ENUM, TABLE, CARDS);
  const before = imprint(root);
  const store = await newPostgresStore();
  const env = { DATABASE_URL: store.url };
  const words = ['import', '--pglite', root];
  expect(await mosaic.json([...words, '--dry-run'], { env })).toMatchObject({ created: ['A1', 'A2', 'B1'] });
  expect(await mosaic.json(['list'], { env })).toEqual([]);
  expect(imprint(root)).toEqual(before);
  const aside = `${root}.pglite`;
  expect(await mosaic.backlog(words, { env })).toEqual({
    status: 0,
    stdout: `Imported: 3 new.\nThe embedded store made room and stays in ${aside}.\n`,
    stderr: '',
  });
  expect(imprint(aside)).toEqual(before);
  const again = ['import', '--pglite', aside];
  expect(await mosaic.json(again, { env })).toMatchObject({ unchanged: ['A1', 'A2', 'B1'], setAside: null });
  expect(await mosaic.json(['show', 'B1'], { env })).toMatchObject({ claimOwner: 'coder0', claimTtlSeconds: 86400 });
  expect(await mosaic.json(['claim', '--owner', 'w'], { env })).toMatchObject({ id: 'A1', acceptance: ['a'] });
  expect(await mosaic.json(['list'])).toEqual([]);
  await store.remove();
});
