/** What a store on a server is told, where a test wants it otherwise than `openBacklog` has it. */
import type { Backlog } from '../../src/backlog/backlog.ts';
import { postgresBacklog } from '../../src/backlog/postgres/postgres-backlog.ts';
import type { PostgresStoreSettings } from '../../src/backlog/postgres/postgres-store.ts';
import { MIGRATIONS } from '../../src/backlog/postgres/schema/migrations.ts';
import { parseDatabaseUrl } from '../../src/backlog/postgres/server/database-url.ts';
import { systemClock } from '../../src/host/clock.ts';

export function settingsFor(
  databaseUrl: string,
  otherwise: Partial<PostgresStoreSettings> = {},
): PostgresStoreSettings {
  return {
    address: parseDatabaseUrl(databaseUrl),
    migrations: MIGRATIONS,
    clock: systemClock,
    actor: 'tester',
    durable: true,
    newToken: () => String(Math.floor(Math.random() * 2 ** 53)),
    random: Math.random,
    ...{ patienceMs: 60_000, silenceMs: 150_000, vanishedAfterSeconds: 30 },
    ...otherwise,
  };
}

export function openWith(databaseUrl: string, otherwise: Partial<PostgresStoreSettings>): Backlog {
  return postgresBacklog(settingsFor(databaseUrl, otherwise));
}
