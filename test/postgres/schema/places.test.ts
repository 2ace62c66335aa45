/** Where the store may be: in which schema, beside what, in which encoding; and that nothing else is touched. */
import { describe, expect, it } from 'vitest';
import { ids, take } from '../../contract/given.ts';
import { refusal } from '../../contract/refusal.ts';
import { query } from '../connection.ts';
import { connected, emptyDatabase, opened, sql, withParameter } from '../opened.ts';
import { OlderProgram, tableOf, USUAL } from './older-program.ts';

/** Everything that somebody has made in the database. */
const EVERYTHING = `
  select relname::text as name, relkind::text as kind, n_live_tup::int as rows from pg_class
    left join pg_stat_user_tables using (relname)
    where relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
  union all select attname, 'column', 0 from pg_attribute join pg_class on pg_class.oid = attrelid
    where relname = 'backlog' and attnum > 0
  union all select proname, 'function', 0 from pg_proc where pronamespace = 'public'::regnamespace
  union all select typname, 'type', 0 from pg_type where typnamespace = 'public'::regnamespace
  order by 1, 2`;

describe('a table backlog that is not ours', () => {
  const older = tableOf(USUAL);
  it.each([
    ['has other columns', 'create table backlog (id text primary key, note text)', 'no column title'],
    [
      'lacks one',
      older.replace('phase text,', '').replace('on backlog (phase)', 'on backlog (body)'),
      'no column phase',
    ],
    ['has another type', older.replace('priority integer not null default 0', 'priority text'), 'priority is text'],
    ['has ids of a number', older.replace('id text', 'id serial'), 'id is integer and not text'],
    ['has a status of text', older.replace(`backlog_status not null default 'ready'`, 'text'), 'status is text'],
    ['has ids more than once', older.replace('text primary key', 'text'), 'id is not unique'],
    ['is a view', `create view backlog as select 'a'::text as id`, 'it is a view'],
    ['is in parts', 'create table backlog (id text) partition by list (id)', 'in parts'],
    ['is a sequence', 'create sequence backlog', 'it is a view'],
  ])('is refused and left as it is where it %s', async (_what, make, says) => {
    const url = await emptyDatabase();
    await sql(url, make);
    const before = await sql(url, EVERYTHING);
    const backlog = await opened(url);
    const error = await refusal(backlog.create({ id: 'a', title: 'A' }), 'STORE_FOREIGN', says, 'Nothing');
    expect(error.hint).toContain('search_path');
    await refusal(backlog.list(), 'STORE_FOREIGN');
    expect(await sql(url, EVERYTHING)).toEqual(before);
  });

  it('is refused where two of its cards have one key', async () => {
    const url = await emptyDatabase();
    await sql(
      url,
      `${tableOf(USUAL).replace('create unique index', 'create index')};
      insert into backlog (id, title, idempotency_key) values ('a', 'A', 'k'), ('b', 'B', 'k')`,
    );
    const before = await sql(url, EVERYTHING);
    const backlog = await opened(url);
    await refusal(backlog.list(), 'STORE_DAMAGED', 'cards a and b', 'idempotency_key k', 'Nothing was changed.');
    expect(await sql(url, EVERYTHING)).toEqual(before);
    await sql(url, `update backlog set idempotency_key = null where id = 'b'`);
    expect((await backlog.list()).cards).toHaveLength(2);
  });
});

