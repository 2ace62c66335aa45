/** Turns what went wrong on the way to a server into our errors. Nothing was asked of it yet, so nothing was changed. */
import { type ErrorCode, MosaicError } from '../../../errors.ts';
import { notUnderstood, troubleOf } from './database-error.ts';
import { codeOf, isOver, isTimeout, isTlsTrouble, isUntrusted, sqlStateOf, NO_TLS } from './failures.ts';
import { quotedCause, wordsOf } from './quotation.ts';
import { isSocketFolder, type ServerAddress } from './server-address.ts';

interface Trouble {
  readonly code: ErrorCode;
  /** A whole sentence. */
  readonly says: string;
  readonly hint: string;
}

/** @returns ours as they are */
export function asConnectError(error: unknown, address: ServerAddress): MosaicError {
  if (error instanceof MosaicError) return error;
  const words = wordsOf(error, address.password);
  const trouble =
    fromServer(error, address, words) ?? onTheWay(error, address, words) ?? withTls(error, address, words);
  if (trouble === null) return notUnderstood(error, address.shown, address.password);
  return new MosaicError({
    code: trouble.code,
    message: `${trouble.says} Nothing was changed.`,
    hint: trouble.hint,
    cause: quotedCause(error, address.password),
  });
}

function fromServer(error: unknown, { shown }: ServerAddress, words: string): Trouble | null {
  const state = sqlStateOf(error);
  if (state === null) return null;
  if (/^(08|57P0[^3])/.test(state)) {
    return {
      code: 'DATABASE_UNREACHABLE',
      says: `${shown} refused the connection: ${words} (SQLSTATE ${state}).`,
      hint: 'Look into the log of the server, or of the pool in front of it, then run the same command again.',
    };
  }
  const { code, says, hint } = troubleOf(state);
  return { code, says: `${says(shown)}: ${words} (SQLSTATE ${state}).`, hint };
}

function onTheWay(
  error: unknown,
  { shown, host, connectTimeoutSeconds }: ServerAddress,
  words: string,
): Trouble | null {
  const unreachable = (says: string, hint: string): Trouble => ({ code: 'DATABASE_UNREACHABLE', says, hint });
  const correct = 'Start the server, or correct the host and the port in DATABASE_URL.';
  if (isTimeout(error)) {
    return unreachable(
      `${shown} has not answered within ${connectTimeoutSeconds === 1 ? 'a second' : `${connectTimeoutSeconds} seconds`}.`,
      'Look whether the server and the way to it are in order; connect_timeout=SECONDS in DATABASE_URL gives it longer.',
    );
  }
  const code = codeOf(error) ?? '';
  if (code === 'ECONNREFUSED' || code === 'ENOENT') {
    const where = isSocketFolder(host) ? `has a socket in the folder of ${shown}` : `answers at ${shown}`;
    return unreachable(`No server ${where} (${code}).`, correct);
  }
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
    return unreachable(
      `The name of the host in ${shown} leads nowhere (${code}).`,
      'Correct the host in DATABASE_URL, or look whether names are found at all on this machine.',
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      code: 'DATABASE_DENIED',
      says: `The system does not permit this user to reach ${shown} (${code}).`,
      hint: 'Look at the rights to the folder of the socket, or at the firewall of this machine.',
    };
  }
  if (isUntrusted(error) || isTlsTrouble(error)) return null;
  if (isOver(error)) {
    return unreachable(
      `${shown} ended the connection before it was ready: ${words}.`,
      'Look into the log of the server, and whether it is a Postgres that has that port.',
    );
  }
  if (words.startsWith('SASL')) {
    return {
      code: 'DATABASE_DENIED',
      says: `${shown} and this program could not agree on the password: ${words}.`,
      hint: 'Correct the password in DATABASE_URL, in PGPASSWORD or in ~/.pgpass.',
    };
  }
  return code.startsWith('E') && !code.startsWith('ERR_')
    ? unreachable(`${shown} cannot be reached: ${words}.`, correct)
    : null;
}

function withTls(error: unknown, { shown }: ServerAddress, words: string): Trouble | null {
  const code = codeOf(error);
  const denied = (says: string, hint: string): Trouble => ({ code: 'DATABASE_DENIED', says, hint });
  if (isUntrusted(error)) {
    return denied(
      `The certificate of ${shown} is not to be trusted: ${words} (${code}).`,
      code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? 'Write the host into DATABASE_URL as the certificate has it.'
        : 'Name the certificate of the authority that signed it: sslrootcert=FILE in DATABASE_URL.',
    );
  }
  if (error instanceof Error && error.message === NO_TLS) {
    return denied(
      `${shown} has no TLS, and sslmode demands it.`,
      'Switch it on at the server (ssl = on). Where nobody can listen on the way, sslmode=disable does without.',
    );
  }
  if (!isTlsTrouble(error)) return null;
  return denied(
    `TLS with ${shown} did not come about: ${words}.`,
    'Look into the log of the server; it may want a certificate of yours (sslcert and sslkey in DATABASE_URL).',
  );
}
