/** Opens the backlog on a server; loaded only where there is a database URL. */
import { systemClock } from '../../host/clock.ts';
import type { Backlog } from '../backlog.ts';
import { postgresBacklog } from './postgres-backlog.ts';
import { MIGRATIONS } from './schema/migrations.ts';
import { parseDatabaseUrl } from './server/database-url.ts';

export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly actor: string | null;
  readonly durable: boolean;
}

const LIMITS = {
  // A server that is started again is back by then; who never reached it is told at once.
  patienceMs: 60_000,
  // Twice as long as it takes to wait for a lock, and a little more.
  silenceMs: 150_000,
  vanishedAfterSeconds: 30,
} as const;

/** Connects with the first operation. @throws MosaicError INVALID_INPUT for a URL that cannot be used */
export function openPostgres({ databaseUrl, actor, durable }: PostgresOptions): Backlog {
  return postgresBacklog({
    address: parseDatabaseUrl(databaseUrl),
    migrations: MIGRATIONS,
    clock: systemClock,
    actor,
    durable,
    newToken,
    random: Math.random,
    ...LIMITS,
  });
}

/** Nobody gains by guessing it: it tells one transaction from all others, no more. */
function newToken(): string {
  const [high, low] = [Math.random(), Math.random()].map((part) => BigInt(Math.floor(part * 2 ** 31)));
  return String(((high ?? 0n) << 31n) | (low ?? 0n));
}
