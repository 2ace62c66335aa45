/** What a command may use: the backlog, the output, the time, and nothing that it does not need. */
import type { Backlog, OpenOptions } from '../backlog/backlog.ts';
import type { Output, OutputOptions } from './output/output.ts';
import type { Environment } from './print/text/screen.ts';

/** What a program that mounts the commands may bring along; the process's own is taken for what is left out. */
export interface FleetDependencies extends OutputOptions {
  readonly openBacklog?: (options: OpenOptions) => Promise<Backlog>;
  /** Where the backlog lives when neither `--mosaic-home` nor `MOSAIC_HOME` says so. */
  readonly mosaicHome?: string;
  readonly stdin?: NodeJS.ReadableStream;
}

export interface Surroundings {
  readonly dependencies: FleetDependencies;
  /** The words that lead to the group of commands: `['mosaic', 'fleet', 'backlog']`. */
  readonly path: readonly string[];
}

export interface ContextOptions extends Surroundings {
  readonly output: Output;
  readonly mosaicHome: string | undefined;
}

export class Context {
  readonly output: Output;
  readonly path: readonly string[];
  readonly env: Environment;
  readonly mosaicHome: string | undefined;
  readonly #dependencies: FleetDependencies;
  #backlog: Promise<Backlog> | null = null;
  #interrupts: AbortController | null = null;

  constructor({ output, dependencies, mosaicHome, path }: ContextOptions) {
    this.output = output;
    this.path = path;
    this.env = dependencies.env ?? process.env;
    this.mosaicHome = mosaicHome ?? this.#setting('MOSAIC_HOME') ?? dependencies.mosaicHome;
    this.#dependencies = dependencies;
  }

  /** The process's own takes a while to load, and most commands do not read. */
  get stdin(): NodeJS.ReadableStream {
    return this.#dependencies.stdin ?? process.stdin;
  }

  /** For what other programs print; our own words go through `output`. */
  get stdout(): NodeJS.WritableStream {
    return this.#dependencies.stdout ?? process.stdout;
  }

  get stderr(): NodeJS.WritableStream {
    return this.#dependencies.stderr ?? process.stderr;
  }

  /** Opened when it is first needed, and only then is its code loaded. */
  readonly backlog = (): Promise<Backlog> => {
    this.#backlog ??= this.#open(this.mosaicHome, this.#setting('DATABASE_URL'));
    return this.#backlog;
  };

  readonly nowMs = (): number => Date.now();

  /** Aborted by Ctrl-C or a polite kill, for commands that wait: they end by themselves and leave nothing half done. */
  readonly interrupts = (): AbortSignal => {
    if (this.#interrupts === null) {
      this.#interrupts = new AbortController();
      process.on('SIGINT', this.#interrupt);
      process.on('SIGTERM', this.#interrupt);
    }
    return this.#interrupts.signal;
  };

  async close(): Promise<void> {
    process.off('SIGINT', this.#interrupt);
    process.off('SIGTERM', this.#interrupt);
    const backlog = await this.#backlog?.catch(() => null);
    await backlog?.close();
  }

  readonly #interrupt = (): void => {
    this.#interrupts?.abort();
  };

  /** Another one than the user's own, in files whatever is set; whoever opens it closes it. */
  openAt(mosaicHome: string): Promise<Backlog> {
    return this.#open(mosaicHome, '');
  }

  async #open(mosaicHome: string | undefined, databaseUrl: string | undefined): Promise<Backlog> {
    const open = this.#dependencies.openBacklog ?? (await import('../backlog/open.ts')).openBacklog;
    return open({
      ...(mosaicHome === undefined ? {} : { mosaicHome }),
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      actor: this.#setting('MOSAIC_ACTOR') ?? this.#setting('USER') ?? null,
    });
  }

  /** A variable that is set to nothing counts as not set, as shells have it. */
  #setting(name: string): string | undefined {
    const value = this.env[name];
    return value === '' ? undefined : value;
  }
}
