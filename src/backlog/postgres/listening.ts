/**
 * Hears the server's notifications, for all who wait on one handle, over a connection that others use too. One that is
 * lost is replaced; since nobody knows what was missed meanwhile, everybody is woken then and looks for himself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MosaicError } from '../../errors.ts';
import { Bell, type Notice } from '../../host/notice.ts';
import { ask } from './asking.ts';
import { CHANNEL, WORK } from './notification.ts';
import type { PostgresStore } from './postgres-store.ts';

/** Between two attempts to listen again. Whoever waits looks by himself once a second anyway. */
const AGAIN_MS = 500;

/** A connection that listens. */
interface Ear {
  readonly ended: Promise<void>;
}

export class Listening {
  readonly #store: PostgresStore;
  /** By bell, whether it rings for work alone. */
  readonly #bells = new Map<Bell, boolean>();
  readonly #end = new AbortController();
  #running: Promise<void> | null = null;

  constructor(store: PostgresStore) {
    this.#store = store;
  }

  /**
   * Whatever is committed after this has resolved is noticed.
   *
   * @param what everything, or only what may have brought work
   * @throws MosaicError DATABASE_…
   */
  async notice(what: 'changes' | 'work'): Promise<Notice> {
    const bell = new Bell();
    this.#bells.set(bell, what === 'work');
    try {
      if (this.#running === null) {
        const ear = await this.#listen();
        this.#running ??= this.#keepListening(ear);
      }
    } catch (error) {
      // A standby lets nobody listen: there they look by themselves.
      if (!isReadOnly(error)) {
        this.#bells.delete(bell);
        throw error;
      }
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
    this.#ring(true);
  }

  async #keepListening(first: Ear): Promise<void> {
    const { signal } = this.#end;
    for (let ear: Ear | null = first; !signal.aborted;) {
      await ear?.ended;
      if (signal.aborted) return;
      ear = await this.#listen().catch(() => null);
      if (ear === null) await sleep(AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
      // Only now: who looked before would miss what came between his look and this.
      this.#ring(true);
    }
  }

  async #listen(): Promise<Ear> {
    return this.#store.use(async (client) => {
      const ended = new Promise<void>((resolve) => client.once('end', resolve));
      client.on('notification', ({ payload }) => this.#ring(payload === WORK));
      await ask(client, { text: `LISTEN ${CHANNEL}` });
      return { ended };
    });
  }

  #ring(isWork: boolean): void {
    for (const [bell, isForWork] of this.#bells) if (isWork || !isForWork) bell.ring();
  }
}

function isReadOnly(error: unknown): boolean {
  return error instanceof MosaicError && error.code === 'DATABASE_READ_ONLY';
}
