/** The server of the tests is what they take it for: real, durable, and gone when they are gone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it, onTestFinished } from 'vitest';
import { connect, query } from './connection.ts';
import { newDatabase } from './database.ts';
import { newPostgresStore } from './postgres-store.ts';
import { startServer } from './server.ts';

it('is a Postgres that flushes what it acknowledges', async () => {
  const connection = await connect(inject('postgres').url);
  onTestFinished(() => connection.end());
  const [settings] = await query(
    connection,
    "select current_setting('server_version_num')::int >= 140000 as is_recent, current_setting('fsync') as fsync",
  );
  expect(settings).toEqual({ is_recent: true, fsync: 'on' });
});

it('gives every test a database of its own, with nothing in it', async () => {
  const [one, other] = await Promise.all([newDatabase(), newDatabase()]);
  expect(one.name).not.toBe(other.name);
  const connection = await connect(one.url);
  expect(await query(connection, "select * from pg_tables where schemaname = 'public'")).toEqual([]);
  await Promise.all([one.remove(), other.remove()]);
  await expect(query(connection, 'select 1')).rejects.toThrow(/terminat|not queryable/);
});

it('gives a store of the contract a database in which nothing is left of the one before', async () => {
  const store = await newPostgresStore();
  const connection = await connect(store.url);
  await query(connection, "create type colour as enum ('red')");
  await query(connection, 'create table painted (colour colour)');
  await store.remove();
  await expect(query(connection, 'select 1')).rejects.toThrow(/terminat|not queryable/);
  const next = await newPostgresStore();
  onTestFinished(() => next.remove());
  expect(next.url).toBe(store.url);
  const again = await connect(next.url);
  onTestFinished(() => again.end());
  expect(await query(again, "select * from pg_type where typname in ('colour', 'painted')")).toEqual([]);
});

it('comes back from kill -9 with every row that it acknowledged', async () => {
  const server = await startServer();
  onTestFinished(() => server.remove());
  const { port } = server;
  await server.query('create table kept (n int)');
  await server.query('insert into kept values ($1)', [7]);
  await server.stop('kill');
  // Its children may hold the port a moment longer.
  await expect(server.query('select n from kept')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
  await server.start();
  expect(await server.query('select n from kept')).toEqual([{ n: 7 }]);
  expect(server.port).toBe(port);
});

it('is stopped and started again, and takes settings, rules of access and files', async () => {
  const server = await startServer({
    settings: { max_connections: '17' },
    hba: 'host all all 127.0.0.1/32 trust',
    files: { note: 'text' },
  });
  onTestFinished(() => server.remove());
  await server.stop('fast');
  await server.start();
  const { url } = await server.createDatabase();
  const connection = await connect(url.replace(server.password, 'wrong'));
  const [row] = await query(
    connection,
    "select current_setting('max_connections') as connections, pg_read_file('note') as note",
  );
  await connection.end();
  expect(row).toEqual({ connections: '17', note: 'text' });
});

it('does not outlive the process that started it, however that one ends', async () => {
  const starter = spawn(process.execPath, ['test/run-typescript.mjs', 'test/postgres/programs/server.ts'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // What it was made into, which it could not remove.
  onTestFinished(() => rm(`dist/.run-${starter.pid}`, { recursive: true, force: true }));
  let url = '';
  for await (const line of createInterface({ input: starter.stdout })) {
    url = line;
    break;
  }
  const connection = await connect(url);
  const [place] = await query(connection, "select current_setting('data_directory') as folder");
  const folder = String(place?.['folder']);
  await access(folder);

  starter.kill('SIGKILL');
  await once(starter, 'exit');

  await until(() =>
    access(folder).then(
      () => false,
      () => true,
    ),
  );
  await expect(connect(url)).rejects.toThrow('ECONNREFUSED');
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}
