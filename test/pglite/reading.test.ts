/** What `import --pglite` brings over, from stores that PGlite has made; and that it leaves them as they are. */
import { readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Card } from '../../src/card/card.ts';
import { Mosaic, newFolder } from '../cli/mosaic.ts';
import { embeddedStore, embeddedStoreIn, ENUM, imprint, TABLE } from './embedded-store.ts';

// PGlite takes seconds to make a store, and more where others compute, too.
vi.setConfig({ testTimeout: 180_000 });

const FOUR = `
  insert into backlog (id, title, body, phase, priority, depends_on, idempotency_key, acceptance, created_at, updated_at)
  values ('A1', 'Ready', E'two\\nlines', 'M1', 7, '{}', 'key-1', '["tests pass", "docs"]',
          '2026-01-02 03:04:05.678+00', '2026-01-03 03:04:05+02');
  insert into backlog (id, title, status, claim_owner, claim_ttl_seconds, claimed_at, attempts, depends_on, acceptance)
  values ('B "1"/ü', 'Kärte 🚀', 'claimed', 'coder0', 60, '2026-01-02 03:04:05.678901+00', 2, '{A1,gone}', '{"a": {"b": 1}}');
  insert into backlog (id, title, status, claim_owner, claim_ttl_seconds, claimed_at)
  values ('C1', 'Blocked, with what a claim has left', 'blocked', 'coder0', 60, now());
  insert into backlog (id, title, status, priority) values ('D1', 'Done', 'done', -3);
`;

async function cardsOf(mosaic: Mosaic): Promise<Readonly<Record<string, Card>>> {
  const { stdout } = await mosaic.backlog(['export']);
  const cards: readonly Card[] = JSON.parse(`[${stdout.trim().replaceAll('\n', ',')}]`);
  return Object.fromEntries(cards.map((card) => [card.id, card]));
}

describe('the cards of an embedded store', () => {
  it('are brought over with every field, and the store stays byte for byte as it was', async () => {
    const store = await embeddedStore(ENUM, TABLE, FOUR);
    const before = imprint(store);
    const mosaic = new Mosaic();
    const temporary = newFolder();
    const answer = await mosaic.backlog(['import', '--pglite', store], { env: { TMPDIR: temporary } });
    expect(answer).toEqual({
      status: 0,
      stdout: `Imported: 4 new.\nThe embedded store stays as it was in ${store}.\n`,
      stderr: '',
    });
    expect(await cardsOf(mosaic)).toMatchObject({
      A1: {
        ...{ id: 'A1', title: 'Ready', body: 'two\nlines', phase: 'M1', priority: 7, status: 'ready', dependsOn: [] },
        ...{ claimOwner: null, claimTtlSeconds: null, claimedAt: null, attempts: 0, idempotencyKey: 'key-1' },
        acceptance: ['tests pass', 'docs'],
        createdAt: '2026-01-02T03:04:05.678Z',
        updatedAt: '2026-01-03T01:04:05.000Z',
      },
      'B "1"/ü': {
        ...{
          title: 'Kärte 🚀',
          status: 'claimed',
          attempts: 2,
          dependsOn: ['A1', 'gone'],
          acceptance: { a: { b: 1 } },
        },
        ...{ claimOwner: 'coder0', claimTtlSeconds: 60, claimedAt: '2026-01-02T03:04:05.678Z' },
      },
      C1: { status: 'blocked', claimOwner: null, claimTtlSeconds: null, claimedAt: null },
      D1: { status: 'done', priority: -3 },
    });
    expect(imprint(store)).toEqual(before);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('are understood in other types that say the same', async () => {
    const table = TABLE.replace('depends_on text[] not null', 'depends_on jsonb not null')
      .replace("default '{}'", "default '[]'")
      .replace('acceptance jsonb', 'acceptance text')
      .replaceAll('timestamptz', 'timestamp')
      .replace('status backlog_status', 'status text')
      .replace('priority integer not null', 'priority bigint');
    const store = await embeddedStore(
      table,
      `insert into backlog (id, title, priority, depends_on, acceptance, created_at)
       values ('A1', 'A', null, '["B1", "B1"]', '["x"]', '2026-01-02 03:04:05'), ('A2', 'A', 3, '[]', 'x; y', now());
       insert into backlog (id, title, phase, status, updated_at)
       values ('B1', 'B', '', 'claimed', '2026-02-03 04:05:06')`,
    );
    const mosaic = new Mosaic();
    await mosaic.json(['import', '--pglite', store]);
    expect(await cardsOf(mosaic)).toMatchObject({
      A1: { priority: 0, dependsOn: ['B1'], acceptance: ['x'], createdAt: '2026-01-02T03:04:05.000Z' },
      A2: { priority: 3, dependsOn: [], acceptance: 'x; y' },
      B1: { phase: null, claimOwner: 'unknown', claimTtlSeconds: 900, claimedAt: '2026-02-03T04:05:06.000Z' },
    });
  });

  it('are found where an old release keeps them, and columns beyond the fifteen come along', async () => {
    const mosaic = new Mosaic();
    const old = await embeddedStoreIn('template1', ENUM, TABLE, FOUR);
    expect(await mosaic.json(['import', '--pglite', old])).toMatchObject({ created: { length: 4 } });
    const second = await embeddedStore(
      `create schema mosaic; set search_path to mosaic; ${ENUM} ${TABLE} alter table backlog add column labels jsonb;`,
      `insert into mosaic.backlog (id, title, labels) values ('E1', 'E', '["ui"]')`,
    );
    expect(await mosaic.json(['import', '--pglite', second])).toEqual({
      ...{ created: ['E1'], updated: [], unchanged: [], dryRun: false, setAside: null },
    });
    expect(await cardsOf(mosaic)).toMatchObject({ E1: { labels: ['ui'] } });
  });

  it('are the same by the thousand, and a second time nothing changes', async () => {
    const store = await embeddedStore(
      ENUM,
      TABLE,
      `insert into backlog (id, title, priority, depends_on)
       select 'C' || n, 'Card ' || n, n % 7, case when n % 3 = 0 then array['C' || (n - 1)] else '{}' end
       from generate_series(1, 2000) n`,
    );
    const mosaic = new Mosaic();
    const first = await mosaic.json(['import', '--pglite', store]);
    expect(first).toMatchObject({ created: { length: 2000 }, unchanged: [] });
    expect(await mosaic.json(['import', '--pglite', store])).toMatchObject({
      created: [],
      unchanged: { length: 2000 },
    });
    expect(await mosaic.json(['stats'])).toMatchObject({ total: 2000, waitingOnDependencies: 666 });
  });

  it('are only counted under --dry-run, and replace others only under --update', async () => {
    const store = await embeddedStore(ENUM, TABLE, `insert into backlog (id, title) values ('A1', 'New'), ('A2', 'A')`);
    const mosaic = new Mosaic();
    await mosaic.create('A1');
    const words = ['import', '--pglite', store];
    const refused = await mosaic.backlog([...words, '--json']);
    expect(JSON.parse(refused.stderr)).toMatchObject({
      error: { code: 'IMPORT_REFUSED', message: expect.stringContaining('Card A1: there is already a card A1') },
    });
    expect(await mosaic.json([...words, '--update', '--dry-run'])).toMatchObject({ created: ['A2'], dryRun: true });
    expect(await mosaic.json(['list'])).toMatchObject([{ id: 'A1', title: 'Card A1' }]);
    expect(await mosaic.json([...words, '--update'])).toMatchObject({ created: ['A2'], updated: ['A1'] });
    expect(await mosaic.json(['show', 'A1'])).toMatchObject({ title: 'New' });
  });
});
