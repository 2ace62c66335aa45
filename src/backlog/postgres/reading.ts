/** The questions about many cards: each a query that leaves out what is not asked for. */
import type { Card } from '../../card/card.ts';
import { isMatch } from '../../card/match.ts';
import type { CardList, DamagedCard, ListOptions } from '../backlog.ts';
import { ask, type Parameter } from './asking.ts';
import { unmetNeeds } from './decision/loading.ts';
import { cardColumns, CLAIM_END, CLAIM_ORDER, type Columns } from './form/columns.ts';
import { parseRow, placeOf, rowDamaged } from './form/row.ts';
import type { Look, PostgresStore } from './postgres-store.ts';

/** Then all: each time those before are read again. */
const MORE = 32;

export async function listCards(store: PostgresStore, options: ListOptions): Promise<CardList> {
  return store.look((look) => listIn(look, options));
}

async function listIn(look: Look, options: ListOptions): Promise<CardList> {
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const first = Math.max(1, limit);
  for (let count = first; ; count = count === first ? first * MORE : Number.POSITIVE_INFINITY) {
    const rows = await rowsFor(look, options, count);
    const cards: Card[] = [];
    const damaged: DamagedCard[] = [];
    for (const row of rows) {
      if (cards.length >= limit) break;
      if (row.kind === 'damaged') damaged.push({ id: row.id, file: placeOf(row.id), reason: row.reason });
      else if (isMatch(row.card, options)) cards.push(row.card);
    }
    // Some of those that came may not have been wanted: then more of them are asked for.
    if (cards.length >= limit || rows.length < count) return { cards, damaged };
  }
}

async function rowsFor({ client, columns }: Look, options: ListOptions, count: number): Promise<readonly Row[]> {
  const values: Parameter[] = [];
  const parameter = (value: Parameter): string => `$${values.push(value)}`;
  const conditions: string[] = ['TRUE'];
  if (options.archived !== true) conditions.push("NOT (card.archived AND card.status = 'done')");
  if (options.status !== undefined) conditions.push(`card.status = ${parameter(options.status)}`);
  if (options.phase !== undefined) conditions.push(`card.phase = ${parameter(options.phase)}`);
  if (options.label !== undefined) conditions.push(`${parameter(options.label)} = ANY (card.labels)`);
  if (options.owner !== undefined) {
    conditions.push(`card.status = 'claimed' AND card.claim_owner = ${parameter(options.owner)}`);
  }
  if (options.readyOnly === true) conditions.push(couldBeClaimed(columns));
  const isWanted = conditions.join(' AND ');
  // Only of those that are told the long columns are read: the server would else do it before it has sorted all.
  const isTold = Number.isFinite(count)
    ? `card.id = ANY (ARRAY(
        SELECT card.id FROM backlog card WHERE ${isWanted} ORDER BY ${CLAIM_ORDER} LIMIT ${parameter(count)}))`
    : isWanted;
  const rows = await ask(client, {
    text: `SELECT ${cardColumns(columns)} FROM backlog card WHERE ${isTold} ORDER BY ${CLAIM_ORDER}`,
    values,
  });
  return rows.map(parseRow);
}

type Row = ReturnType<typeof parseRow>;

/** As a claim would find it: one that has expired is taken back first. */
function couldBeClaimed(columns: Columns): string {
  return `(card.status = 'ready' OR (card.status = 'claimed' AND ${CLAIM_END} <= clock_timestamp()
      AND (card.max_attempts IS NULL OR card.attempts < card.max_attempts)))
    AND (card.not_before IS NULL OR card.not_before <= clock_timestamp())
    AND NOT EXISTS (${unmetNeeds(columns)})`;
}

/**
 * Every card as one JSON line, the archived ones too, as the store stands when the export begins.
 *
 * @throws MosaicError CARD_DAMAGED, because an export without a card would be a loss nobody notices
 */
export async function* exportLines(store: PostgresStore): AsyncIterable<string> {
  const rows = await store.look((look) => rowsFor(look, { archived: true }, Number.POSITIVE_INFINITY));
  const damaged = rows.find((row) => row.kind === 'damaged');
  if (damaged !== undefined) throw rowDamaged(damaged);
  for (const row of rows) if (row.kind === 'card') yield JSON.stringify(row.card);
}
