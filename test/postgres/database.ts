/**
 * Databases on the server of the run. Dropping one costs a checkpoint, more than all a short test does: they stay until
 * the run ends, and are as good as gone when nobody is connected any more.
 */
import { inject } from 'vitest';
import { connect, query } from './connection.ts';

export interface Database {
  readonly name: string;
  readonly url: string;
  /** Ends whoever is still connected. */
  remove(): Promise<void>;
}

let made = 0;

/** A database that was never used. */
export async function newDatabase(): Promise<Database> {
  const { url, prefix } = inject('postgres');
  const name = `${prefix}${process.pid}_${(made += 1)}`;
  // Others copy files and want a checkpoint for it.
  await once(url, `create database ${name} template template0 strategy wal_log`);
  return {
    name,
    url: urlOf(name),
    remove: () => once(url, 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]),
  };
}

/** The same server, another database. */
function urlOf(name: string): string {
  const url = new URL(inject('postgres').url);
  url.pathname = `/${name}`;
  return url.href;
}

async function once(url: string, sql: string, parameters: readonly unknown[] = []): Promise<void> {
  const connection = await connect(url);
  try {
    await query(connection, sql, parameters);
  } finally {
    await connection.end();
  }
}
