/**
 * The store on a server: begins, lets an operation decide on locked rows, writes, commits. What another writer was
 * quicker with is decided again; what the network has cut off is taken up again as soon as the server answers.
 */
import type { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { MosaicError } from '../../errors.ts';
import type { Clock } from '../../host/clock.ts';
import type { Decide } from '../store.ts';
import { ask, askAll, type Query } from './asking.ts';
import { decideOn, type Terms } from './decision/decide.ts';
import { writeQueries } from './decision/writing.ts';
import type { Columns } from './form/columns.ts';
import { lostForGood, outcomeUnknown, wasCommitted } from './outcome.ts';
import type { Migration } from './schema/migrations.ts';
import { ensureSchema, repeatMigrations } from './schema/migrate.ts';
import { assertKnown, type Shape, VERSION_QUERY, versionOf } from './schema/shape.ts';
import { connect } from './server/connect.ts';
import {
  asDatabaseError,
  isConnectionLost,
  isRefusal,
  isRetryable,
  isUniqueViolation,
} from './server/database-error.ts';
import { sqlStateOf } from './server/failures.ts';
import type { ServerAddress } from './server/server-address.ts';
import { allowSilence, breakOffInSilence } from './server/silence.ts';
import { Sessions } from './sessions.ts';
import { BEGIN_LOOK, beginChange } from './transaction-text.ts';

export interface PostgresStoreSettings {
  readonly address: ServerAddress;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly actor: string | null;
  /** False gives up the power cut of the server, nothing else. */
  readonly durable: boolean;
  /** Names a transaction: a whole number below 2^63, in decimal, that nobody else has. */
  readonly newToken: () => string;
  readonly random: () => number;
  /** For so long a server that was reached before is waited for, and others who are quicker are borne with. */
  readonly patienceMs: number;
  /** Longer than a statement may wait for locks: a server that is silent for so long is gone, or the way to it. */
  readonly silenceMs: number;
  /** A host that vanishes in the middle of a change leaves its rows locked for so long, until the server gives it up. */
  readonly vanishedAfterSeconds: number;
}

/** Who was overtaken by another sees its row the next time; what is still in the way then is a rule of somebody else. */
const UNIQUE_TRIES = 8;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 1000;

/** A connection to ask, all questions seeing the same moment. */
export interface Look {
  readonly client: Client;
  readonly columns: Columns;
}

/** A commit that was sent is done, or was cut off before the answer came. */
type Written = { readonly kind: 'done' } | { readonly kind: 'unanswered'; readonly cause: unknown };

export class PostgresStore {
  readonly sessions: Sessions;
  readonly #settings: PostgresStoreSettings;
  #shape: Shape | null = null;

  constructor(settings: PostgresStoreSettings) {
    this.#settings = settings;
    this.sessions = new Sessions(() => this.#connect(), settings.silenceMs);
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  get durable(): boolean {
    return this.#settings.durable;
  }

  /** For people; without a password. */
  get shown(): string {
    return this.#settings.address.shown;
  }

  /** @throws whatever `decide` throws, with nothing changed; OUTCOME_UNKNOWN, LOCK_TIMEOUT, DATABASE_… */
  async change<T>(decide: Decide<T>, about: readonly string[] = []): Promise<T> {
    return this.#persist(async () => {
      const token = this.#settings.newToken();
      const { value, written } = await this.sessions.use((client) =>
        this.#changeOnce(client, decide, { token, about }),
      );
      if (written.kind === 'done' || (await this.#wasCommitted(token, written.cause))) return value;
      throw written.cause;
    });
  }

  /** Lets `decide` see the cards, and what would become of them; keeps nothing. */
  async rehearse<T>(decide: Decide<T>, about: readonly string[] = []): Promise<T> {
    return this.look(async ({ client, columns }) => {
      const { value } = await decideOn(client, decide, {
        ...this.#terms(columns),
        purpose: 'look',
        about,
      });
      return value;
    });
  }

  /** Waits for nobody, and sees one moment however many questions are asked. */
  async look<T>(work: (look: Look) => Promise<T>): Promise<T> {
    return this.#persist(() =>
      this.sessions.use((client) => this.#within(client, BEGIN_LOOK, () => work({ client, columns: this.#columns() }))),
    );
  }

  /** For the doctor: every step of the schema again; each makes only what is not there. */
  async repeatMigrations(): Promise<void> {
    await this.use((client) => repeatMigrations(client, this.#settings.migrations));
  }

  /** Runs `work` with a connection of its own; again with another one where that was lost. */
  async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.#persist(() => this.sessions.use(work));
  }

  async #changeOnce<T>(
    client: Client,
    decide: Decide<T>,
    { token, about }: { readonly token: string; readonly about: readonly string[] },
  ): Promise<{ readonly value: T; readonly written: Written }> {
    const columns = this.#columns();
    const { durable, vanishedAfterSeconds } = this.#settings;
    return this.#within(client, beginChange({ token, durable, vanishedAfterSeconds }), async (begun) => {
      const terms = { ...this.#terms(columns), purpose: 'change', about } as const;
      const { value, transaction } = await decideOn(client, decide, terms);
      await begun;
      if (transaction.changes.length === 0) return { value, written: { kind: 'done' } };
      return { value, written: await commit(client, writeQueries(transaction, columns, token)) };
    });
  }

  /**
   * A transaction, and that the schema in it is still one that this program knows: a newer program may have come since we
   * connected. Nobody waits for either; before something is written, `begun` has to have resolved.
   */
  async #within<T>(client: Client, begin: string, work: (begun: Promise<void>) => Promise<T>): Promise<T> {
    const begun = this.#begin(client, begin);
    begun.catch(() => undefined);
    try {
      const value = await work(begun);
      await begun;
      return value;
    } catch (error) {
      // What went wrong after that may have gone wrong because of it.
      await begun;
      throw error;
    } finally {
      await endTransaction(client);
    }
  }

  async #begin(client: Client, begin: string): Promise<void> {
    const [, version = []] = await askAll(client, [{ text: begin }, VERSION_QUERY]);
    assertKnown(versionOf(version), this.#settings.migrations);
  }

  async #wasCommitted(token: string, cause: unknown): Promise<boolean> {
    try {
      return await this.use((client) => wasCommitted(client, token));
    } catch {
      throw outcomeUnknown(this.shown, this.#quoted(cause));
    }
  }

  /** Until it succeeds, fails for a reason of its own, or has gone on for too long. */
  async #persist<T>(attempt: () => Promise<T>): Promise<T> {
    const { clock, random, patienceMs } = this.#settings;
    const begunMs = clock.monotonicMs();
    for (let pauseMs = FIRST_PAUSE_MS, tries = 1; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS), tries++) {
      try {
        return await attempt();
      } catch (error) {
        const isOver =
          clock.monotonicMs() - begunMs > patienceMs || (isUniqueViolation(error) && tries >= UNIQUE_TRIES);
        if (isOver || !this.#mayPass(error)) throw this.#told(error);
      }
      await sleep(pauseMs * (0.5 + random()));
    }
  }

  /** Whether another try may overcome it. A server that was never reached is not waited for. */
  #mayPass(error: unknown): boolean {
    if (isMixedUp(error)) this.sessions.askWithoutNames();
    if (isRetryable(error) || isOvertaken(error) || isMixedUp(error)) return true;
    if (error instanceof MosaicError) return error.code === 'DATABASE_UNREACHABLE' && this.#shape !== null;
    return isConnectionLost(error);
  }

  /** Of what is given up nothing was done: a commit without an answer has been asked about before. */
  #told(error: unknown): MosaicError {
    const quoted = this.#quoted(error);
    return error instanceof MosaicError || !isConnectionLost(error) ? quoted : lostForGood(this.shown, quoted);
  }

  #quoted(error: unknown): MosaicError {
    const { address } = this.#settings;
    return asDatabaseError(error, address.shown, address.password);
  }

  async #connect(): Promise<Client> {
    const { address, migrations, silenceMs } = this.#settings;
    const client = await connect(address);
    breakOffInSilence(client);
    allowSilence(client, silenceMs);
    try {
      this.#shape = await ensureSchema(client, migrations);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  #terms(columns: Columns): Pick<Terms, 'columns' | 'actor' | 'localMs'> {
    const { actor, clock } = this.#settings;
    return { columns, actor, localMs: clock.wallMs() };
  }

  #columns(): Columns {
    if (this.#shape === null) throw new Error('The store is used before it was connected.');
    return this.#shape.columns;
  }
}

