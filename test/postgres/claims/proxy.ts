/**
 * A way to the server on which accidents happen. It passes bytes on both ways and counts the messages in them; at a chosen
 * message it cuts the connection, or falls silent and keeps it open, as a host that was stopped or unplugged does.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Accident {
  /** Of messages to the server, or of those to the client. */
  readonly way: 'to server' | 'to client';
  /** So many messages still arrive whole, counted from when the accident is arranged. */
  readonly after?: number;
  /** It is the first message with these words in it. */
  readonly at?: string;
  /** Of that message half arrives; else nothing. */
  readonly half?: boolean;
  /** Nothing more goes through, and neither end is told; else both are cut off. */
  readonly isSilent?: boolean;
}

export interface Proxy {
  readonly url: string;
  /** Resolves once it has happened. */
  arrange(accident: Accident): Promise<void>;
  /** Forgets the accident. @returns whether it has happened */
  disarm(): boolean;
  /** From now on nobody is let in, and whoever is in is cut off. */
  die(): void;
  /** After a silence: both ends are told. */
  cutAll(): void;
}

/** @param url of the server; the way there is in the clear, so that the messages can be told apart */
export async function startProxy(url: string): Promise<Proxy> {
  const target = new URL(url);
  const house = new House(Number(target.port), target.hostname);
  await house.open();
  onTestFinished(() => house.close());
  target.host = `127.0.0.1:${house.port}`;
  target.searchParams.set('sslmode', 'disable');
  return {
    url: target.href,
    arrange: (accident) => house.arrange(accident),
    disarm: () => house.disarm(),
    die: () => house.die(),
    cutAll: () => house.cutAll(),
  };
}

class House {
  #tell: () => void = () => undefined;
  readonly #listener: Server = createServer({ allowHalfOpen: true });
  readonly #sockets = new Set<Socket>();
  readonly #target: { readonly port: number; readonly host: string };
  #arranged: Accident | null = null;
  #isDead = false;

  constructor(port: number, host: string) {
    this.#target = { port, host };
  }

  get port(): number {
    const address = this.#listener.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async open(): Promise<void> {
    this.#listener.on('connection', (client) => this.#let(client));
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
  }

  async close(): Promise<void> {
    this.cutAll();
    if (!this.#listener.listening) return;
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  arrange(accident: Accident): Promise<void> {
    this.#arranged = accident;
    return new Promise((resolve) => (this.#tell = resolve));
  }

  disarm(): boolean {
    const happened = this.#arranged === null;
    this.#arranged = null;
    return happened;
  }

  die(): void {
    this.#isDead = true;
    this.cutAll();
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #let(client: Socket): void {
    if (this.#isDead) {
      client.destroy();
      return;
    }
    const server = connect({ ...this.#target, allowHalfOpen: true });
    const both = [client, server] as const;
    const state = { isSilent: false };
    for (const socket of both) {
      this.#sockets.add(socket.setNoDelay(true));
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
      // Whoever is silent does not answer to a goodbye either.
      const leave = (): void => {
        if (!state.isSilent) for (const one of both) one.end(() => one.destroy());
      };
      socket.once('end', leave).once('close', leave);
    }
    const toServer = new Messages(0);
    const toClient = new Messages(1);
    client.on('data', (bytes) => this.#pass('to server', toServer.take(bytes), server, state, both));
    server.on('data', (bytes) => this.#pass('to client', toClient.take(bytes), client, state, both));
  }

  #pass(
    way: Accident['way'],
    messages: readonly Buffer[],
    to: Socket,
    state: { isSilent: boolean },
    both: readonly Socket[],
  ): void {
    if (state.isSilent) return;
    const arranged = this.#arranged?.way === way ? this.#arranged : null;
    const place = arranged === null ? -1 : placeOf(arranged, messages);
    const broken = messages[place];
    if (arranged === null || broken === undefined) {
      if (messages.length > 0) to.write(Buffer.concat(messages));
      if (arranged?.after !== undefined) this.#arranged = { ...arranged, after: arranged.after - messages.length };
      return;
    }
    this.#arranged = null;
    state.isSilent = true;
    const part = broken.subarray(0, arranged.half === true ? Math.ceil(broken.length / 2) : 0);
    // What has arrived has arrived: the cut comes after it.
    to.write(Buffer.concat([...messages.slice(0, place), part]), () => {
      if (arranged.isSilent !== true) for (const socket of both) socket.end(() => socket.destroy());
      this.#tell();
    });
  }
}

/** Which of them the accident happens to; one that is not there where it is none of them. */
function placeOf({ after, at }: Accident, messages: readonly Buffer[]): number {
  return at === undefined ? (after ?? 0) : messages.findIndex((message) => message.includes(at));
}

/** Finds the messages in a stream: a letter, a length of four bytes that counts itself, and what it says. */
class Messages {
  #letters: number;
  #begun: Buffer = Buffer.alloc(0);

  /** @param letters 0 for a client's, whose first message has no letter before its length */
  constructor(letters: 0 | 1) {
    this.#letters = letters;
  }

  /** Those that are whole by now. */
  take(bytes: Buffer): readonly Buffer[] {
    const messages: Buffer[] = [];
    this.#begun = Buffer.concat([this.#begun, bytes]);
    while (this.#begun.length >= this.#letters + 4) {
      const length = this.#letters + this.#begun.readUInt32BE(this.#letters);
      if (this.#begun.length < length) break;
      messages.push(this.#begun.subarray(0, length));
      this.#begun = this.#begun.subarray(length);
      this.#letters = 1;
    }
    return messages;
  }
}
