/** What comes of a series of measurements: its middle, its spread, and how one series compares with another. */

/** Sorted when it is made; never empty. */
export class Series {
  readonly #values: readonly number[];

  constructor(values: readonly number[]) {
    if (values.length === 0) throw new Error('A series without a single measurement says nothing.');
    this.#values = values.toSorted((a, b) => a - b);
  }

  get median(): number {
    return this.quantile(0.5);
  }

  get count(): number {
    return this.#values.length;
  }

  /** The smallest value that at least this share of all values does not exceed. */
  quantile(share: number): number {
    const at = Math.max(0, Math.ceil(share * this.#values.length) - 1);
    return this.#values[at] ?? Number.NaN;
  }
}

export type Unit = 'ms' | 'µs' | 's' | 'MB' | 'pairs/s' | 'ratio';

/** What one side of a row was measured at: the middle, and from where to where the middle half of all values lies. */
export interface Measured {
  readonly name: string;
  readonly median: number;
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly unit: Unit;
}

export function measured(name: string, unit: Unit, values: readonly number[]): Measured {
  const series = new Series(values);
  return {
    ...{ name, unit, samples: series.count, median: series.median },
    ...{ from: series.quantile(0.25), to: series.quantile(0.75) },
  };
}

/** One line of the table. */
export interface Figure {
  readonly row: string;
  readonly ours: Measured;
  /** Null where the goal is a limit and not a comparison. */
  readonly peer: Measured | null;
  /** What the goal speaks of: ours beside the peer's, or the measured value itself. */
  readonly value: number;
  readonly goal: Goal;
}

export interface Goal {
  readonly sense: 'at most' | 'at least';
  readonly goal: number;
  /** What must be met whatever the goal; null where the issue names none. */
  readonly bar: number | null;
}

export type Verdict = 'goal' | 'bar' | 'short';

export function verdictOf(value: number, { sense, goal, bar }: Goal): Verdict {
  const meets = (limit: number): boolean => (sense === 'at most' ? value <= limit : value >= limit);
  if (meets(goal)) return 'goal';
  return bar !== null && meets(bar) ? 'bar' : 'short';
}

/** Ours beside the peer's, each by its middle. */
export function compared(row: string, ours: Measured, peer: Measured, goal: Goal): Figure {
  return { row, ours, peer, value: ours.median / peer.median, goal };
}
