/**
 * Reads a database URL as libpq reads it, and the variables of the environment that fill what it leaves out.
 * What cannot be read is refused in words that never repeat it: any part of it may be a password.
 */
import { homedir, userInfo } from 'node:os';
import type { MosaicError } from '../../../errors.ts';
import { readEncryption } from './encryption.ts';
import { ServerAddress } from './server-address.ts';
import { oneOf, readParameters, refusedUrl } from './url-parameters.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = 5432;
const DEFAULT_TIMEOUT_SECONDS = 10;
/** Who waits for changes for hours should hear of a lost network sooner than the system would tell. */
const DEFAULT_IDLE_SECONDS = 60;
const ESCAPE = 'In a user name or a password the characters : / ? # @ % are written %3A %2F %3F %23 %40 %25.';
const SHAPE = 'It looks like postgres://user:password@host:5432/database?sslmode=verify-full.';

/** @throws MosaicError INVALID_INPUT; without a word of what the URL says */
export function parseDatabaseUrl(text: string, environment: Environment = process.env): ServerAddress {
  const { userText, hostText, databaseText, queryText } = split(text.trim());
  const given = readParameters(queryText);
  const [userInUrl, passwordInUrl] = credentialsIn(userText);
  const { host: hostInUrl, port: portInUrl } = placeIn(hostText);
  const set = (name: string): string | undefined => filled(environment[name]);
  const host = oneHost(given.host ?? filled(hostInUrl) ?? set('PGHOST') ?? 'localhost');
  const user = given.user ?? filled(userInUrl) ?? set('PGUSER') ?? systemUser(environment);
  const home = set('HOME') ?? homedir();
  const seconds = given.connect_timeout ?? set('PGCONNECT_TIMEOUT');
  return new ServerAddress({
    host,
    port: portOf(given.port ?? filled(portInUrl) ?? set('PGPORT')),
    user,
    database: given.dbname ?? filled(decoded(databaseText)) ?? set('PGDATABASE') ?? user,
    password: given.password ?? filled(passwordInUrl) ?? set('PGPASSWORD') ?? null,
    passwordFile: given.passfile ?? set('PGPASSFILE') ?? `${home}/.pgpass`,
    keyPassword: given.sslpassword ?? null,
    encryption: readEncryption(given, set, host, home),
    applicationName: given.application_name ?? set('PGAPPNAME') ?? 'mosaic-fleet',
    sessionOptions: given.options ?? set('PGOPTIONS') ?? '',
    connectTimeoutSeconds: secondsOf('connect_timeout', seconds, DEFAULT_TIMEOUT_SECONDS),
    keepAlive: oneOf('keepalives', given.keepalives, ['0', '1']) !== '0',
    keepAliveIdleSeconds: secondsOf('keepalives_idle', given.keepalives_idle, DEFAULT_IDLE_SECONDS),
  });
}

/** What is there but empty counts as left out. */
function filled(text: string | null | undefined): string | undefined {
  return text === '' || text === null ? undefined : text;
}

interface UrlTexts {
  readonly userText: string | null;
  readonly hostText: string;
  readonly databaseText: string;
  readonly queryText: string;
}

/** `postgres://[user[:password]@][host[:port]][/database][?parameters]` */
function split(text: string): UrlTexts {
  const [, authority, path = '', queryText = ''] =
    /^postgres(?:ql)?:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(text) ?? [];
  if (authority === undefined) {
    throw refusedUrl('The database URL does not begin with postgres:// or postgresql://.', SHAPE);
  }
  // A password with a character that should have been escaped ends up here, and must not be taken for a name.
  if (/[@/]/.test(path) || queryText.includes('@')) {
    throw refusedUrl('After the host, the database URL has a / or an @ that belongs to nothing.', ESCAPE);
  }
  const at = authority.lastIndexOf('@');
  return {
    userText: at === -1 ? null : authority.slice(0, at),
    hostText: authority.slice(at + 1),
    databaseText: path,
    queryText,
  };
}

function credentialsIn(text: string | null): readonly [user: string | null, password: string | null] {
  if (text === null) return [null, null];
  const colon = text.indexOf(':');
  if (colon === -1) return [decoded(text), null];
  return [decoded(text.slice(0, colon)), decoded(text.slice(colon + 1))];
}

function placeIn(text: string): { readonly host: string; readonly port: string } {
  if (text.includes(',')) throw severalHosts();
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(text);
  if (match === null) throw refusedUrl('The database URL has no host that can be read.', ESCAPE);
  const [, bracketed, plain = '', port = ''] = match;
  return { host: decoded(bracketed ?? plain), port };
}

function oneHost(host: string): string {
  if (host.includes(',')) throw severalHosts();
  return host;
}

function severalHosts(): MosaicError {
  return refusedUrl(
    'The database URL names several hosts, and the backlog is on one.',
    'Name the one that can be written to, or an address that always leads there.',
  );
}

function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw refusedUrl('The port of the database URL is not a number from 1 to 65535.', ESCAPE);
}

function secondsOf(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw refusedUrl(`In the database URL or its environment, ${name} is not a number of seconds.`, `Write ${name}=10.`);
}

function systemUser(environment: Environment): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    const name = environment['USER'] ?? '';
    if (name !== '') return name;
    throw refusedUrl('The database URL names no user, and who runs this program has no name.', SHAPE);
  }
}

function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text);
    if (!plain.includes('\0')) return plain;
  } catch {
    // Said below.
  }
  throw refusedUrl('The database URL has a % that begins no character.', ESCAPE);
}
