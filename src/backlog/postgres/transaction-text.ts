/** How the store's transactions begin. Everything is set for the transaction alone, so that a pool in front does no harm. */

/** Set in the transactions of this program; the triggers of the table look after those of all others. */
export const WRITER = 'mosaic.writer';

/** Longer than any change takes; whoever waits so long is told who is in the way. */
const LOCK_TIMEOUT_SECONDS = 60;

export interface ChangeTerms {
  /** A number below 2^63, by which others can wait for the end of this transaction. */
  readonly token: string;
  readonly durable: boolean;
  /** Between two steps of a change nothing but a decision is made here. */
  readonly vanishedAfterSeconds: number;
}

export function beginChange({ token, durable, vanishedAfterSeconds }: ChangeTerms): string {
  return [
    // Nothing about writing: where an operator has made the database read-only by default, it is to be respected.
    'BEGIN ISOLATION LEVEL READ COMMITTED',
    "SET LOCAL TimeZone = 'UTC'",
    `SET LOCAL lock_timeout = '${LOCK_TIMEOUT_SECONDS}s'`,
    `SET LOCAL idle_in_transaction_session_timeout = '${vanishedAfterSeconds}s'`,
    `SET LOCAL ${WRITER} = 'on'`,
    ...(durable ? [] : ['SET LOCAL synchronous_commit = off']),
    `SELECT pg_advisory_xact_lock_shared(${token})`,
    // From here on the schema stays as it is.
    'LOCK TABLE backlog IN ROW SHARE MODE',
  ].join('; ');
}

/** One view of everything, however many questions are asked. Whoever vanishes keeps nobody waiting. */
export const BEGIN_LOOK: string = [
  'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL idle_in_transaction_session_timeout = '30s'",
].join('; ');