/**
 * Everything at once: nobody shall wait for the last number while this host is about to say that it is done. Where the
 * write is refused, the commit on its heels undoes everything.
 */
async function commit(client: Client, writes: readonly Query[]): Promise<Written> {
  try {
    await askAll(client, [...writes, { text: 'COMMIT' }]);
    return { kind: 'done' };
  } catch (error) {
    // Whatever else ends the session may have come when the commit was done.
    if (isRefusal(error) && !isConnectionLost(error)) throw error;
    return { kind: 'unanswered', cause: error };
  }
}

/** A connection that was lost has done so by itself. */
async function endTransaction(client: Client): Promise<void> {
  if (client.getTransactionStatus() !== 'I') await ask(client, { text: 'ROLLBACK' }).catch(() => undefined);
}

/** A pool in front gave the statement to a server process that has not prepared it, or not this one. */
function isMixedUp(error: unknown): boolean {
  return ['26000', '42P05'].includes(sqlStateOf(error) ?? '');
}

/** A row was not any more as it was read, or somebody else has made it first. */
function isOvertaken(error: unknown): boolean {
  if (!(error instanceof Error && 'table' in error)) return false;
  // Elsewhere than among the cards it would be the same the next time.
  if (error.table === 'backlog') return isUniqueViolation(error);
  return error.table === 'backlog_store' && sqlStateOf(error) === '23502';
}
