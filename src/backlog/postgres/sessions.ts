/**
 * The connections of one handle: few, made when they are needed, given to one user after the other. One that was lost is
 * not used again; whoever comes next gets a new one.
 */
import type { Client } from 'pg';
import { storeClosed } from '../sentences.ts';
import { askWithoutNames } from './asking.ts';
import { allowSilence } from './server/silence.ts';

/** A worker needs one; a program that does many things at once gains nothing from more than a server has processors. */
const MOST = 4;

/** A server that has fallen silent is not waited for to say goodbye. */
const FAREWELL_MS = 1000;

export class Sessions {
  readonly #connect: () => Promise<Client>;
  readonly #silenceMs: number;
  readonly #idle: Client[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #busy = new Set<Promise<unknown>>();
  /** By the server, or by the network. */
  readonly #ended = new WeakSet<Client>();
  #count = 0;
  #isClosed = false;
  #isNameless = false;

  /**
   * @param connect makes a connection that is ready for use
   * @param silenceMs after so long without a word a server that was asked something is given up
   */
  constructor(connect: () => Promise<Client>, silenceMs: number) {
    this.#connect = connect;
    this.#silenceMs = silenceMs;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Runs `work` with a connection that nobody else uses meanwhile. One that `work` has left in the middle of something is
   * thrown away.
   *
   * @throws MosaicError STORE_CLOSED, DATABASE_…; what `work` throws
   */
  async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw storeClosed();
    const done = this.#use(work);
    this.#busy.add(done);
    try {
      return await done;
    } finally {
      this.#busy.delete(done);
    }
  }

  /** From now on nothing is prepared; see `asking.ts`. */
  askWithoutNames(): void {
    this.#isNameless = true;
  }

  /** What is under way is ended first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#busy);
    await Promise.all(this.#idle.splice(0).map(end));
  }

  async #use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.#take();
    if (this.#isNameless) askWithoutNames(client);
    allowSilence(client, this.#silenceMs);
    try {
      return await work(client);
    } finally {
      await this.#giveBack(client);
    }
  }

  async #take(): Promise<Client> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle !== undefined && this.#isReady(idle)) return idle;
      if (idle !== undefined) this.#count -= 1;
      else if (this.#count < MOST) return this.#add();
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #add(): Promise<Client> {
    this.#count += 1;
    try {
      const client = await this.#connect();
      client.once('end', () => this.#ended.add(client));
      return client;
    } catch (error) {
      this.#count -= 1;
      this.#waiting.shift()?.();
      throw error;
    }
  }

  async #giveBack(client: Client): Promise<void> {
    if (this.#isReady(client)) {
      allowSilence(client, 0);
      this.#idle.push(client);
    } else {
      this.#count -= 1;
      await end(client);
    }
    this.#waiting.shift()?.();
  }

  #isReady(client: Client): boolean {
    return !this.#ended.has(client) && client.getTransactionStatus() === 'I';
  }
}

/** A server that does not answer any more is left without its leave: nothing is under way on this connection. */
async function end(client: Client): Promise<void> {
  allowSilence(client, FAREWELL_MS);
  await client.end().catch(() => undefined);
}