describe('a schema of its own', () => {
  it('keeps two backlogs in one database apart', async () => {
    const url = await emptyDatabase();
    await sql(url, 'create schema one; create schema "the Other"');
    const one = await opened(withParameter(url, 'options', '-c search_path=one'));
    const other = await opened(withParameter(url, 'options', '-c search_path="the\\ Other"'));
    await Promise.all([one.create({ id: 'a', title: 'One' }), other.create({ id: 'a', title: 'Other' })]);
    const seen = take(other.watch({ since: 0 }), 3);
    expect(await one.claim({ owner: 'w' })).toMatchObject({ title: 'One' });
    expect(await one.claim({ owner: 'w' })).toBeNull();
    expect(await other.claim({ owner: 'w', waitSeconds: 10 })).toMatchObject({ title: 'Other' });
    await sql(url, `update "the Other".backlog set status = 'done'`);
    expect((await seen).map(({ kind }) => kind)).toEqual(['created', 'claimed', 'completed']);
    expect((await one.history()).map(({ kind }) => kind)).toEqual(['created', 'claimed']);
    expect(await sql(url, `select to_regclass('public.backlog') as table`)).toEqual([{ table: null }]);
    for (const backlog of [one, other]) expect((await backlog.doctor()).findings).toEqual([]);
  });

  it('is not mistaken for one that stands later on the path', async () => {
    const url = await emptyDatabase();
    await (await opened(url)).create({ id: 'a', title: 'A' });
    await sql(url, 'create schema later');
    const both = await opened(withParameter(url, 'options', '-c search_path=later,public'));
    expect(ids((await both.list()).cards)).toEqual(['a']);
    const alone = await opened(withParameter(url, 'options', '-c search_path=later'));
    expect(ids((await alone.list()).cards)).toEqual([]);
  });

  it('need not be that of the older program: its table is found on the path', async () => {
    const url = await emptyDatabase();
    const older = await OlderProgram.first(url);
    await older.create({ id: 'a' });
    await sql(url, 'create schema first');
    const backlog = await opened(withParameter(url, 'options', '-c search_path=first,public'));
    expect(await backlog.claim({ owner: 'ours' })).toMatchObject({ id: 'a' });
    expect(await older.claim('theirs')).toBeNull();
    await older.close();
    expect(await sql(url, `select to_regclass('public.backlog_store') is null as missing`)).toEqual([
      { missing: false },
    ]);
    expect((await backlog.doctor()).findings).toEqual([]);
  });

  it('has to be there', async () => {
    const url = await emptyDatabase();
    const backlog = await opened(withParameter(url, 'options', '-c search_path=nowhere'));
    const error = await refusal(backlog.list(), 'STORE_FOREIGN', 'search_path', 'Nothing was changed.');
    expect(error.hint).toContain('CREATE SCHEMA');
  });

  it('is where the triggers write, whatever path the other program has', async () => {
    const url = await emptyDatabase();
    await sql(url, 'create schema apart');
    const backlog = await opened(withParameter(url, 'options', '-c search_path=apart'));
    await backlog.stats();
    const connection = await connected(url);
    await query(connection, 'create table backlog_history (seq int); create table backlog_store (last_seq int)');
    await query(connection, `insert into apart.backlog (id, title) values ('a', 'A')`);
    expect(await backlog.history()).toMatchObject([{ seq: 1, id: 'a', kind: 'created' }]);
  });
});

it('a database whose transactions are strict unless they say otherwise is like any other', async () => {
  const url = await emptyDatabase();
  await sql(
    url,
    `alter database ${new URL(url).pathname.slice(1)} set default_transaction_isolation = 'serializable';
    alter database ${new URL(url).pathname.slice(1)} set timezone = 'Pacific/Kiritimati';
    alter database ${new URL(url).pathname.slice(1)} set datestyle = 'SQL, DMY'`,
  );
  const handles = await Promise.all(Array.from({ length: 6 }, () => opened(url)));
  await Promise.all(handles.map((handle, n) => handle.create({ id: `c${n}`, title: 'C' })));
  const claimed = await Promise.all(handles.map((handle) => handle.claim({ owner: 'w' })));
  expect(new Set(claimed.map((card) => card?.id)).size).toBe(6);
  expect((await handles[0]?.history())?.map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
});

it.each(['LATIN1', 'SQL_ASCII'])('a database in %s is refused, with nothing made in it', async (encoding) => {
  const url = await emptyDatabase();
  const name = `${new URL(url).pathname.slice(1)}_${encoding.toLowerCase()}`;
  await sql(url, `create database ${name} template template0 strategy wal_log encoding '${encoding}' locale 'C'`);
  const address = new URL(url);
  address.pathname = `/${name}`;
  const backlog = await opened(address.href);
  const error = await refusal(
    backlog.create({ id: 'ä', title: '汉' }),
    'STORE_FOREIGN',
    encoding,
    'Nothing was changed.',
  );
  expect(error.hint).toContain(`ENCODING 'UTF8'`);
  expect(await sql(address.href, EVERYTHING)).toEqual([]);
});
