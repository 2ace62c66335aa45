/**
 * One pane of tmux, looked at and typed into. It is addressed by its `%id`, and whatever is typed names the program and
 * the turn it is meant for: tmux looks at both in the same step, so that nothing reaches a program that has taken the
 * place of another, and nobody types out of turn.
 */
import type { Tmux, TmuxAnswer } from './tmux.ts';

/** What a pane shows at one moment. */
export interface PaneView {
  readonly pid: number;
  readonly isDead: boolean;
  /** Column and row of the cursor. */
  readonly cursor: string;
  /** Lines that have left the screen at the top, and are kept. */
  readonly historyLines: number;
  /** Whether the program has asked for bracketed paste; null where this tmux cannot tell. */
  readonly hasBracketedPaste: boolean | null;
  /** `/dev/pts/3` */
  readonly terminal: string;
  /** The lines of the history that were asked for, and those on the screen, as they stand there. */
  readonly lines: readonly string[];
}

/** For whom the keys are. */
export interface Addressee {
  /** Of the program the pane was made for. */
  readonly pid: number;
  /** The value of `TURN` while it is ours to type. */
  readonly turn: string;
}

/** The option of a pane that says whose turn it is to type; it goes with the pane. */
const TURN = '@mosaic-turn';
/** So many tell two turns apart. */
const TURN_CHARACTERS = 12;
const TYPED = 'typed';

export class TmuxPane {
  readonly #tmux: Tmux;
  readonly #paneId: string;

  constructor(tmux: Tmux, paneId: string) {
    this.#tmux = tmux;
    this.#paneId = paneId;
  }

  /** Null when there is no such pane. @param historyLines at most so many lines above the screen */
  async look(historyLines: number): Promise<TmuxAnswer<PaneView | null>> {
    const capture = ['capture-pane', '-p', ...(historyLines === 0 ? [] : ['-S', String(-historyLines)])];
    const answer = await this.#tmux.command(...this.#ask(VIEW), ';', ...capture, '-t', this.#paneId);
    if (isGone(answer)) return { kind: 'answer', value: null };
    return answer.kind === 'answer' ? { kind: 'answer', value: parseView(answer.value) } : answer;
  }

  /** Takes the turn when nobody has it. @returns whose it is now; null when there is no such pane */
  async takeTurn(turn: string): Promise<TmuxAnswer<string | null>> {
    const set = await this.#tmux.command('set-option', '-p', '-o', '-t', this.#paneId, TURN, turn);
    if (set.kind === 'refused' && !set.reason.includes('already set')) return { kind: 'answer', value: null };
    return set.kind === 'answer' || set.kind === 'refused' ? this.#turn() : set;
  }

  /** Takes it from another, if that one still has it. @returns whose it is now; null when there is no such pane */
  async takeTurnFrom(other: string, turn: string): Promise<TmuxAnswer<string | null>> {
    const taken = await this.#when(`#{==:#{${TURN}},${other}}`, `set-option -p -t ${this.#paneId} ${TURN} ${turn}`, '');
    return taken.kind === 'answer' || taken.kind === 'refused' ? this.#turn() : taken;
  }

  async endTurn(turn: string): Promise<TmuxAnswer<string>> {
    return this.#when(`#{==:#{${TURN}},${turn}}`, `set-option -p -u -t ${this.#paneId} ${TURN}`, '');
  }

  /**
   * Text as from a clipboard: in brackets when the program has asked for them, and with its line feeds as they are. It
   * goes through a buffer, because in words of a command tmux finds separators and formats.
   * @returns whether it was typed; not when another program or another turn is there now
   */
  async paste(text: string, { pid, turn }: Addressee): Promise<TmuxAnswer<boolean>> {
    const buffer = `mosaic-${turn.slice(0, TURN_CHARACTERS)}`;
    const load = ['load-buffer', '-b', buffer, '-', ';'];
    const paste = `paste-buffer -p -d -r -b ${buffer} -t ${this.#paneId}`;
    const words = this.#whenWords(itIs(pid, turn), this.#typing(paste), `delete-buffer -b ${buffer}`);
    return wasTyped(await this.#tmux.commandWith(text, ...load, ...words));
  }

  /** @returns as with `paste` */
  async pressEnter({ pid, turn }: Addressee): Promise<TmuxAnswer<boolean>> {
    return wasTyped(await this.#when(itIs(pid, turn), this.#typing(`send-keys -t ${this.#paneId} Enter`), ''));
  }

  async #turn(): Promise<TmuxAnswer<string | null>> {
    const answer = await this.#tmux.command(...this.#ask(`#{pane_id} #{${TURN}}`));
    if (answer.kind !== 'answer') return answer;
    const [paneId, turn = ''] = answer.value.trim().split(' ');
    return { kind: 'answer', value: paneId === this.#paneId ? turn : null };
  }

  /** For a pane that is not there tmux prints the format with nothing in it. */
  #ask(format: string): readonly string[] {
    return ['display-message', '-p', '-t', this.#paneId, format];
  }

  /** A pane that shows its history would take the keys for itself. */
  #typing(keys: string): string {
    return `copy-mode -q -t ${this.#paneId} ; ${keys} ; display-message -p ${TYPED}`;
  }

  async #when(condition: string, then: string, otherwise: string): Promise<TmuxAnswer<string>> {
    return this.#tmux.command(...this.#whenWords(condition, then, otherwise));
  }

  #whenWords(condition: string, then: string, otherwise: string): readonly string[] {
    return ['if-shell', '-F', '-t', this.#paneId, condition, then, ...(otherwise === '' ? [] : [otherwise])];
  }
}

const VIEW =
  '#{pane_id} #{pane_pid} d#{pane_dead} #{cursor_x},#{cursor_y} #{history_size} b#{bracket_paste_flag} #{pane_tty}';

function parseView(text: string): PaneView | null {
  const [head = '', ...lines] = text.split('\n');
  const match = /^%\d+ (\d+) d([01]?) (\d+,\d+) (\d+) b([01]?) (\S*)$/.exec(head);
  if (match === null) return null;
  const [, pid = '', dead = '', cursor = '', history = '', bracketed = '', terminal = ''] = match;
  return {
    pid: Number(pid),
    isDead: dead === '1',
    cursor,
    historyLines: Number(history),
    hasBracketedPaste: bracketed === '' ? null : bracketed === '1',
    terminal,
    lines: lines.slice(0, -1),
  };
}

function itIs(pid: number, turn: string): string {
  const isAlive = `#{&&:#{==:#{pane_pid},${pid}},#{!=:#{pane_dead},1}}`;
  return `#{&&:${isAlive},#{==:#{${TURN}},${turn}}}`;
}

function wasTyped(answer: TmuxAnswer<string>): TmuxAnswer<boolean> {
  if (isGone(answer)) return { kind: 'answer', value: false };
  return answer.kind === 'answer' ? { kind: 'answer', value: answer.value.trim() === TYPED } : answer;
}

/** The pane is not there; whether its server is makes no difference. */
export function isGone(answer: TmuxAnswer<unknown>): boolean {
  return answer.kind === 'no-server' || (answer.kind === 'refused' && /(can't find|no such) pane/.test(answer.reason));
}
