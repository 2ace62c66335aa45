/** The parameters of a database URL: those that libpq has and that mean something here; every other one is refused. */
import { MosaicError } from '../../../errors.ts';

type Name =
  | ('host' | 'port' | 'user' | 'password' | 'passfile' | 'dbname')
  | ('sslmode' | 'sslrootcert' | 'sslcert' | 'sslkey' | 'sslpassword' | 'sslnegotiation' | 'channel_binding')
  | ('application_name' | 'options' | 'connect_timeout' | 'keepalives' | 'keepalives_idle');

export type Parameters = Readonly<Partial<Record<Name, string>>>;

const KNOWN: readonly Name[] = [
  ...(['host', 'port', 'user', 'password', 'passfile', 'dbname'] as const),
  ...(['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'sslnegotiation', 'channel_binding'] as const),
  ...(['application_name', 'options', 'connect_timeout', 'keepalives', 'keepalives_idle'] as const),
];

/** What other programs write there, and what to write instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  schema: 'Leave it out, and choose a schema with options=-c%20search_path%3DNAME.',
  search_path: 'Leave it out, and choose a schema with options=-c%20search_path%3DNAME.',
  currentschema: 'Leave it out, and choose a schema with options=-c%20search_path%3DNAME.',
  pgbouncer: 'Leave it out, and use the address of the server itself, or of a pool in session mode.',
  connection_limit: 'Leave it out: a process uses one connection, and a second one while it waits for changes.',
  pool_timeout: 'Leave it out: there is no pool in this program.',
  ssl: 'Write sslmode=require, or sslmode=verify-full with sslrootcert.',
  target_session_attrs: 'Leave it out: a server that cannot be written to is reported when it refuses.',
  client_encoding: 'Leave it out: it is always UTF8.',
};

/** @throws MosaicError INVALID_INPUT */
export function readParameters(query: string): Parameters {
  const parameters: Partial<Record<Name, string>> = {};
  for (const part of query === '' ? [] : query.split('&')) {
    const [, name = '', value = null] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
    if (value === null) throw refusedUrl('A parameter of the database URL has no value.', 'Write NAME=VALUE.');
    // Java's word for it, which libpq takes too.
    const isJava = name === 'ssl' && value === 'true';
    const known = isJava ? 'sslmode' : nameOf(name);
    // An empty value means that the parameter is not given.
    const text = isJava ? 'require' : decodedValue(known, value);
    if (text === '') delete parameters[known];
    else parameters[known] = text;
  }
  return parameters;
}

function nameOf(name: string): Name {
  const known = KNOWN.find((one) => one === name);
  if (known !== undefined) return known;
  const shown = /^[A-Za-z][A-Za-z_]{0,30}$/.test(name) ? `the parameter ${name}, which` : 'a parameter that';
  throw refusedUrl(
    `The database URL has ${shown} is not known here.`,
    INSTEAD[name.toLowerCase()] ?? `Known are: ${[...KNOWN].sort().join(', ')}.`,
  );
}

function decodedValue(name: Name, value: string): string {
  try {
    const plain = decodeURIComponent(value);
    if (!plain.includes('\0')) return plain;
  } catch {
    // Said below.
  }
  throw refusedUrl(`In the database URL, ${name} has a % that begins no character.`, 'A % by itself is written %25.');
}

/** @throws MosaicError INVALID_INPUT that does not repeat the value */
export function oneOf<T extends string>(name: string, value: string | undefined, choices: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  throw refusedUrl(
    `In the database URL or its environment, ${name} has a value that is not known.`,
    `It is one of: ${choices.join(', ')}.`,
  );
}

export function refusedUrl(message: string, hint: string): MosaicError {
  return new MosaicError({ code: 'INVALID_INPUT', message: `${message} Nothing was changed.`, hint });
}
