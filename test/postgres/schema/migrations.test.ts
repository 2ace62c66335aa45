/** Migrations: made by one of many at once, whole or not at all, and bearable for those who know an earlier version. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Backlog } from '../../../src/backlog/backlog.ts';
import { MIGRATIONS, type Migration } from '../../../src/backlog/postgres/schema/migrations.ts';
import { Mosaic } from '../../cli/mosaic.ts';
import { ids } from '../../contract/given.ts';
import { refusal } from '../../contract/refusal.ts';
import { query } from '../connection.ts';
import { connected, emptyDatabase, opened, sql } from '../opened.ts';
import { openWith } from '../settings.ts';
import { OlderProgram } from './older-program.ts';

/** As a program opens it that knows these versions of the schema. */
function openedBy(migrations: readonly Migration[], url: string): Backlog {
  const backlog = openWith(url, { migrations });
  onTestFinished(() => backlog.close());
  return backlog;
}

const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;

describe('an empty database', () => {
  it('is made ready once by forty programs that begin at once, and each has its card', async () => {
    const url = await emptyDatabase();
    const programs = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const words = ['create', `card-${n}`, '--title', 'T', '--json'];
        return new Mosaic().backlog(words, { env: { DATABASE_URL: url } });
      }),
    );
    expect(programs.filter(({ status }) => status !== 0)).toEqual([]);
    const backlog = await opened(url);
    expect((await backlog.list()).cards).toHaveLength(40);
    expect((await backlog.history()).map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    expect((await backlog.doctor()).findings).toEqual([]);
    expect(await sql(url, 'select version, compatible_from from backlog_store')).toEqual([
      { version: NEWEST, compatible_from: 1 },
    ]);
  });

  it('is left empty by a program that is killed in the middle, and made ready by the next', async () => {
    const url = await emptyDatabase();
    const older = await OlderProgram.first(url);
    await older.create({ id: 'a' });
    await older.sql('begin; select * from backlog for share');
    // It has made its first table when it comes to this one, and waits.
    const mosaic = new Mosaic();
    const killed = mosaic.start(['fleet', 'backlog', 'list'], { env: { DATABASE_URL: url } });
    const observer = await connected(url);
    while ((await query(observer, 'select from pg_locks where not granted')).length === 0) await sleep(20);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await older.sql('commit');
    await older.close();
    while ((await query(observer, `select from pg_locks where locktype = 'advisory'`)).length > 0) await sleep(20);
    expect(await query(observer, `select to_regclass('backlog_store') as store`)).toEqual([{ store: null }]);
    const backlog = await opened(url);
    expect(ids((await backlog.list()).cards)).toEqual(['a']);
    expect((await backlog.doctor()).findings).toEqual([]);
  });

  it('is made ready in the end where the server ends the session in the middle', async () => {
    const url = await emptyDatabase();
    let times = 0;
    const hanging = MIGRATIONS.map((migration) => ({
      ...migration,
      text: (schema: string) => {
        const isFirst = migration.version === 2 && (times += 1) === 1;
        return isFirst ? 'select pg_sleep(60)' : migration.text(schema);
      },
    }));
    const listed = openedBy(hanging, url).list();
    const observer = await connected(url);
    const end = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query = 'select pg_sleep(60)' and state = 'active'`;
    while ((await query(observer, end)).length === 0) await sleep(20);
    expect((await listed).cards).toEqual([]);
    expect((await (await opened(url)).doctor()).findings).toEqual([]);
    expect(times).toBe(2);
  });

  it('is not touched by a migration that fails in its last step', async () => {
    const url = await emptyDatabase();
    const broken = [...MIGRATIONS, { version: 99, compatibleFrom: 1, text: () => 'select 1 / 0' }];
    const error = await refusal(openedBy(broken, url).list(), 'DATABASE_FAILED', 'division by zero');
    expect(error.message).toContain('Nothing was changed.');
    expect(await sql(url, `select to_regclass('backlog') as "table"`)).toEqual([{ table: null }]);
  });
});

describe('two versions of the program', () => {
  it('work side by side: the earlier one goes on when the later one has come', async () => {
    const url = await emptyDatabase();
    const earlier = openedBy(MIGRATIONS.slice(0, 1), url);
    await earlier.create({ id: 'a', title: 'A' });
    expect(await sql(url, 'select version from backlog_store')).toEqual([{ version: 1 }]);
    const later = await opened(url);
    await later.create({ id: 'b', title: 'B' });
    expect(await sql(url, 'select version from backlog_store')).toEqual([{ version: NEWEST }]);
    expect(await earlier.claim({ owner: 'earlier' })).toMatchObject({ id: 'a' });
    expect(await later.claim({ owner: 'later' })).toMatchObject({ id: 'b' });
    await earlier.complete({ id: 'a', owner: 'earlier', attempt: 1 });
    await openedBy(MIGRATIONS.slice(0, 1), url).create({ id: 'c', title: 'C' });
    expect((await later.history()).map(({ seq, id, kind, rev }) => [seq, id, kind, rev])).toEqual([
      [1, 'a', 'created', 1],
      [2, 'b', 'created', 1],
      [3, 'a', 'claimed', 2],
      [4, 'b', 'claimed', 2],
      [5, 'a', 'completed', 3],
      [6, 'c', 'created', 1],
    ]);
    expect((await later.doctor()).findings).toEqual([]);
  });

  it('go on when a version has come that neither knows and both can bear', async () => {
    const url = await emptyDatabase();
    const backlog = await opened(url);
    await backlog.create({ id: 'a', title: 'A' });
    const text = (): string => 'alter table backlog add column mood text';
    await openedBy([...MIGRATIONS, { version: NEWEST + 1, compatibleFrom: NEWEST, text }], url).stats();
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'a' });
    await (await opened(url)).complete({ id: 'a' });
    // What the newer one has made is not for this one to make again.
    await sql(url, 'drop index backlog_claimed_idx');
    const { findings } = await backlog.doctor({ fix: true });
    expect(findings).toMatchObject([{ code: 'index-missing', fixed: null }]);
    expect(await sql(url, 'select version from backlog_store')).toEqual([{ version: NEWEST + 1 }]);
  });

  it('are told apart where the earlier one would do harm', async () => {
    const url = await emptyDatabase();
    const newer = [...MIGRATIONS, { version: NEWEST + 1, compatibleFrom: NEWEST + 1, text: () => 'select 1' }];
    await openedBy(newer, url).create({ id: 'a', title: 'A' });
    const backlog = await opened(url);
    const error = await refusal(backlog.claim({ owner: 'w' }), 'STORE_TOO_NEW', 'newer', 'Nothing was changed.');
    expect(error.hint).toContain('mosaic fleet update');
    await refusal(backlog.list(), 'STORE_TOO_NEW');
    expect((await openedBy(newer, url).list()).cards).toMatchObject([{ id: 'a', status: 'ready', attempts: 0 }]);
  });

  it('are told apart also by a program that was there when the newer one came', async () => {
    const url = await emptyDatabase();
    const backlog = await opened(url);
    await backlog.create({ id: 'a', title: 'A' });
    const newer = [...MIGRATIONS, { version: NEWEST + 1, compatibleFrom: NEWEST + 1, text: () => 'select 1' }];
    await openedBy(newer, url).stats();
    await refusal(backlog.claim({ owner: 'w' }), 'STORE_TOO_NEW');
    await refusal(backlog.list(), 'STORE_TOO_NEW');
  });
});

it('the times of an older program lose what is finer than a millisecond, and decide no order by it', async () => {
  const url = await emptyDatabase();
  const older = await OlderProgram.first(url);
  const at = (digits: string): string => `2026-01-31T09:30:00.123${digits}Z`;
  const age = (id: string, digits: string): Promise<unknown> =>
    older.sql('update backlog set created_at = $2 where id = $1', [id, at(digits)]);
  for (const id of ['b', 'a']) await older.create({ id });
  await age('b', '100');
  await age('a', '900');
  const backlog = await opened(url);
  expect(ids((await backlog.list()).cards)).toEqual(['a', 'b']);
  for (const id of ['d', 'c']) await older.create({ id });
  await age('d', '100');
  await age('c', '900');
  await older.close();
  expect(ids((await backlog.list()).cards)).toEqual(['a', 'b', 'c', 'd']);
  expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'a', rev: 2 });
});
