/** Users with fewer rights, and servers that take no changes: what may be read is read, all else is a clear error. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Backlog } from '../../../src/backlog/backlog.ts';
import { openBacklog } from '../../../src/backlog/open.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { collect, contents, given, line, take } from '../../contract/given.ts';
import { refusal } from '../../contract/refusal.ts';
import { connected, emptyDatabase, opened, sql } from '../opened.ts';
import { query } from '../connection.ts';
import { OlderProgram } from '../schema/older-program.ts';

interface User {
  readonly name: string;
  readonly url: string;
}

let users = 0;

/** One of the database of `url`, with nothing but what everybody may. */
async function newUser(url: string): Promise<User> {
  const address = new URL(url);
  const name = `user_${address.pathname.slice(1)}_${(users += 1)}`;
  await sql(url, `create role ${name} login password 'of-the-user'`);
  onTestFinished(async () => {
    await sql(url, `set transaction_read_only = off; drop owned by ${name}; drop role ${name}`);
  });
  address.username = name;
  address.password = 'of-the-user';
  return { name, url: address.href };
}

/** Every operation that changes something, on the cards that `stocked` has made. */
const CHANGES: Readonly<Record<string, (backlog: Backlog) => Promise<unknown>>> = {
  create: (backlog) => backlog.create({ id: 'new', title: 'New' }),
  claim: (backlog) => backlog.claim({ owner: 'w' }),
  'claim of one card': (backlog) => backlog.claim({ owner: 'w', id: 'b' }),
  'claim that waits': (backlog) => backlog.claim({ owner: 'w', waitSeconds: 5 }),
  claimMany: (backlog) => backlog.claimMany({ owner: 'w', count: 2 }),
  renew: (backlog) => backlog.renew({ id: 'a', owner: 'holder' }),
  release: (backlog) => backlog.release({ id: 'a' }),
  complete: (backlog) => backlog.complete({ id: 'a' }),
  fail: (backlog) => backlog.fail({ id: 'a' }),
  reclaim: (backlog) => backlog.reclaim({ id: 'a' }),
  link: (backlog) => backlog.link({ from: 'b', to: 'a' }),
  unlink: (backlog) => backlog.unlink({ from: 'c', to: 'a' }),
  block: (backlog) => backlog.block({ id: 'b' }),
  unblock: (backlog) => backlog.unblock({ id: 'd' }),
  update: (backlog) => backlog.update({ id: 'b', title: 'B' }),
  batch: (backlog) => backlog.batch({ lines: ['{"op":"block","id":"b"}'] }),
  import: (backlog) => backlog.import({ lines: [line({ id: 'new' })] }),
  archive: (backlog) => backlog.archive(),
};

async function stocked(url: string): Promise<Backlog> {
  const backlog = await opened(url, 'owner');
  const claim = { status: 'claimed', claimOwner: 'holder', claimTtlSeconds: 9000, attempts: 1 } as const;
  await given(
    backlog,
    { id: 'a', priority: 3, ...claim, claimedAt: new Date().toISOString() },
    { id: 'b', body: 'text' },
    { id: 'c', dependsOn: ['a'] },
    { id: 'd', status: 'blocked', statusReason: 'rain' },
    { id: 'e', status: 'done' },
  );
  return backlog;
}

async function changesNothing(restricted: Backlog, owner: Backlog, code: ErrorCode, says: string): Promise<void> {
  const before = await contents(owner);
  for (const change of Object.values(CHANGES)) {
    const error = await refusal(change(restricted), code, says);
    expect(error.message).toContain('Nothing was changed.');
  }
  expect(await contents(owner)).toEqual(before);
}

/** All that is read is as the owner reads it. */
async function readsAll(restricted: Backlog, owner: Backlog): Promise<void> {
  expect(await contents(restricted)).toEqual(await contents(owner));
  expect(await restricted.get({ id: 'b' })).toEqual(await owner.get({ id: 'b' }));
  expect((await restricted.list({ readyOnly: true })).cards).toMatchObject([{ id: 'b' }]);
  expect(await restricted.stats()).toMatchObject({ total: 5, claimable: 1 });
  expect(await restricted.explain()).toEqual(await owner.explain());
  expect(await restricted.history({ id: 'a' })).toHaveLength(1);
  expect(await collect(restricted.export())).toEqual(await collect(owner.export()));
  expect((await restricted.doctor()).findings).toEqual((await owner.doctor()).findings);
  const dry = await restricted.import({ lines: [line({ id: 'new' })], dryRun: true });
  expect(dry).toMatchObject({ created: ['new'], dryRun: true });
  expect(await restricted.batch({ lines: ['{"op":"block","id":"b"}'], dryRun: true })).toMatchObject({ dryRun: true });
}

