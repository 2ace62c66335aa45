/**
 * Where text goes: into a stream, or straight to one of the process's own descriptors. Node's own streams for these
 * take longer to load than a claim takes to make, and files and pipes have no need of them.
 */
import { fstatSync, statSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import type { ScreenStream } from '../print/text/screen.ts';

export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Sink extends ScreenStream {
  /** Waits until it is written. Rejects with the system's error. */
  write(text: string): Promise<void>;
  /** At once, in the middle of synchronous work. */
  draw(text: string): void;
}

/** Standard output (1) or standard error (2). */
export function standardSink(descriptor: 1 | 2): Sink {
  const stream = (): OutputStream => (descriptor === 1 ? process.stdout : process.stderr);
  return isPlain(descriptor) ? new DescriptorSink(descriptor, stream) : streamSink(stream());
}

export function streamSink(stream: OutputStream): Sink {
  return {
    ...(stream.isTTY === undefined ? {} : { isTTY: stream.isTTY }),
    ...(stream.columns === undefined ? {} : { columns: stream.columns }),
    write: (text) => writeTo(stream, text),
    draw: (text) => void stream.write(text),
  };
}

/** Whether a terminal is surely not behind it: a file, a pipe, a socket, or nothing at all. */
function isPlain(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return !stat.isCharacterDevice() || stat.rdev === statSync(devNull).rdev;
  } catch {
    // It is closed: Node's stream knows what to do then.
    return false;
  }
}

class DescriptorSink implements Sink {
  readonly #descriptor: number;
  readonly #openStream: () => OutputStream;
  /** Takes over for good when the other end is slow and does not let us wait; so nothing overtakes anything. */
  #stream: OutputStream | null = null;

  constructor(descriptor: number, openStream: () => OutputStream) {
    this.#descriptor = descriptor;
    this.#openStream = openStream;
  }

  async write(text: string): Promise<void> {
    const rest = this.#writeNow(text);
    if (rest.length > 0) await writeTo(this.#openedStream(), rest);
  }

  draw(text: string): void {
    const rest = this.#writeNow(text);
    if (rest.length > 0) this.#openedStream().write(rest);
  }

  /** @returns what is left to be written. @throws the system's error */
  #writeNow(text: string): Uint8Array {
    const bytes = Buffer.from(text);
    let written = 0;
    try {
      while (this.#stream === null && written < bytes.length) {
        written += writeSync(this.#descriptor, bytes, written);
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
    return bytes.subarray(written);
  }

  #openedStream(): OutputStream {
    this.#stream ??= this.#openStream();
    return this.#stream;
  }
}

function writeTo(stream: OutputStream, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without a listener the same error would be thrown a second time, out of anybody's reach.
    if (stream.listenerCount('error') === 0) stream.on('error', () => undefined);
    stream.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}
