/** What is learned while a session is opened: whether TLS came about, how the password was asked for, how text is written. */
import type { Client } from 'pg';
import { MosaicError } from '../../../errors.ts';
import { isTimeout, NO_TLS } from './failures.ts';
import type { ServerAddress } from './server-address.ts';

/** What text looks like is a setting of the server, the database or the role; these are what the store reads. */
const READ_AS: Readonly<Record<string, { readonly isRight: RegExp; readonly set: string }>> = {
  client_encoding: { isRight: /^UTF-?8$/i, set: "SET client_encoding TO 'UTF8'" },
  DateStyle: { isRight: /^ISO/i, set: "SET DateStyle TO 'ISO'" },
  standard_conforming_strings: { isRight: /^on$/, set: 'SET standard_conforming_strings TO on' },
};

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

const BOUND = 'SCRAM-SHA-256-PLUS';

export class Session {
  readonly #client: Client;
  readonly #address: ServerAddress;
  readonly #corrections = new Map<string, string>();
  #isReached = false;
  #isSecured = false;
  #isBound = false;

  /** Before the client connects. */
  constructor(client: Client, address: ServerAddress) {
    this.#client = client;
    this.#address = address;
    const { connection } = client;
    connection.once('connect', () => (this.#isReached = true));
    connection.once('sslconnect', () => connection.stream.once('secureConnect', () => (this.#isSecured = true)));
    connection.on('authenticationSASL', ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
      this.#isBound = mechanisms.includes(BOUND);
      this.#insistOnBinding();
    });
    for (const other of ['authenticationMD5Password', 'authenticationCleartextPassword']) {
      connection.on(other, () => this.#insistOnBinding());
    }
    connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      const setting = READ_AS[parameterName];
      if (setting?.isRight.test(parameterValue) === false) this.#corrections.set(parameterName, setting.set);
    });
  }

  /** Whether the server was there and TLS did not come about, for no reason that is about trust. */
  hasNoTls(error: unknown): boolean {
    if (error instanceof Error && error.message === NO_TLS) return true;
    const isUnchecked = this.#address.encryption.check === 'nothing';
    return isUnchecked && this.#isReached && !this.#isSecured && !isTimeout(error);
  }

  /** @throws MosaicError DATABASE_DENIED, or what the server says to it */
  async correct(): Promise<void> {
    if (this.#wantsBinding() && !this.#isBound) throw this.#notBound();
    await Promise.all([...this.#corrections.values()].map((statement) => this.#client.query(statement)));
  }

  /** Before the answer to the server's question has been sent. */
  #insistOnBinding(): void {
    if (this.#wantsBinding() && !this.#isBound) this.#client.connection.stream.destroy(this.#notBound());
  }

  #wantsBinding(): boolean {
    return this.#address.encryption.channelBinding === 'require';
  }

  #notBound(): MosaicError {
    return new MosaicError({
      code: 'DATABASE_DENIED',
      message: `${this.#address.shown} does not offer the channel binding that its URL requires. Nothing was changed.`,
      hint: 'Let the server keep its passwords as scram-sha-256, or write channel_binding=prefer.',
    });
  }
}