describe('a user who may only read', () => {
  it('reads everything, watches, and is refused every change', async () => {
    const url = await emptyDatabase();
    const owner = await stocked(url);
    const user = await newUser(url);
    await sql(url, `grant select on all tables in schema public to ${user.name}`);
    const reader = await opened(user.url);
    await readsAll(reader, owner);
    const seen = take(reader.watch({ since: 5 }), 1);
    await changesNothing(reader, owner, 'DATABASE_DENIED', 'permission denied');
    await owner.block({ id: 'b' });
    expect(await seen).toMatchObject([{ id: 'b', kind: 'blocked' }]);
  });

  it('is told so where there is no backlog yet, and makes none', async () => {
    const url = await emptyDatabase();
    const user = await newUser(url);
    const reader = await opened(user.url);
    for (const operation of [
      () => reader.list(),
      () => reader.create({ id: 'a', title: 'A' }),
      () => reader.doctor(),
    ]) {
      const error = await refusal(operation(), 'DATABASE_DENIED', 'permission denied for schema public');
      expect(error.message).toContain('Nothing was changed.');
      expect(error.hint).toContain('GRANT');
    }
    expect(await sql(url, `select to_regclass('backlog') as "table"`)).toEqual([{ table: null }]);
  });

  it('who may not even see the tables is told so', async () => {
    const url = await emptyDatabase();
    await stocked(url);
    const stranger = await opened((await newUser(url)).url);
    await refusal(stranger.list(), 'DATABASE_DENIED', 'permission denied for table');
  });

  it('cannot mend what the doctor finds, and is told so', async () => {
    const url = await emptyDatabase();
    await stocked(url);
    const user = await newUser(url);
    await sql(url, `grant select on all tables in schema public to ${user.name}; drop index backlog_claimable_idx`);
    const reader = await opened(user.url);
    expect((await reader.doctor()).findings).toMatchObject([{ code: 'index-missing' }]);
    await refusal(reader.doctor({ fix: true }), 'DATABASE_DENIED');
  });
});

it('a user who may use the tables and make none works as everybody does', async () => {
  const url = await emptyDatabase();
  const owner = await stocked(url);
  const user = await newUser(url);
  await sql(url, `grant select, insert, update, delete on all tables in schema public to ${user.name}`);
  const worker = await opened(user.url);
  const card = await worker.claim({ owner: 'w' });
  expect(card).toMatchObject({ id: 'b' });
  await worker.complete({ id: 'b', owner: 'w', attempt: 1 });
  await worker.create({ id: 'new', title: 'New', dependsOn: ['b'] });
  await worker.link({ from: 'new', to: 'a' });
  expect((await owner.history({ id: 'b' })).map(({ kind }) => kind)).toEqual(['imported', 'claimed', 'completed']);
});

it('a user who may use an older table but owns it not is told who has to come first', async () => {
  const url = await emptyDatabase();
  const older = await OlderProgram.first(url);
  await older.create({ id: 'a' });
  const user = await newUser(url);
  await sql(url, `grant all on backlog to ${user.name}; grant create on schema public to ${user.name}`);
  const backlog = await opened(user.url);
  await refusal(backlog.list(), 'DATABASE_DENIED', 'must be owner of table backlog', 'Nothing was changed.');
  expect(await older.claim('theirs')).toMatchObject({ id: 'a' });
  await older.close();
});

describe('a server that takes no changes', () => {
  it.each(['role', 'database'])('because of a setting of the %s lets everything be read', async (where) => {
    const url = await emptyDatabase();
    const owner = await stocked(url);
    const user = await newUser(url);
    const target = where === 'role' ? user.name : new URL(url).pathname.slice(1);
    await sql(
      url,
      `grant all on all tables in schema public to ${user.name};
      alter ${where} ${target} set default_transaction_read_only = on`,
    );
    const reader = await opened(user.url);
    await readsAll(reader, owner);
    await changesNothing(reader, owner, 'DATABASE_READ_ONLY', 'takes no changes');
  });

  it('makes no backlog where there is none', async () => {
    const url = await emptyDatabase();
    await sql(url, `alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`);
    const backlog = await openBacklog({ databaseUrl: url });
    onTestFinished(() => backlog.close());
    await refusal(backlog.list(), 'DATABASE_READ_ONLY', 'takes no changes', 'Nothing was changed.');
    const connection = await connected(url);
    expect(await query(connection, `select to_regclass('backlog') as "table"`)).toEqual([{ table: null }]);
  });
});
