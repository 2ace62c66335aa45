/**
 * A connection that is lost and does not come back, or that falls silent: the caller is told within a bounded time what
 * is known, and what is not; and nobody else waits for him longer than that.
 */
import { expect, onTestFinished, test } from 'vitest';
import type { Backlog } from '../../../src/backlog/backlog.ts';
import type { ErrorCode, MosaicError } from '../../../src/errors.ts';
import { given, ids } from '../../contract/given.ts';
import { refusal } from '../../contract/refusal.ts';
import { connect, query } from '../connection.ts';
import { newPostgresStore } from '../postgres-store.ts';
import { type Accident, type Proxy, startProxy } from './proxy.ts';
import type { PostgresStoreSettings } from '../../../src/backlog/postgres/postgres-store.ts';
import { openWith } from '../settings.ts';

interface Given {
  readonly url: string;
  /** Over the proxy. */
  readonly backlog: Backlog;
  /** On the straight way. */
  readonly other: Backlog;
  readonly proxy: Proxy;
}

async function givenStore(limits: Partial<PostgresStoreSettings>): Promise<Given> {
  const store = await newPostgresStore();
  const proxy = await startProxy(store.url);
  const [backlog, other] = [openWith(proxy.url, limits), openWith(store.url, {})];
  onTestFinished(async () => {
    await Promise.all([backlog.close(), other.close()]);
    await store.remove();
  });
  await given(other, { id: 'A', priority: 2 }, { id: 'B' });
  await backlog.stats();
  return { url: store.url, backlog, other, proxy };
}

const COMMITTED: Accident = { way: 'to client', at: 'COMMIT\0' };
const NOT_COMMITTED: Accident = { way: 'to server', at: 'COMMIT\0' };
/** In the values of the write, and nowhere else. */
const WRITE: Accident = { way: 'to server', at: 'rev_before' };

/** What the claim said when the server was never to be reached again after the accident. */
async function claimUntilDead(
  { backlog, proxy, url }: Given,
  accident: Accident,
  code: ErrorCode = 'OUTCOME_UNKNOWN',
): Promise<MosaicError> {
  const claim = backlog.claim({ owner: 'w' });
  const outcome = refusal(claim, code);
  void proxy.arrange(accident).then(() => proxy.die());
  const error = await outcome;
  const { password } = new URL(url);
  expect(password).not.toBe('');
  expect(`${error.stack} ${error.hint} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(password);
  return error;
}

test('a change that was committed while the server was lost for good is told as unknown, and is there', async () => {
  const store = await givenStore({ patienceMs: 1000 });
  const error = await claimUntilDead(store, COMMITTED);
  expect(error.message).toContain('is not known');
  expect(error.hint).toContain('history');
  expect(await store.other.get({ id: 'A' })).toMatchObject({ status: 'claimed', claimOwner: 'w', attempts: 1, rev: 2 });
});

test('a change whose commit never arrived is told as unknown too, and is not there', async () => {
  const store = await givenStore({ patienceMs: 1000 });
  const error = await claimUntilDead(store, NOT_COMMITTED);
  expect(error.message).toContain('is not known');
  expect(await store.other.get({ id: 'A' })).toMatchObject({ status: 'ready', attempts: 0, rev: 1 });
  expect(await store.other.claim({ owner: 'next' })).toMatchObject({ id: 'A', attempts: 1 });
});

test('a change that was lost before its commit was sent says that nothing was changed', async () => {
  const store = await givenStore({ patienceMs: 1000 });
  const error = await claimUntilDead(store, { way: 'to client', at: 'BEGIN' }, 'DATABASE_UNREACHABLE');
  expect(error.message).toContain('Nothing was changed.');
  expect(await store.other.get({ id: 'A' })).toMatchObject({ status: 'ready', attempts: 0, rev: 1 });
});

test('a server that falls silent is given up, and the claim goes on over another connection', async () => {
  const moments: readonly Accident[] = [
    { way: 'to server', at: 'BEGIN' },
    { way: 'to client', at: 'BEGIN' },
    { ...WRITE, half: true },
    { way: 'to server', at: 'COMMIT\0' },
    { way: 'to client', at: 'COMMIT\0' },
  ];
  for (const moment of moments) {
    const { backlog, other, proxy } = await givenStore({ silenceMs: 300, vanishedAfterSeconds: 1 });
    void proxy.arrange({ ...moment, isSilent: true });
    // Where the silent connection still holds the first card, it is the second one.
    const card = await backlog.claim({ owner: 'w' });
    expect(card, JSON.stringify(moment)).toMatchObject({ claimOwner: 'w', attempts: 1, rev: 2 });
    const claims = (await other.history()).filter(({ kind }) => kind === 'claimed');
    expect(ids(claims), JSON.stringify(moment)).toEqual([card?.id]);
    await backlog.close();
  }
});

test('a handle is closed although its server says no goodbye', async () => {
  const { backlog, proxy } = await givenStore({});
  const accident = proxy.arrange({ way: 'to server', after: 0, isSilent: true });
  await backlog.close();
  await accident;
});

test('a host that vanishes amid its change keeps others from its card alone, and not for long', async () => {
  const { backlog, other, proxy, url } = await givenStore({ vanishedAfterSeconds: 4 });
  const vanished = backlog.claim({ owner: 'vanished' });
  await proxy.arrange({ ...WRITE, isSilent: true });
  // Its row is locked: others take the next card at once, and wait for this one only where there is no other.
  const begunMs = performance.now();
  expect(await other.claim({ owner: 'w' })).toMatchObject({ id: 'B' });
  expect(performance.now() - begunMs, 'others skip the card').toBeLessThan(3500);
  expect(await other.claim({ owner: 'w' })).toMatchObject({ id: 'A', claimOwner: 'w', attempts: 1 });
  expect(performance.now() - begunMs, 'the server has given the host up').toBeLessThan(30_000);
  expect(await backendsOf(url, 'idle in transaction')).toBe(0);
  // When it comes back it finds the card taken.
  proxy.cutAll();
  expect(await vanished).toBeNull();
  expect(ids(await other.history())).toEqual(['A', 'B', 'B', 'A']);
});

test('a host that vanishes between its write and its commit keeps no other from writing for long', async () => {
  const { backlog, other, proxy } = await givenStore({ vanishedAfterSeconds: 2 });
  const vanished = backlog.claim({ owner: 'vanished' });
  await proxy.arrange({ way: 'to server', at: 'NOTIFY', isSilent: true });
  // It has taken the last number: whoever writes waits for it, and is told of nothing.
  expect(await other.create({ id: 'C', title: 'C' })).toMatchObject({ id: 'C', rev: 1 });
  proxy.cutAll();
  expect(await vanished).toMatchObject({ id: 'A', claimOwner: 'vanished', attempts: 1 });
  expect((await other.history()).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    ...['imported A', 'imported B', 'created C', 'claimed A'],
  ]);
});

async function backendsOf(url: string, state: string): Promise<number> {
  const connection = await connect(url);
  const rows = await query(
    connection,
    'select 1 from pg_stat_activity where datname = current_database() and state = $1',
    [state],
  );
  await connection.end();
  return rows.length;
}
