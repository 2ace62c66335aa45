/**
 * tmux, asked through its client, on a server of our own. Sessions are addressed by `$id` and panes by `%id`: a name
 * would also match whatever begins like it. A server that is not there is told apart from one that does not answer.
 */
import { runProgram, type RunProgram } from './run-program.ts';

export type TmuxAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** Nobody listens on that socket: nothing runs there, and that is certain. */
  | { readonly kind: 'no-server' }
  /** The server understood, and said no. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'missing' }
  /** Not known: it may run, and be busy or stopped. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Pane {
  /** `$3` */
  readonly sessionId: string;
  readonly sessionName: string;
  /** `%7` */
  readonly paneId: string;
  /** Of the program that was started in it; there may be another one in front of it. */
  readonly pid: number;
  /** The program has ended, and the pane was kept. */
  readonly isDead: boolean;
  /** What it ended with; null while it runs, and where a signal ended it. */
  readonly deadStatus: number | null;
  /** The number of the signal. */
  readonly deadSignal: number | null;
  /** It shows its history instead of taking keys. */
  readonly isInMode: boolean;
  /** The values of the options that were asked for; empty where they are not set. */
  readonly tag: string;
  readonly keeper: string;
}

/** Names of options of a pane. */
export interface PaneTags {
  /** Tells whose it is. */
  readonly tag: string;
  /** Tells who keeps it. */
  readonly keeper: string;
}

export interface TmuxSettings {
  /** The name of the socket (`tmux -L`). */
  readonly socket: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run?: RunProgram;
}

const TIMEOUT_MS = 5000;

export class Tmux {
  readonly socket: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #run: RunProgram;

  constructor({ socket, environment, run = runProgram }: TmuxSettings) {
    this.socket = socket;
    // The socket must be the same for whoever asks: a shell, a unit of systemd, cron. So it is where tmux itself puts it.
    this.#environment = { ...environment, TMUX: undefined, TMUX_PANE: undefined, TMUX_TMPDIR: undefined };
    this.#run = run;
  }

  /** The words of a client, for a program that shows it to the user. No server is started by it. */
  clientWords(...words: readonly string[]): readonly string[] {
    return ['tmux', '-L', this.socket, '-N', ...words];
  }

  get environment(): Readonly<Record<string, string | undefined>> {
    return this.#environment;
  }

  /** A command to the server that runs. `;` as a word of its own begins another one. */
  async command(...words: readonly string[]): Promise<TmuxAnswer<string>> {
    return this.#ask(['-L', this.socket, '-N', ...words]);
  }

  /** The same for a command that reads a text. */
  async commandWith(input: string, ...words: readonly string[]): Promise<TmuxAnswer<string>> {
    return this.#ask(['-L', this.socket, '-N', ...words], input);
  }

  /** Starts the server when it does not run, without any settings of the user, and gives it the commands. */
  async startServer(...words: readonly string[]): Promise<TmuxAnswer<string>> {
    return this.#ask(['-L', this.socket, '-f', '/dev/null', 'start-server', ';', ...words]);
  }

  async panes(tags: PaneTags): Promise<TmuxAnswer<readonly Pane[]>> {
    const answer = await this.#listPanes(tags);
    if (answer.kind !== 'answer' || !answer.value.some(hasUnknownEnd)) return answer;
    // tmux 3.3a misses one of four ends that come while it is asked something, and leaves a zombie. The end of any other
    // program that it has started makes it look again.
    await this.command('run-shell', 'true');
    return this.#listPanes(tags);
  }

  async #listPanes(tags: PaneTags): Promise<TmuxAnswer<readonly Pane[]>> {
    const answer = await this.command('list-panes', '-a', '-F', paneFormat(tags));
    // A server without a session calls it a fault to have none.
    if (answer.kind === 'refused' && /no (current target|sessions)$/.test(answer.reason)) {
      return { kind: 'answer', value: [] };
    }
    if (answer.kind !== 'answer') return answer;
    const lines = answer.value.split('\n').filter((line) => line !== '');
    return { kind: 'answer', value: lines.map(parsePane).filter((pane) => pane !== null) };
  }

  /** What a pane shows, lines that were folded put together again. @param historyLines so many of those above, too; Infinity for all */
  async capture(paneId: string, historyLines: number): Promise<TmuxAnswer<string>> {
    const from = historyLines === 0 ? [] : ['-S', historyLines === Infinity ? '-' : String(-historyLines)];
    return this.command('capture-pane', '-p', '-J', ...from, '-t', paneId);
  }

  async #ask(words: readonly string[], input = ''): Promise<TmuxAnswer<string>> {
    const ran = await this.#run({
      program: 'tmux',
      // In a locale without UTF-8 the client would answer with `_` for every letter that is not ASCII.
      words: ['-u', ...words],
      environment: this.#environment,
      input,
      timeoutMs: TIMEOUT_MS,
    });
    if (ran.kind === 'missing') return ran;
    if (ran.kind === 'no-answer') return { kind: 'unknown', reason: `tmux: ${ran.reason}` };
    if (ran.status === 0) return { kind: 'answer', value: ran.stdout };
    const said = ran.stderr.trim() || ran.stdout.trim() || `it ended with status ${ran.status}`;
    if (isNoServer(said)) return { kind: 'no-server' };
    if (/^(error connecting|lost server|server exited|open terminal failed)/.test(said)) {
      return { kind: 'unknown', reason: `tmux: ${said}` };
    }
    return { kind: 'refused', reason: `tmux: ${said}` };
  }
}

/** A socket that is not there, or that nobody listens on; anything else (no permission, …) proves nothing. */
function isNoServer(said: string): boolean {
  return said.startsWith('no server running on') || /^error connecting to .*\(No such file or directory\)$/.test(said);
}

function hasUnknownEnd({ isDead, deadStatus, deadSignal }: Pane): boolean {
  return isDead && deadStatus === null && deadSignal === null;
}

/** No field is ever empty, and only the last may hold a space. */
function paneFormat({ tag, keeper }: PaneTags): string {
  return (
    '#{session_id} #{pane_id} #{pane_pid} #{pane_dead} s#{pane_dead_status} g#{pane_dead_signal} ' +
    `m#{pane_in_mode} t#{${tag}} k#{${keeper}} n#{session_name}`
  );
}

function parsePane(line: string): Pane | null {
  const match = /^(\$\d+) (%\d+) (\d+) ([01]?) s(\d*) g(\d*) m(\d*) t(\S*) k(\S*) n(.*)$/.exec(line);
  if (match === null) return null;
  const [
    ,
    sessionId = '',
    paneId = '',
    pid = '',
    dead = '',
    status = '',
    signal = '',
    mode = '',
    tag = '',
    keeper = '',
    name = '',
  ] = match;
  return {
    sessionId,
    sessionName: name,
    paneId,
    pid: Number(pid),
    isDead: dead === '1',
    deadStatus: numberOrNull(status),
    deadSignal: numberOrNull(signal),
    isInMode: mode !== '' && mode !== '0',
    tag,
    keeper,
  };
}

function numberOrNull(text: string): number | null {
  return text === '' ? null : Number(text);
}
