/**
 * The connections of one handle: few, made when they are needed, given to one user after the other. One that was lost is
 * not used again; whoever comes next gets a new one.
 */
import type { Client } from 'pg';
import { storeClosed } from '../sentences.ts';

/** A worker needs one; a program that does many things at once gains nothing from more than a server has processors. */
const MOST = 4;

export class Sessions {
  readonly #connect: () => Promise<Client>;
  readonly #idle: Client[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #busy = new Set<Promise<unknown>>();
  /** By the server, or by the network. */
  readonly #ended = new WeakSet<Client>();
  #count = 0;
  #isClosed = false;

  /** @param connect makes a connection that is ready for use */
  constructor(connect: () => Promise<Client>) {
    this.#connect = connect;
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

  /** What is under way is ended first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#busy);
    await Promise.all(this.#idle.splice(0).map(end));
  }

  async #use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.#take();
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
    if (this.#isReady(client)) this.#idle.push(client);
    else {
      this.#count -= 1;
      await end(client);
    }
    this.#waiting.shift()?.();
  }

  #isReady(client: Client): boolean {
    return !this.#ended.has(client) && client.getTransactionStatus() === 'I';
  }
}

async function end(client: Client): Promise<void> {
  await client.end().catch(() => undefined);
}
