/** How the tests of the way to a server ask: is it open, with or without TLS, and what is said where it is not. */
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { connect } from '../../../src/backlog/postgres/server/connect.ts';
import { parseDatabaseUrl } from '../../../src/backlog/postgres/server/database-url.ts';
import { MosaicError } from '../../../src/errors.ts';

/** Nothing of whoever runs the tests. */
export const NOBODY: Readonly<Record<string, string>> = { HOME: '/nonexistent' };

/** Opens the way and says how it went: `as ada with TLS`. */
export async function ask(url: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const client = await connect(parseDatabaseUrl(url, { ...NOBODY, ...environment }));
  try {
    const { rows } = await client.query<{ readonly user: string; readonly ssl: string }>(
      'select current_user as user, ssl from pg_stat_ssl where pid = pg_backend_pid()',
    );
    // Text, as everything that is read.
    return `as ${rows[0]?.user} ${rows[0]?.ssl === 't' ? 'with TLS' : 'in the clear'}`;
  } finally {
    await client.end();
  }
}

/** The error, which says nothing of what is secret in any of its parts. */
export async function refused(work: Promise<unknown>, ...secrets: readonly string[]): Promise<MosaicError> {
  const error = await work.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof MosaicError)) throw error;
  const everything = `${inspect(error, { depth: null, showHidden: true })} ${error.hint} ${stacksOf(error)}`;
  for (const secret of secrets) expect(everything).not.toContain(secret);
  return error;
}

function stacksOf(error: unknown): string {
  return error instanceof Error ? `${error.stack} ${stacksOf(error.cause)}` : '';
}
