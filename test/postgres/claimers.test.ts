/** Claimers at the same time, and others who are at the cards: nobody goes away with nothing while there is a card for him. */
import { expect, onTestFinished, test } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { connect, query } from './connection.ts';
import { newPostgresStore } from './postgres-store.ts';

const CLAIMERS = 12;

interface Given {
  readonly url: string;
  readonly backlog: Backlog;
  readonly handles: readonly Backlog[];
}

/** Every handle with a connection already, so that they begin together. */
async function given(cards: readonly { readonly id: string; readonly phase?: string }[]): Promise<Given> {
  const store = await newPostgresStore();
  const handles = await Promise.all(Array.from({ length: CLAIMERS }, () => store.open({ actor: 'test' })));
  onTestFinished(async () => {
    await Promise.all(handles.map((handle) => handle.close()));
    await store.remove();
  });
  const [backlog] = handles;
  if (backlog === undefined) throw new Error('There are no handles.');
  await backlog.import({ lines: cards.map((card) => JSON.stringify({ title: 'a card', ...card })) });
  await Promise.all(handles.map((handle) => handle.stats()));
  return { url: store.url, backlog, handles };
}

const names = (count: number): readonly { readonly id: string }[] =>
  Array.from({ length: count }, (_, n) => ({ id: `card-${n}` }));

test('as many claimers as cards whose claims have expired get one each, at once', async () => {
  const { url, backlog, handles } = await given(names(CLAIMERS));
  await backlog.claimMany({ owner: 'gone', count: CLAIMERS, ttlSeconds: 1 });
  await asAnotherProgram(url, `update backlog set claimed_at = claimed_at - interval '1 hour'`);

  const claimed = await Promise.all(handles.map((handle, n) => handle.claim({ owner: `worker-${n}` })));

  expect(new Set(claimed.map((card) => card?.id)).size).toBe(CLAIMERS);
  expect(claimed).not.toContain(null);
});

test('a claim of several beside a claim of one leaves it what it does not take', async () => {
  const { handles } = await given(names(4));
  const [one, other] = handles;

  const [several, last] = await Promise.all([
    one?.claimMany({ owner: 'one', count: 3 }),
    other?.claim({ owner: 'other' }),
  ]);

  expect(several).toHaveLength(3);
  expect(last).not.toBeNull();
});

test('claimers of either of two phases get the card that the other does not take', async () => {
  const { handles } = await given([
    { id: 'a', phase: 'p' },
    { id: 'b', phase: 'q' },
  ]);
  const [one, other] = handles;

  const claimed = await Promise.all([
    one?.claim({ owner: 'one', phase: ['p', 'q'] }),
    other?.claim({ owner: 'other', phase: ['p', 'q'] }),
  ]);

  expect(new Set(claimed.map((card) => card?.id))).toEqual(new Set(['a', 'b']));
});

test('a card that another program is at, and then leaves as it was, is waited for and claimed', async () => {
  const { url, backlog } = await given([{ id: 'only' }]);
  const connection = await connect(url);
  await query(connection, 'begin');
  await query(connection, 'select from backlog for update');

  const claim = backlog.claim({ owner: 'patient' });
  await whileWaiting(url);
  await query(connection, 'rollback');
  await connection.end();

  expect(await claim).toMatchObject({ id: 'only', claimOwner: 'patient' });
});

async function asAnotherProgram(url: string, sql: string): Promise<void> {
  const connection = await connect(url);
  await query(connection, sql);
  await connection.end();
}

/** Until somebody waits for a lock. */
async function whileWaiting(url: string): Promise<void> {
  const connection = await connect(url);
  for (;;) {
    const rows = await query(
      connection,
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    if (rows.length > 0) break;
  }
  await connection.end();
}
