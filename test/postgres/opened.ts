/** What a test opens and what goes when it has ended: handles, connections, databases, users. */
import { onTestFinished } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { openBacklog } from '../../src/backlog/open.ts';
import { connect, query, type Connection, type Row } from './connection.ts';
import { newDatabase } from './database.ts';

export async function opened(databaseUrl: string, actor = 'tester'): Promise<Backlog> {
  const backlog = await openBacklog({ databaseUrl, actor });
  onTestFinished(() => backlog.close());
  return backlog;
}

export async function connected(url: string): Promise<Connection> {
  const connection = await connect(url);
  onTestFinished(() => connection.end());
  return connection;
}

/** The URL of a database that nobody has used yet. */
export async function emptyDatabase(): Promise<string> {
  return (await newDatabase()).url;
}

/** By the owner of the server, in the database of the URL. */
export async function sql(url: string, text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  const connection = await connect(url);
  try {
    return await query(connection, text, values);
  } finally {
    await connection.end();
  }
}

export function withParameter(url: string, name: string, value: string): string {
  const address = new URL(url);
  address.search = `${address.search === '' ? '?' : `${address.search}&`}${name}=${encodeURIComponent(value)}`;
  return address.href;
}
