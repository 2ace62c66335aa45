/**
 * Finds out what became of a commit whose answer was lost with the connection. Every change carries a token: its
 * transaction holds a lock of that name until it has ended, however that may be, and its lines in the history bear it.
 */
import type { Client } from 'pg';
import { MosaicError } from '../../errors.ts';
import { commandLine } from '../sentences.ts';
import { ask } from './asking.ts';

/** The server may go on for as long as the change would wait for a lock, before it notices that nobody listens. */
const LONGEST_SECONDS = 90;

/** More lines than are written in that time; looked through from the end, because tokens have no index. */
const LINES_BACK = 1_000_000;

/** Whether the change was done; false only once it never will be. */
export async function wasCommitted(client: Client, token: string): Promise<boolean> {
  await ask(client, {
    text: `BEGIN; SET LOCAL lock_timeout = '${LONGEST_SECONDS}s'; SELECT pg_advisory_xact_lock(${token}); COMMIT`,
  });
  const rows = await ask(client, {
    text: `SELECT seq FROM backlog_history
      WHERE seq > (SELECT last_seq FROM backlog_store) - ${LINES_BACK} AND token = $1 LIMIT 1`,
    values: [token],
  });
  return rows.length > 0;
}

export function outcomeUnknown(shown: string, cause: unknown): MosaicError {
  return new MosaicError({
    code: 'OUTCOME_UNKNOWN',
    message:
      `The connection to ${shown} was lost while the change was being written, and the server could not be asked again. ` +
      'Whether the change was made is not known.',
    hint: `Look before you repeat it: ${commandLine('history')}`,
    cause,
  });
}

export function lostForGood(shown: string, cause: unknown): MosaicError {
  return new MosaicError({
    code: 'DATABASE_UNREACHABLE',
    message: `The connection to ${shown} was lost, and lost again each time. Nothing was changed.`,
    hint: 'Look whether the server runs and can be reached, then run the same command again.',
    cause,
  });
}
