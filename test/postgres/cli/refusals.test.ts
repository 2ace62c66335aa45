/** What a person and a program are told where the server cannot be used; and that nobody is told the password. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Mosaic, newFolder, type Answer } from '../../cli/mosaic.ts';
import { emptyDatabase, sql, withParameter } from '../opened.ts';
import { mosaicOnServer } from './on-server.ts';

const SECRET = 'S3cret-of-the-test';

function withPassword(url: string, password: string): string {
  const address = new URL(url);
  address.password = password;
  return address.href;
}

const PLACES: Readonly<
  Record<string, { readonly url: () => Promise<string>; readonly code: string; readonly says: string }>
> = {
  'a wrong password': {
    url: async () => withPassword(await emptyDatabase(), SECRET),
    code: 'DATABASE_DENIED',
    says: 'refuses the password',
  },
  'a server that is not there': {
    url: async () => `postgres://ada:${SECRET}@127.0.0.1:1/mosaic`,
    code: 'DATABASE_UNREACHABLE',
    says: '127.0.0.1:1',
  },
  'a name that no host has': {
    url: async () => `postgres://ada:${SECRET}@no-such-host.invalid/mosaic`,
    code: 'DATABASE_UNREACHABLE',
    says: 'no-such-host.invalid',
  },
  'a database that is not there': {
    url: async () => {
      const address = new URL(await emptyDatabase());
      address.pathname = '/nowhere';
      return address.href;
    },
    code: 'DATABASE_DENIED',
    says: 'nowhere',
  },
  'a URL that is none': {
    url: async () => `mysql://ada:${SECRET}@127.0.0.1/mosaic`,
    code: 'INVALID_INPUT',
    says: 'postgres://',
  },
  'a URL with an option that nobody knows': {
    url: async () => `postgres://ada:${SECRET}@127.0.0.1/mosaic?sslmoode=require`,
    code: 'INVALID_INPUT',
    says: 'sslmoode',
  },
  'a table that is not ours': {
    url: async () => {
      const url = await emptyDatabase();
      await sql(url, 'create table backlog (id text)');
      return url;
    },
    code: 'STORE_FOREIGN',
    says: 'not ours',
  },
};

/** One that asks, one that changes, one that goes on. */
const COMMANDS: readonly (readonly string[])[] = [['list'], ['claim', '--owner', 'w', '--wait', '30s'], ['watch']];

describe.each(Object.entries(PLACES))('%s', (_what, { url, code, says }) => {
  // What cannot be right wherever it points to counts as wrong usage.
  const status = code === 'INVALID_INPUT' ? 2 : 1;

  it('is one clear error for a program and for a person, and the password is in none of it', async () => {
    const databaseUrl = await url();
    const password = new URL(databaseUrl).password;
    const mosaic = new Mosaic(newFolder(), databaseUrl);
    const answers = await Promise.all(COMMANDS.map((words) => mosaic.backlog([...words, '--json'])));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status, stdout: '' });
      const { error } = errorOf(answer);
      expect(error).toMatchObject({ code, message: expect.stringContaining(says), hint: expect.any(String) });
    }
    const debug = await mosaic.backlog(['list', '--debug']);
    expect(debug).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(says) });
    for (const { stdout, stderr } of [...answers, debug]) expect(stdout + stderr).not.toContain(password);
    expect(existsSync(join(mosaic.home, 'fleet'))).toBe(false);
  });
});

it('the password is in nothing that is said where all goes well', async () => {
  const mosaic = await mosaicOnServer();
  const { password } = new URL(mosaic.databaseUrl);
  await mosaic.create('a');
  for (const words of [
    ['list'],
    ['doctor'],
    ['doctor', '--json'],
    ['stats', '--json'],
    ['history', '--json'],
    ['export'],
  ]) {
    const { status, stdout, stderr } = await mosaic.backlog(words);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toContain(password);
  }
});

it('a user who may only read reads, and is told with status 1 what he may not', async () => {
  const url = await emptyDatabase();
  const role = `reader_${new URL(url).pathname.slice(1)}`;
  await new Mosaic(newFolder(), url).create('a');
  await sql(
    url,
    `create role ${role} login password '${SECRET}'; grant select on all tables in schema public to ${role}`,
  );
  const address = new URL(withParameter(url, 'application_name', 'reader'));
  address.username = role;
  address.password = SECRET;
  const reader = new Mosaic(newFolder(), address.href);
  expect(await reader.json(['list'])).toMatchObject([{ id: 'a' }]);
  expect(await reader.json(['doctor'])).toMatchObject({ healthy: true });
  const refused = await reader.backlog(['claim', '--owner', 'w', '--json']);
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(errorOf(refused).error).toMatchObject({
    code: 'DATABASE_DENIED',
    message: expect.stringContaining('Nothing was changed.'),
  });
  expect(refused.stderr).not.toContain(SECRET);
  await sql(url, `drop owned by ${role}; drop role ${role}`);
});

function errorOf({ stderr }: Answer): { readonly error: unknown } {
  const value: unknown = JSON.parse(stderr);
  if (typeof value === 'object' && value !== null && 'error' in value) return { error: value.error };
  throw new Error(`There is no error in ${stderr}.`);
}
