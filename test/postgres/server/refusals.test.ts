/** Whatever stands between a command and its server is said in whole sentences, and a password in none of them. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../src/backlog/postgres/server/connect.ts';
import {
  asDatabaseError,
  isConnectionLost,
  isRetryable,
  isUniqueViolation,
} from '../../../src/backlog/postgres/server/database-error.ts';
import { parseDatabaseUrl } from '../../../src/backlog/postgres/server/database-url.ts';
import { startServer, type Server } from '../server.ts';
import { ask, NOBODY, refused } from './ask.ts';

const SECRET = 'hunter 2/@:%';
const ESCAPED = encodeURIComponent(SECRET);

let server: Server;

beforeAll(async () => {
  // A socket in the folder of its data.
  const settings = { max_connections: '8', superuser_reserved_connections: '1', unix_socket_directories: '.' };
  server = await startServer({ settings });
  await server.query(`create role ada login password '${SECRET}'`);
  await server.query(`create role narrow login password '${SECRET}' connection limit 0`);
});

afterAll(() => server.remove());

function at(who: string, database = 'postgres', parameters = ''): string {
  return `postgres://${who}@127.0.0.1:${server.port}/${database}?${parameters}`;
}

async function open(url: string): Promise<Client> {
  const client = await connect(parseDatabaseUrl(url, NOBODY));
  onTestFinished(() => client.end());
  return client;
}

describe('the door', () => {
  it('is open for the right password, whatever it is made of', async () => {
    expect(await ask(at(`ada:${ESCAPED}`))).toBe('as ada in the clear');
  });

  it('has a socket on this machine, where nobody asks for TLS', async () => {
    const [row] = await server.query("select current_setting('data_directory') as folder");
    const place = `host=${String(row?.['folder'])}&port=${server.port}&sslmode=verify-full`;
    expect(await ask(`postgres://ada:${ESCAPED}@/postgres?${place}`)).toBe('as ada in the clear');
  });

  it('stays shut for a wrong password', async () => {
    const error = await refused(ask(at('ada:wrong-and-secret')), 'wrong-and-secret');
    expect(error.code).toBe('DATABASE_DENIED');
    expect(error.message).toBe(
      `postgres://ada@127.0.0.1:${server.port}/postgres refuses the password, or does not know the user: ` +
        'password authentication failed for user "ada" (SQLSTATE 28P01). Nothing was changed.',
    );
    expect(error.hint).toBe('Correct the user and the password in DATABASE_URL, in PGPASSWORD or in ~/.pgpass.');
  });

  it('stays shut for a user that is not known', async () => {
    const error = await refused(ask(at(`nobody:${ESCAPED}`)), SECRET, ESCAPED);
    expect(error).toMatchObject({ code: 'DATABASE_DENIED', message: expect.stringContaining('28P01') });
  });

  it('stays shut where a password is wanted and none is given, or an empty one', async () => {
    expect(await refused(ask(at('ada')))).toMatchObject({
      code: 'DATABASE_DENIED',
      message: `postgres://ada@127.0.0.1:${server.port}/postgres wants a password, and none is given. Nothing was changed.`,
      hint: 'Set PGPASSWORD, or write a line for this server into /nonexistent/.pgpass.',
    });
  });

  it('leads to no database that is not there', async () => {
    const error = await refused(ask(at(`ada:${ESCAPED}`, 'elsewhere')), SECRET, ESCAPED);
    expect(error.code).toBe('DATABASE_DENIED');
    expect(error.message).toContain('elsewhere is a database that is not there');
    expect(error.message).toMatch(/Nothing was changed\.$/);
  });

  it('is shut when there are enough inside', async () => {
    const full = await refused(ask(at(`narrow:${ESCAPED}`)), SECRET, ESCAPED);
    expect(full).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringContaining('no connection left'),
    });
    const clients: Client[] = [];
    const last = await refused(
      (async () => {
        for (let count = 0; count < 20; count++) clients.push(await open(at(`ada:${ESCAPED}`)));
      })(),
      SECRET,
      ESCAPED,
    );
    expect(last).toMatchObject({ code: 'DATABASE_UNREACHABLE', message: expect.stringContaining('53300') });
    expect(clients.length).toBeGreaterThan(0);
  });
});

describe('a password that the URL leaves out', () => {
  it('is taken from PGPASSWORD', async () => {
    expect(await ask(at('ada'), { PGPASSWORD: SECRET })).toBe('as ada in the clear');
  });

  it('is taken from the password file, unless others may read it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mosaic-password-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, '.pgpass');
    const escaped = SECRET.replaceAll(/[:\\]/g, String.raw`\$&`);
    await writeFile(file, `127.0.0.1:${server.port}:*:ada:${escaped}\n`, { mode: 0o600 });
    expect(await ask(at('ada'), { HOME: folder })).toBe('as ada in the clear');
    await chmod(file, 0o644);
    const error = await refused(ask(at('ada'), { PGPASSFILE: file }), SECRET);
    expect(error.hint).toBe(`Others may read ${file}, so it is not used: chmod 600 ${file}`);
  });
});

describe('where no Postgres is', () => {
  it('says that none answers', async () => {
    const { port, close } = await listen(() => undefined);
    await close();
    expect(await refused(ask(`postgres://ada:${ESCAPED}@127.0.0.1:${port}/d`), SECRET, ESCAPED)).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: `No server answers at postgres://ada@127.0.0.1:${port}/d (ECONNREFUSED). Nothing was changed.`,
      hint: 'Start the server, or correct the host and the port in DATABASE_URL.',
    });
    const local = await refused(ask(`postgres://ada:${ESCAPED}@localhost:${port}/d`), SECRET, ESCAPED);
    expect(local.message).toContain('No server answers at');
    const socket = await refused(ask('postgres://ada@/d?host=/nonexistent'));
    expect(socket.message).toBe(
      'No server has a socket in the folder of postgres://ada@/nonexistent:5432/d (ENOENT). Nothing was changed.',
    );
  });

  it('says that the name of the host leads nowhere', async () => {
    const error = await refused(ask(`postgres://ada:${ESCAPED}@nowhere.invalid/d`), SECRET, ESCAPED);
    expect(error.code).toBe('DATABASE_UNREACHABLE');
    expect(error.message).toMatch(/The name of the host in .* leads nowhere \((ENOTFOUND|EAI_AGAIN)\)/);
  });

  it.each(['disable', 'require'])('says, in good time, that nothing answers (sslmode=%s)', async (mode) => {
    const { port } = await listen(() => undefined);
    const asked = ask(`postgres://ada:${ESCAPED}@127.0.0.1:${port}/d?connect_timeout=1&sslmode=${mode}`);
    expect(await refused(asked, SECRET, ESCAPED)).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: `postgres://ada@127.0.0.1:${port}/d has not answered within a second. Nothing was changed.`,
    });
  });

  it.each(['disable', 'prefer', 'require'])('says that something else answers (sslmode=%s)', async (mode) => {
    const { port } = await listen((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    const error = await refused(ask(`postgres://ada:${ESCAPED}@127.0.0.1:${port}/d?sslmode=${mode}`), SECRET, ESCAPED);
    expect(['DATABASE_UNREACHABLE', 'DATABASE_DENIED', 'DATABASE_FAILED']).toContain(error.code);
    expect(error.message).toMatch(/Nothing was changed\.$/);
  });
});

describe('a statement', () => {
  it.each([
    ['42501', 'DATABASE_DENIED'],
    ['25006', 'DATABASE_READ_ONLY'],
    ['53100', 'DATABASE_FULL'],
    ['55P03', 'LOCK_TIMEOUT'],
    ['57014', 'DATABASE_FAILED'],
    ['22012', 'DATABASE_FAILED'],
    ['40001', 'DATABASE_FAILED'],
  ])('refused with %s is %s, with the words of the server and without the password', async (state, code) => {
    const client = await open(at(`ada:${ESCAPED}`));
    const raised = `do $$ begin raise exception 'it has % and %', '${SECRET}', '${ESCAPED}' using errcode = '${state}'; end $$`;
    const failure: unknown = await client.query(raised).catch((error: unknown) => error);
    const error = asDatabaseError(failure, 'postgres://shown', SECRET);
    await refused(Promise.reject(error), SECRET, ESCAPED);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(
      new RegExp(`it has \\*\\*\\* and \\*\\*\\* \\(SQLSTATE ${state}\\)\\. Nothing was changed\\.$`),
    );
    expect(isConnectionLost(failure)).toBe(false);
    expect([isRetryable(failure), isRetryable(error)]).toEqual([state === '40001', state === '40001']);
    expect(asDatabaseError(error, 'other', SECRET)).toBe(error);
  });

  it('that changes something is refused by a server that is only read', async () => {
    const client = await open(at(`ada:${ESCAPED}`, 'postgres', 'options=-c%20default_transaction_read_only%3Don'));
    const failure: unknown = await client.query('create table t (n int)').catch((error: unknown) => error);
    expect(asDatabaseError(failure, 'x')).toMatchObject({ code: 'DATABASE_READ_ONLY' });
  });

  it('that breaks a unique index says which one', async () => {
    const client = await open(server.url());
    await client.query('create table once (n int constraint only_once unique)');
    await client.query('insert into once values (1)');
    const failure: unknown = await client.query('insert into once values (1)').catch((error: unknown) => error);
    expect(isUniqueViolation(failure)).toBe(true);
    expect(isUniqueViolation(failure, 'only_once')).toBe(true);
    expect(isUniqueViolation(failure, 'another')).toBe(false);
  });

  it('whose connection is ended may have been done, and nothing else is said', async () => {
    const client = await open(at(`ada:${ESCAPED}`));
    const failure: unknown = await Promise.all([
      client.query('select pg_terminate_backend(pg_backend_pid())'),
      client.query('select 1'),
    ]).catch((error: unknown) => error);
    expect(isConnectionLost(failure)).toBe(true);
    const error = asDatabaseError(failure, 'postgres://shown', SECRET);
    expect(error.code).toBe('DATABASE_UNREACHABLE');
    expect(error.message).toContain('The connection to postgres://shown was lost');
    expect(error.message).not.toContain('Nothing was changed');
    expect(isConnectionLost(error)).toBe(true);
    // And every one after it.
    const next: unknown = await client.query('select 1').catch((reason: unknown) => reason);
    expect(isConnectionLost(next)).toBe(true);
  });
});

it('what is read is text, whatever the server, the database or the role would have it look like', async () => {
  await server.query("alter role ada set datestyle = 'German, DMY'");
  await server.query("alter role ada set client_encoding = 'LATIN1'");
  await server.query('alter role ada set standard_conforming_strings = off');
  const client = await open(at(`ada:${ESCAPED}`, 'postgres', 'application_name=the%20tests'));
  const { rows } = await client.query(
    String.raw`select 1 as n, true as b, null as nothing, '{"a":1}'::jsonb as j, date '2026-11-21' as d, 'ä→\' as t,
      current_setting('application_name') as name`,
  );
  const wanted = { n: '1', b: 't', nothing: null, j: '{"a": 1}', d: '2026-11-21', t: 'ä→\\', name: 'the tests' };
  expect(rows).toEqual([wanted]);
});

it('no warning reaches the screen, and a connection that breaks while idle ends no process', async () => {
  const program = `
    import { connect } from ${JSON.stringify(new URL('../../../src/backlog/postgres/server/connect.ts', import.meta.url).href)};
    import { parseDatabaseUrl } from ${JSON.stringify(new URL('../../../src/backlog/postgres/server/database-url.ts', import.meta.url).href)};
    const client = await connect(parseDatabaseUrl(process.env.URL));
    const over = new Promise((done) => client.once('end', done));
    void client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
    await over;
    await client.end();
    process.stdout.write('goes on');`;
  const folder = await mkdtemp(join(tmpdir(), 'mosaic-idle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'program.ts'), program);
  const runner = new URL('../../run-typescript.mjs', import.meta.url).pathname;
  const environment = { PATH: process.env['PATH'], HOME: folder, URL: at(`ada:${ESCAPED}`) };
  const words = [runner, join(folder, 'program.ts')];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { env: environment });
  expect({ stdout, stderr }).toEqual({ stdout: 'goes on', stderr: '' });
});

interface Listening {
  readonly port: number;
  readonly close: () => Promise<void>;
}

async function listen(onSocket: (socket: Socket) => void): Promise<Listening> {
  const sockets: Socket[] = [];
  const listener = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (listener.listening) await new Promise((resolve) => listener.close(resolve));
  };
  onTestFinished(close);
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('It has no port.');
  return { port: address.port, close };
}
