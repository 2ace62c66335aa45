/**
 * One connection to a server, ready for statements. It is tried in the order that `sslmode` gives; a server that is still
 * starting is given time. Whatever is read from it is text, and a connection that breaks while idle breaks no process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { MosaicError } from '../../../errors.ts';
import { systemClock } from '../../../host/clock.ts';
import { asConnectError } from './connect-error.ts';
import { isStartingUp, sqlStateOf } from './failures.ts';
import { isOpenToOthers } from './password-file.ts';
import type { ServerAddress, Way } from './server-address.ts';
import { Session } from './session.ts';

const STARTING_UP_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/** @throws MosaicError DATABASE_…, INVALID_INPUT; nothing was changed then */
export async function connect(address: ServerAddress): Promise<Client> {
  const begunMs = systemClock.monotonicMs();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await connectOnce(address);
    } catch (error) {
      const waitedMs = systemClock.monotonicMs() - begunMs;
      if (!isStartingUp(error) || waitedMs + pauseMs > STARTING_UP_MS) throw asConnectError(error, address);
      await sleep(pauseMs);
    }
  }
}

async function connectOnce(address: ServerAddress): Promise<Client> {
  const refusals: unknown[] = [];
  for (const way of address.encryption.ways) {
    const tried = await attempt(address, way);
    if (tried.kind === 'connected') return tried.client;
    refusals.push(tried.error);
    if (!mayGoTheOtherWay(tried)) break;
  }
  // A server that was reached has more to say than the lack of another way.
  throw refusals.findLast((error) => sqlStateOf(error) !== null) ?? refusals.at(-1);
}

type Attempt =
  | { readonly kind: 'connected'; readonly client: Client }
  | { readonly kind: 'failed'; readonly error: unknown; readonly hasNoTls: boolean };

/** A server that asks for TLS, or for none, says so as a refused authorization; a pool says it in a word of its own. */
const ASKS_FOR_THE_OTHER = /^(28000|08...|XX000)$/;

function mayGoTheOtherWay({ error, hasNoTls }: Extract<Attempt, { kind: 'failed' }>): boolean {
  return hasNoTls || ASKS_FOR_THE_OTHER.test(sqlStateOf(error) ?? '');
}

async function attempt(address: ServerAddress, way: Way): Promise<Attempt> {
  const client = new Client(await configOf(address, way));
  // An idle connection that breaks tells so here; the next statement meets it, or who listens to 'end'.
  client.on('error', () => undefined);
  const session = new Session(client, address);
  try {
    await client.connect();
    await session.correct();
    return { kind: 'connected', client };
  } catch (error) {
    client.connection.stream.destroy();
    return { kind: 'failed', error, hasNoTls: way === 'tls' && session.hasNoTls(error) };
  }
}

async function configOf(address: ServerAddress, way: Way): Promise<ClientConfig> {
  const { encryption, host, port, user, database } = address;
  const isTls = way === 'tls';
  const config = {
    host,
    port,
    user,
    database,
    password: () => passwordFor(address),
    ssl: isTls && (await (await import('./secure-context.ts')).tlsOptionsOf(address)),
    sslnegotiation: isTls ? encryption.negotiation : 'postgres',
    enableChannelBinding: isTls && encryption.channelBinding !== 'disable',
    // The server chooses how long a password takes to try, as with every other client.
    scramMaxIterations: 0,
    application_name: address.applicationName,
    options: address.sessionOptions,
    connectionTimeoutMillis: address.connectTimeoutSeconds * 1000,
    keepAlive: address.keepAlive,
    keepAliveInitialDelayMillis: address.keepAliveIdleSeconds * 1000,
    pipeline: true,
    types: { getTypeParser: () => (text: string) => text },
  } as const;
  return config;
}

async function passwordFor(address: ServerAddress): Promise<string> {
  const password = await address.findPassword();
  if (password !== null) return password;
  const file = address.passwordFile;
  throw new MosaicError({
    code: 'DATABASE_DENIED',
    message: `${address.shown} wants a password, and none is given. Nothing was changed.`,
    hint: (await isOpenToOthers(file))
      ? `Others may read ${file}, so it is not used: chmod 600 ${file}`
      : `Set PGPASSWORD, or write a line for this server into ${file}.`,
  });
}
