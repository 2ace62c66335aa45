/** How the store's transactions begin. Everything is set for the transaction alone, so that a pool in front does no harm. */

/** Set in the transactions of this program; the triggers of the table look after those of all others. */
export const WRITER = 'mosaic.writer';

/** Longer than any change takes; whoever waits so long is told who is in the way. */
const LOCK_TIMEOUT_SECONDS = 60;

/**
 * A host that vanishes in the middle of a change leaves its rows locked until the server gives it up. Between two steps of
 * a change nothing but a decision is made here.
 */
const VANISHED_AFTER_SECONDS = 30;

/** @param token a number below 2^63, by which others can wait for the end of this transaction */
export function beginChange(token: string, durable: boolean): string {
  return [
    'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
    "SET LOCAL TimeZone = 'UTC'",
    `SET LOCAL lock_timeout = '${LOCK_TIMEOUT_SECONDS}s'`,
    `SET LOCAL idle_in_transaction_session_timeout = '${VANISHED_AFTER_SECONDS}s'`,
    `SET LOCAL ${WRITER} = 'on'`,
    ...(durable ? [] : ['SET LOCAL synchronous_commit = off']),
    `SELECT pg_advisory_xact_lock_shared(${token})`,
  ].join('; ');
}

/** One view of everything, however many questions are asked. */
export const BEGIN_LOOK: string = [
  'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  "SET LOCAL TimeZone = 'UTC'",
  `SET LOCAL idle_in_transaction_session_timeout = '${VANISHED_AFTER_SECONDS}s'`,
].join('; ');
