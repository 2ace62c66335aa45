/** A table of plain cells, fitted to the screen: where it is too narrow, columns give way in the order they are told. */
import type { Screen } from './screen.ts';
import { cut, textWidth } from './width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Where the screen is too narrow: this column gives way until it is that narrow. */
export interface Concession {
  readonly column: number;
  readonly least: number;
}

export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const GAP = '  ';

/** Lines without their line breaks, the first one the head. What is too wide gives way in the order of `concessions`. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  screen: Screen,
  concessions: readonly Concession[],
): readonly string[] {
  const widths = columns.map(({ title }) => textWidth(title));
  for (const row of rows) {
    row.forEach(({ text }, at) => {
      widths[at] = Math.max(widths[at] ?? 0, textWidth(text));
    });
  }
  if (screen.columns !== null) shrink(widths, concessions, screen.columns);
  const head = columns.map(({ title }) => ({ text: title, paint: screen.paint.dim }));
  return [head, ...rows].map((row) => line(row, columns, widths));
}

function shrink(widths: number[], concessions: readonly Concession[], room: number): void {
  let over = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - room;
  for (const { column, least } of concessions) {
    if (over <= 0) return;
    const width = widths[column] ?? 0;
    const given = Math.min(over, Math.max(0, width - least));
    widths[column] = width - given;
    over -= given;
  }
}

function line(row: readonly Cell[], columns: readonly Column[], widths: readonly number[]): string {
  const last = row.findLastIndex(({ text }) => text !== '');
  return row
    .slice(0, last + 1)
    .map(({ text, paint }, at) => {
      const width = widths[at] ?? 0;
      const fitted = cut(text, width);
      const painted = paint === undefined ? fitted : paint(fitted);
      const padding = ' '.repeat(Math.max(0, width - textWidth(fitted)));
      if (columns[at]?.align === 'right') return padding + painted;
      return at === last ? painted : painted + padding;
    })
    .join(GAP);
}
