/** What a stream can show: how wide it is, and whether colours are wanted there. */

/** Puts a text into a colour, or leaves it as it is where none is wanted. */
type Brush = (text: string) => string;

export interface Paint {
  readonly bold: Brush;
  readonly dim: Brush;
  readonly red: Brush;
  readonly green: Brush;
  readonly yellow: Brush;
  readonly blue: Brush;
  readonly cyan: Brush;
}

export interface Screen {
  /** Null where nobody looks on: then nothing is cut, so that other programs find everything. */
  readonly columns: number | null;
  readonly paint: Paint;
}

/** The part of a stream that says what it shows. */
export interface ScreenStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** For prose where nobody looks on, and where a terminal does not say how wide it is. */
const PROSE_COLUMNS = 80;

const WIDEST_PROSE = 100;
const NARROWEST = 20;

export function screenOf(stream: ScreenStream, env: Environment): Screen {
  const isTerminal = stream.isTTY === true;
  return {
    columns: isTerminal ? Math.max(NARROWEST, stream.columns ?? PROSE_COLUMNS) : null,
    paint: wantsColour(isTerminal, env) ? COLOURED : PLAIN,
  };
}

/** Lines of prose are not made as wide as a wide terminal: nobody can read that. */
export function proseColumns(screen: Screen): number {
  return Math.min(screen.columns ?? PROSE_COLUMNS, WIDEST_PROSE);
}

/** NO_COLOR has the last word, then FORCE_COLOR; otherwise a terminal that is not a dumb one is coloured. */
function wantsColour(isTerminal: boolean, env: Environment): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}

const PLAIN: Paint = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  blue: same,
  cyan: same,
};

const COLOURED: Paint = {
  bold: between(1, 22),
  dim: between(2, 22),
  red: between(31, 39),
  green: between(32, 39),
  yellow: between(33, 39),
  blue: between(34, 39),
  cyan: between(36, 39),
};

function same(text: string): string {
  return text;
}

function between(on: number, off: number): (text: string) => string {
  return (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`);
}
