/**
 * Where a command's words go. Under `--json` stdout holds the answer as JSON and nothing else; everything that is not
 * the answer goes to stderr. Every write is waited for, so that nothing is lost when the program ends.
 */
import { systemErrorCode } from '../../disk/filesystem.ts';
import { MosaicError } from '../../errors.ts';
import { printable, printableJson } from '../print/text/escape.ts';
import { screenOf, type Environment, type Screen } from '../print/text/screen.ts';
import { type OutputStream, type Sink, standardSink, streamSink } from './sink.ts';

/** The reader of stdout has gone (`| head`). Nothing more is wanted, and that is no failure. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** What a program that mounts the commands may bring along; the process's own is taken for what is left out. */
export interface OutputOptions {
  readonly stdout?: OutputStream;
  readonly stderr?: OutputStream;
  readonly env?: Environment;
}

export class Output {
  readonly asJson: boolean;
  readonly screen: Screen;
  readonly errorScreen: Screen;
  readonly #stdout: Sink;
  readonly #stderr: Sink;

  constructor({ stdout, stderr, env = process.env }: OutputOptions, asJson: boolean) {
    this.#stdout = stdout === undefined ? standardSink(1) : streamSink(stdout);
    this.#stderr = stderr === undefined ? standardSink(2) : streamSink(stderr);
    this.asJson = asJson;
    this.screen = screenOf(this.#stdout, env);
    this.errorScreen = screenOf(this.#stderr, env);
  }

  /** The answer: one JSON value, or what people read. */
  async answer(value: unknown, plain: (screen: Screen) => string): Promise<void> {
    await this.write(this.asJson ? jsonLine(value) : plain(this.screen));
  }

  async write(text: string): Promise<void> {
    if (text === '') return;
    try {
      await this.#stdout.write(text);
    } catch (error) {
      throw isClosed(error) ? new OutputClosed() : outputFailed(error);
    }
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
    await this.#stderr.write(text).catch(() => undefined);
  }

  /** The same for what changes on the screen while a command runs. */
  drawAnswer(text: string): void {
    this.#stdout.draw(text);
  }

  /** At once, for a progress bar in the middle of synchronous work. */
  draw(text: string): void {
    this.#stderr.draw(text);
  }
}

export function jsonLine(value: unknown): string {
  return `${printableJson(JSON.stringify(value))}\n`;
}

const CLOSED: ReadonlySet<string | null> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

function isClosed(error: unknown): boolean {
  return CLOSED.has(systemErrorCode(error));
}

function outputFailed(error: unknown): MosaicError {
  const code = systemErrorCode(error);
  return new MosaicError({
    code: code === 'ENOSPC' ? 'DISK_FULL' : 'DISK_FAILED',
    message: `The answer could not be written to standard output (${code ?? String(error)}); what was asked has been done.`,
    hint: 'Look at the state of the backlog before you repeat the command.',
    cause: error,
  });
}
