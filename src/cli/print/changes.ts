/** Changes of cards: the table of `history`, and the line that `watch` prints for each. */
import type { Change } from '../../backlog/backlog.ts';
import type { CardStatus, ChangeKind } from '../../card/card.ts';
import { printable } from './text/escape.ts';
import type { Paint, Screen } from './text/screen.ts';
import { paintStatus } from './status.ts';
import { table, type Concession } from './text/table.ts';
import { momentToSecond } from './text/time.ts';
import { padEnd, padStart } from './text/width.ts';

/** The reason first, then where the card moved, who did it, and the id. */
const CONCESSIONS: readonly Concession[] = [
  { column: 6, least: 12 },
  { column: 4, least: 6 },
  { column: 5, least: 6 },
  { column: 2, least: 6 },
  { column: 6, least: 6 },
];

export function changeTable(changes: readonly Change[], screen: Screen): string {
  const { paint } = screen;
  const rows = changes.map((change) => [
    { text: String(change.seq), paint: paint.dim },
    { text: momentToSecond(change.at), paint: paint.dim },
    { text: printable(change.id), paint: paint.bold },
    { text: change.kind, paint: (text: string) => paintKind(paint, change, text) },
    { text: move(change) },
    { text: change.by === null ? '' : printable(change.by) },
    { text: printable(change.reason ?? '') },
  ]);
  const columns = [
    { title: 'SEQ', align: 'right' as const },
    { title: 'WHEN (UTC)' },
    { title: 'ID' },
    { title: 'WHAT' },
    { title: 'FROM → TO' },
    { title: 'BY' },
    { title: 'REASON' },
  ];
  return `${table(columns, rows, screen, CONCESSIONS).join('\n')}\n`;
}

/** One line, aligned with the ones before and after it as far as can be without knowing them. */
export function changeLine(change: Change, { paint }: Screen): string {
  const by = change.by === null ? '' : ` by ${printable(change.by)}`;
  const reason = change.reason === null ? '' : `: ${printable(change.reason)}`;
  const kind = paintKind(paint, change, padEnd(change.kind, 9));
  const seq = paint.dim(padStart(String(change.seq), 6));
  return `${seq}  ${paint.dim(momentToSecond(change.at).slice(11))}  ${kind}  ${paint.bold(printable(change.id))}${by}${reason}\n`;
}

function move({ from, to }: Change): string {
  if (from === to) return from ?? '';
  return [from, to].filter((status): status is CardStatus => status !== null).join(' → ');
}

const LOUD: ReadonlySet<ChangeKind> = new Set(['failed', 'expired', 'deleted']);

function paintKind(paint: Paint, { kind, to }: Change, text: string): string {
  if (LOUD.has(kind)) return paint.red(text);
  return to === null ? text : paintStatus(paint, to, text);
}
