/**
 * Where a command's words go. Under `--json` stdout holds the answer as JSON and nothing else; everything that is not
 * the answer goes to stderr. Every write is waited for, so that nothing is lost when the program ends.
 */
import { MosaicError } from '../../errors.ts';
import { printable, printableJson } from '../print/text/escape.ts';
import { screenOf, type Environment, type Screen } from '../print/text/screen.ts';

export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The reader of stdout has gone (`| head`). Nothing more is wanted, and that is no failure. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Environment;
  readonly asJson: boolean;
}

export class Output {
  readonly asJson: boolean;
  readonly screen: Screen;
  readonly errorScreen: Screen;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;

  constructor({ stdout, stderr, env, asJson }: OutputOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.asJson = asJson;
    this.screen = screenOf(stdout, env);
    this.errorScreen = screenOf(stderr, env);
  }

  /** The answer: one JSON value, or what people read. */
  async answer(value: unknown, plain: (screen: Screen) => string): Promise<void> {
    await this.write(this.asJson ? jsonLine(value) : plain(this.screen));
  }

  async write(text: string): Promise<void> {
    if (text !== '') await writeTo(this.#stdout, text);
  }

  /** Something the reader should know beside the answer. */
  async warn(warning: { readonly code: string; readonly message: string; readonly hint?: string }): Promise<void> {
    if (this.asJson) return this.aside(jsonLine({ warning }));
    const { paint } = this.errorScreen;
    await this.aside(`${paint.yellow('warning:')} ${printable(warning.message)}\n`);
    if (warning.hint !== undefined) await this.hint(warning.hint);
  }

  /** A word for people; a program that reads JSON has no use for it. */
  async hint(text: string): Promise<void> {
    if (!this.asJson) await this.aside(`${this.errorScreen.paint.cyan('hint:')} ${printable(text)}\n`);
  }

  /** To stderr. It may be closed; then there is nobody left to tell. */
  async aside(text: string): Promise<void> {
    await writeTo(this.#stderr, text).catch(() => undefined);
  }

  /** The same for what changes on the screen while a command runs. */
  drawAnswer(text: string): void {
    this.#stdout.write(text);
  }

  /** At once, for a progress bar in the middle of synchronous work. */
  draw(text: string): void {
    this.#stderr.write(text);
  }
}

export function jsonLine(value: unknown): string {
  return `${printableJson(JSON.stringify(value))}\n`;
}

function writeTo(stream: OutputStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without a listener the same error would be thrown a second time, out of anybody's reach.
    if (stream.listenerCount('error') === 0) stream.on('error', () => undefined);
    stream.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(isClosed(error) ? new OutputClosed() : outputFailed(error));
    });
  });
}

function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_DESTROYED';
}

function outputFailed(error: NodeJS.ErrnoException): MosaicError {
  return new MosaicError({
    code: error.code === 'ENOSPC' ? 'DISK_FULL' : 'DISK_FAILED',
    message: `The answer could not be written to standard output (${error.code ?? error.message}); what was asked has been done.`,
    hint: 'Look at the state of the backlog before you repeat the command.',
    cause: error,
  });
}
