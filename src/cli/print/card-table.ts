/** The table of `list`: one card a line, as wide as the terminal and no wider. */
import type { Card } from '../../card/card.ts';
import { isExpired } from '../../card/expiry.ts';
import { printable } from './text/escape.ts';
import type { Screen } from './text/screen.ts';
import { claimWords, paintStatus, statusMark } from './status.ts';
import { table, type Cell, type Column, type Concession } from './text/table.ts';
import { fromNow } from './text/time.ts';
import { cut } from './text/width.ts';

const ID = 0;
const PHASE = 3;
const TITLE = 4;
const NOTE = 5;

/** On a terminal a long reason leaves room for the title. */
const NOTE_COLUMNS = 28;

const CONCESSIONS: readonly Concession[] = [
  { column: NOTE, least: 20 },
  { column: TITLE, least: 24 },
  { column: NOTE, least: 12 },
  { column: PHASE, least: 6 },
  { column: ID, least: 8 },
  { column: TITLE, least: 8 },
  { column: NOTE, least: 6 },
];

const COLUMNS: readonly Column[] = [
  { title: 'ID' },
  { title: 'PRIO', align: 'right' },
  { title: 'STATUS' },
  { title: 'PHASE' },
  { title: 'TITLE' },
  { title: 'NOTE' },
];

export function cardTable(cards: readonly Card[], screen: Screen, nowMs: number): string {
  const rows = cards.map((card) => cardRow(card, screen, nowMs));
  const used = COLUMNS.flatMap((_, at) => (at === PHASE || at === NOTE ? (isUsed(rows, at) ? [at] : []) : [at]));
  const lines = table(
    used.flatMap((at) => COLUMNS[at] ?? []),
    rows.map((row) => used.flatMap((at) => row[at] ?? [])),
    screen,
    CONCESSIONS.flatMap(({ column, least }) =>
      used.includes(column) ? [{ column: used.indexOf(column), least }] : [],
    ),
  );
  return `${lines.join('\n')}\n`;
}

/** A column in which nothing stands takes no room. */
function isUsed(rows: readonly (readonly Cell[])[], at: number): boolean {
  return rows.some((row) => row[at]?.text !== '');
}

function cardRow(card: Card, screen: Screen, nowMs: number): readonly Cell[] {
  const { paint } = screen;
  return [
    { text: printable(card.id), paint: paint.bold },
    { text: String(card.priority) },
    {
      text: `${statusMark(card.status)} ${card.status}`,
      paint: (text) => paintStatus(paint, card.status, text),
    },
    { text: printable(card.phase ?? ''), paint: paint.cyan },
    { text: printable(card.title) },
    {
      text: screen.columns === null ? note(card, nowMs) : cut(note(card, nowMs), NOTE_COLUMNS),
      paint: isExpired(card, nowMs) ? paint.red : paint.dim,
    },
  ];
}

/** What keeps the card from being taken right now, as far as the card itself knows. */
function note(card: Card, nowMs: number): string {
  if (card.status === 'claimed') return claimWords(card, nowMs);
  if (card.status === 'blocked') return printable(card.statusReason ?? '');
  if (card.status !== 'ready' || card.notBefore === null) return '';
  const notBeforeMs = Date.parse(card.notBefore);
  return notBeforeMs > nowMs ? `can be claimed ${fromNow(notBeforeMs, nowMs)}` : '';
}
