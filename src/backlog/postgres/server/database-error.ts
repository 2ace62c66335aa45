/** Turns what a server says into our errors: what is wrong, with which server, and what to do; never with a password. */
import { type ErrorCode, MosaicError } from '../../../errors.ts';
import { isOver, sourceOf, sqlStateOf } from './failures.ts';
import { quotedCause, wordsOf } from './quotation.ts';

/** The connection is over; whether a statement on its way has been done is not known. */
export function isConnectionLost(error: unknown): boolean {
  return isOver(error);
}

/** Two transactions were in each other's way, and this one has been undone: the same again may succeed. */
export function isRetryable(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlStateOf(error) ?? '');
}

/** The server has undone the transaction. With other severities it ends the session, and may have done what was asked. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}

/** @param constraint the name of the index or constraint, where only that one is meant */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlStateOf(error) !== '23505') return false;
  const source = sourceOf(error);
  return (
    constraint === undefined || (source instanceof Error && 'constraint' in source && source.constraint === constraint)
  );
}

export interface ServerTrouble {
  readonly code: ErrorCode;
  /** Goes on with what the server said. */
  readonly says: (shown: string) => string;
  readonly hint: string;
}

const AGAIN = 'then run the same command again';

const TROUBLES: readonly (readonly [sqlStates: RegExp, ServerTrouble])[] = [
  [
    /^28P01$/,
    {
      code: 'DATABASE_DENIED',
      says: (shown) => `${shown} refuses the password, or does not know the user`,
      hint: 'Correct the user and the password in DATABASE_URL, in PGPASSWORD or in ~/.pgpass.',
    },
  ],
  [
    /^28/,
    {
      code: 'DATABASE_DENIED',
      says: (shown) => `${shown} does not let this user in`,
      hint: 'Correct the user or sslmode in DATABASE_URL, or let the user in at the server (pg_hba.conf).',
    },
  ],
  [
    /^3D000$/,
    {
      code: 'DATABASE_DENIED',
      says: (shown) => `${shown} is a database that is not there`,
      hint: 'Correct the name of the database in DATABASE_URL, or create it (CREATE DATABASE).',
    },
  ],
  [
    /^42501$/,
    {
      code: 'DATABASE_DENIED',
      says: (shown) => `${shown} does not permit this user to do that`,
      hint: 'Let the owner of the database GRANT the right, or use another user in DATABASE_URL.',
    },
  ],
  [
    /^25006$/,
    {
      code: 'DATABASE_READ_ONLY',
      says: (shown) => `${shown} takes no changes`,
      hint: 'It may be a standby: put the address of the primary into DATABASE_URL.',
    },
  ],
  [
    /^53100$/,
    {
      code: 'DATABASE_FULL',
      says: (shown) => `The disk of ${shown} is full`,
      hint: `Make room at the server, ${AGAIN}.`,
    },
  ],
  [
    /^53300$/,
    {
      code: 'DATABASE_UNREACHABLE',
      says: (shown) => `${shown} has no connection left`,
      hint: `Close some or raise max_connections at the server, ${AGAIN}.`,
    },
  ],
  [
    /^57P03$/,
    {
      code: 'DATABASE_UNREACHABLE',
      says: (shown) => `${shown} is not ready`,
      hint: `Wait until the server has started, ${AGAIN}.`,
    },
  ],
  [
    /^55P03$/,
    {
      code: 'LOCK_TIMEOUT',
      says: (shown) => `A lock at ${shown} was not to be had in time`,
      hint: 'Somebody holds it (pg_locks shows who). Run the same command again.',
    },
  ],
  [
    /^22003$/,
    {
      code: 'INVALID_INPUT',
      says: (shown) => `${shown} cannot keep a number that large`,
      hint: 'Correct it: attempts and priority are whole numbers below 2147483648 there.',
    },
  ],
  [
    /^57014$/,
    {
      code: 'DATABASE_FAILED',
      says: (shown) => `${shown} broke a statement off`,
      hint: 'Somebody cancelled it, or it took longer than statement_timeout. Run the same command again.',
    },
  ],
  [
    /^40/,
    {
      code: 'DATABASE_FAILED',
      says: (shown) => `At ${shown} other changes were in the way each time`,
      hint: 'Run the same command again.',
    },
  ],
];

const OTHER: ServerTrouble = {
  code: 'DATABASE_FAILED',
  says: (shown) => `${shown} reports an error`,
  hint: 'Look into the log of the server. If it is in order, this is a defect of mosaic-fleet.',
};

export function troubleOf(sqlState: string): ServerTrouble {
  return TROUBLES.find(([states]) => states.test(sqlState))?.[1] ?? OTHER;
}

/**
 * For what a statement met. That nothing was changed is said where the server has refused it; where the connection broke,
 * it is not known.
 *
 * @param shown the address without its password
 * @param password taken out of whatever is repeated
 * @returns ours as they are
 */
export function asDatabaseError(error: unknown, shown: string, password?: string): MosaicError {
  if (error instanceof MosaicError) return error;
  const words = wordsOf(error, password);
  const cause = quotedCause(error, password);
  if (isConnectionLost(error)) {
    return new MosaicError({
      code: 'DATABASE_UNREACHABLE',
      message: `The connection to ${shown} was lost: ${words}.`,
      hint: 'Look whether the server runs and can be reached. What was asked may have been done: look before you repeat it.',
      cause,
    });
  }
  const state = sqlStateOf(error);
  if (state === null) return notUnderstood(error, shown, password);
  const { code, says, hint } = troubleOf(state);
  return new MosaicError({
    code,
    message: `${says(shown)}: ${words} (SQLSTATE ${state}).${isRefusal(error) ? ' Nothing was changed.' : ''}`,
    hint,
    cause,
  });
}

/** What no server says: an answer that makes no sense, or a defect of our own. */
export function notUnderstood(error: unknown, shown: string, password: string | undefined): MosaicError {
  const cause = quotedCause(error, password);
  const isDefect = !(error instanceof Error) || error instanceof TypeError || error instanceof ReferenceError;
  return new MosaicError({
    code: isDefect ? 'INTERNAL' : 'DATABASE_FAILED',
    message: isDefect
      ? `This is a defect of mosaic-fleet, not of what you asked for: ${wordsOf(error, password)}`
      : `Talking to ${shown} failed: ${wordsOf(error, password)}.`,
    hint: 'Whether anything was changed is not known: look before you repeat it.',
    cause,
  });
}
