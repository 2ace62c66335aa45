/**
 * Before the tests that need a server: starts one for all of them, or takes the one that TEST_DATABASE_URL names, where
 * it makes databases called `mosaic_test_...` and drops them in the end. The user there may create databases.
 */
import type { TestProject } from 'vitest/node';
import { temporaryInMemory } from '../house/in-memory.ts';
import { connect, query } from './connection.ts';
import { startServer } from './server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgres: {
      readonly url: string;
      /** How the names of the databases of this run begin. */
      readonly prefix: string;
    };
  }
}

export default async function startForAll(project: TestProject): Promise<() => Promise<void>> {
  const prefix = `mosaic_test_${process.pid}_`;
  const foreign = process.env['TEST_DATABASE_URL'] ?? '';
  if (foreign !== '') {
    project.provide('postgres', { url: foreign, prefix });
    return () => dropAll(foreign, prefix);
  }
  const { TMPDIR: place } = temporaryInMemory();
  const server = await startServer(place === undefined ? {} : { place });
  project.provide('postgres', { url: server.url(), prefix });
  return () => server.remove();
}

async function dropAll(url: string, prefix: string): Promise<void> {
  const connection = await connect(url);
  const rows = await query(connection, 'select datname from pg_database where starts_with(datname, $1)', [prefix]);
  for (const { datname } of rows) await query(connection, `drop database if exists ${String(datname)} with (force)`);
  await connection.end();
}
