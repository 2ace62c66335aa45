/**
 * An empty store on the server of the run, for the contract. Its database is used again, emptied, by the next test of
 * the same file: making one takes longer than most of these tests.
 */
import type { Backlog } from '../../src/backlog/backlog.ts';
import { openBacklog } from '../../src/backlog/open.ts';
import { connect, query } from './connection.ts';
import { newDatabase, type Database } from './database.ts';

export interface PostgresStore {
  readonly url: string;
  open(options: { readonly actor: string }): Promise<Backlog>;
  remove(): Promise<void>;
}

const emptied: Database[] = [];

export async function newPostgresStore(): Promise<PostgresStore> {
  const database = emptied.pop() ?? (await newDatabase());
  return {
    url: database.url,
    open: ({ actor }) => openBacklog({ databaseUrl: database.url, actor }),
    remove: async () => {
      // First, so that a connection that a handle has not closed waits for no lock, and is noticed.
      await database.remove();
      await empty(database.url);
      emptied.push(database);
    },
  };
}

async function empty(url: string): Promise<void> {
  const connection = await connect(url);
  await query(connection, 'drop schema public cascade');
  await query(connection, 'create schema public');
  await connection.end();
}
