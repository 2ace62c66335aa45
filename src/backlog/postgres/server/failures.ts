/** Tells failures of the server and of the way to it apart, by the codes that Postgres and the system give them. */

import { MosaicError } from '../../../errors.ts';

/** The words in which the client says that the server answered "no" to TLS, and that something else answered. */
export const NO_TLS = 'The server does not support SSL connections';
const NO_ANSWER_TO_TLS = 'There was an error establishing an SSL connection';

/** Connections that are over without a code, in the words of the client. */
const OVER: ReadonlySet<string> = new Set([
  'Connection terminated unexpectedly',
  'Connection terminated',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
]);

/** The system's, about a connection that was there. */
const BROKEN: ReadonlySet<string> = new Set([
  ...['ECONNRESET', 'EPIPE', 'EPROTO', 'ETIMEDOUT', 'ECONNABORTED', 'ENOTCONN', 'ENETRESET', 'ENETDOWN', 'ENETUNREACH'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
]);

/** Ended by an operator, by a crash elsewhere in the server, by its start or stop, or for having idled. */
const ENDED = /^(57P0[1-5]|25P03|08...)$/;

const STARTING_UP = '57P03';

export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** The five letters and digits of the SQL standard, where it was the server that said it. */
export function sqlStateOf(error: unknown): string | null {
  const code = codeOf(sourceOf(error));
  // Codes of the system may have five letters too, and begin with an E: EPIPE.
  return code !== null && /^(?!E)[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** The connection is over; whether a statement on its way has been done is not known. */
export function isOver(error: unknown): boolean {
  const source = sourceOf(error);
  if (!(source instanceof Error)) return false;
  const code = codeOf(source) ?? '';
  return (
    OVER.has(source.message) || BROKEN.has(code) || code.startsWith('ERR_SSL_') || ENDED.test(sqlStateOf(source) ?? '')
  );
}

export function isStartingUp(error: unknown): boolean {
  return sqlStateOf(error) === STARTING_UP;
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout expired';
}

/** The certificate of the server, or the name in it, is not the one that was asked for. */
export function isUntrusted(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|CRL_|INVALID_CA|HOSTNAME_MISMATCH)|ALTNAME|UNTRUSTED/.test(code);
}

export function isTlsTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return [NO_TLS, NO_ANSWER_TO_TLS].includes(error.message) || /^(ERR_SSL_|ERR_TLS_|EPROTO)/.test(codeOf(error) ?? '');
}

/** Ours carry the server's as their cause. */
export function sourceOf(error: unknown): unknown {
  return error instanceof MosaicError && error.code.startsWith('DATABASE_') ? error.cause : error;
}
