/**
 * Hears the server's notifications, for all who wait on one handle, over a connection that others use too. One that is
 * lost is replaced; since nobody knows what was missed meanwhile, everybody is woken then and looks for himself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { Bell, type Notice } from '../../host/notice.ts';
import { ask } from './asking.ts';
import { CHANNEL } from './decision/writing.ts';
import type { Sessions } from './sessions.ts';

/** Between two attempts to listen again. Whoever waits looks by himself once a second anyway. */
const AGAIN_MS = 500;

export class Listening {
  readonly #sessions: Sessions;
  readonly #bells = new Set<Bell>();
  readonly #end = new AbortController();
  #running: Promise<void> | null = null;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** Whatever is committed after this has resolved is noticed. @throws as a connection is refused */
  async notice(): Promise<Notice> {
    const bell = new Bell();
    this.#bells.add(bell);
    try {
      if (this.#running === null) {
        const client = await this.#listen();
        this.#running ??= this.#keepListening(client);
      }
    } catch (error) {
      this.#bells.delete(bell);
      throw error;
    }
    return {
      next: (atMostMs, signal) => bell.next(atMostMs, signal),
      close: () => {
        this.#bells.delete(bell);
        bell.close();
      },
    };
  }

  close(): void {
    this.#end.abort();
    this.#ring();
  }

  async #keepListening(first: Client): Promise<void> {
    const { signal } = this.#end;
    for (let client: Client | null = first; !signal.aborted;) {
      if (client !== null) await ended(client, signal);
      this.#ring();
      if (signal.aborted) return;
      client = await this.#listen().catch(() => null);
      if (client === null) await sleep(AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #listen(): Promise<Client> {
    return this.#sessions.use(async (client) => {
      client.on('notification', () => this.#ring());
      await ask(client, { text: `LISTEN ${CHANNEL}` });
      return client;
    });
  }

  #ring(): void {
    for (const bell of this.#bells) bell.ring();
  }
}

async function ended(client: Client, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    client.once('end', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
