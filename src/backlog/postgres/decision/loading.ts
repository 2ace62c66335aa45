/**
 * Makes the wishes of a decision come true. Rows that may be changed are locked, in the order of their ids; of the cards a
 * claim could take, and of claims that have run out, those that somebody else is at are skipped; but that there are none
 * is said only when he is done.
 */
import { compareCodePoints } from '../../../card/order.ts';
import { cardColumns, CLAIM_END, CLAIM_ORDER, type Columns, needsOf } from '../form/columns.ts';
import { parseRow, type Row, type TextRow } from '../form/row.ts';
import type { Parameter, Query } from '../asking.ts';
import type { Loaded, Skipping } from './loaded.ts';
import type { CandidateWish, Wishes } from './wishes.ts';

/** Whoever only looks takes no lock. */
export type Purpose = 'change' | 'look';

/** A question to the server, and what is to be done with the answer. */
export interface Errand {
  readonly query: Query;
  readonly keep: (rows: readonly TextRow[], loaded: Loaded) => void;
}

/** Two writers that add edges come one after the other, or each would miss the half of a cycle that the other adds. */
const EDGES_LOCK: Errand = {
  query: { text: `SELECT pg_advisory_xact_lock(hashtext('backlog edges ' || 'backlog'::regclass::oid))` },
  keep(_, loaded) {
    loaded.hasEdgesLock = true;
  },
};

/** The server's time, once all locks are held: it is the time of the change. */
const TIME: Errand = {
  query: { text: `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000) AS now_ms` },
  keep(rows, loaded) {
    loaded.nowMs = Number(rows[0]?.['now_ms']);
  },
};

export function errandsFor(wishes: Wishes, columns: Columns, purpose: Purpose): readonly Errand[] {
  const errands: Errand[] = [];
  if (wishes.cards.size > 0) errands.push(cardsErrand([...wishes.cards], columns, purpose));
  // Before the candidates: cards that another claimer takes back are among them when he has finished.
  if (wishes.lateClaims !== null) errands.push(lateErrand(wishes.lateClaims, columns, purpose));
  for (const wish of wishes.candidates.values()) errands.push(candidatesErrand(wish, columns, purpose));
  if (wishes.doneCards) errands.push(doneErrand(columns, purpose));
  // After all rows, as an operation knows its cards before their edges: whoever holds this lock waits for no row.
  if (wishes.edgesLock) errands.push(EDGES_LOCK);
  if (wishes.states.size > 0) errands.push(statesErrand([...wishes.states], columns));
  if (wishes.edges.size > 0) errands.push(edgesErrand([...wishes.edges], columns));
  if (wishes.idempotencyKeys.size > 0) errands.push(keysErrand([...wishes.idempotencyKeys]));
  if (wishes.allIds) errands.push(ALL_IDS);
  return [...errands, TIME];
}

function lock(purpose: Purpose, skipping: Skipping): string {
  if (purpose === 'look') return '';
  return skipping === 'none' ? 'FOR UPDATE' : 'FOR UPDATE SKIP LOCKED';
}

function cardsErrand(ids: readonly string[], columns: Columns, purpose: Purpose): Errand {
  return {
    query: {
      isRepeated: true,
      text: `SELECT ${cardColumns(columns)} FROM backlog card WHERE card.id = ANY ($1)
        ORDER BY card.id COLLATE "C" ${lock(purpose, 'none')}`,
      values: [ids],
    },
    keep(rows, loaded) {
      for (const id of ids) loaded.rows.set(id, null);
      keepRows(rows, loaded.rows);
    },
  };
}

function statesErrand(ids: readonly string[], columns: Columns): Errand {
  return {
    query: {
      isRepeated: true,
      text: `SELECT ${cardColumns(columns)} FROM backlog card WHERE card.id = ANY ($1)`,
      values: [ids],
    },
    keep(rows, loaded) {
      for (const id of ids) loaded.states.set(id, null);
      keepRows(rows, loaded.states);
    },
  };
}

function lateErrand(skipping: Skipping, columns: Columns, purpose: Purpose): Errand {
  return {
    query: {
      isRepeated: true,
      text: `SELECT ${cardColumns(columns)} FROM backlog card
        WHERE card.status = 'claimed' AND (${CLAIM_END} <= clock_timestamp() OR card.claimed_at > clock_timestamp())
        ORDER BY ${CLAIM_ORDER} ${lock(purpose, skipping)}`,
    },
    keep(rows, loaded) {
      loaded.lateClaims = keepRows(rows, loaded.rows);
    },
  };
}

function candidatesErrand(wish: CandidateWish, columns: Columns, purpose: Purpose): Errand {
  const { filter, doneNow, undoneNow, count, skipping } = wish;
  const values: Parameter[] = [count];
  const parameter = (value: Parameter): string => `$${values.push(value)}`;
  const conditions = ['TRUE'];
  if (filter.phase !== undefined) conditions.push(`card.phase = ${parameter(filter.phase)}`);
  if (filter.label !== undefined) conditions.push(`${parameter(filter.label)} = ANY (card.labels)`);
  const turned = doneNow.length + undoneNow.length > 0;
  const gate = turned
    ? unmetNeeds(columns, { doneNow: parameter(doneNow), undoneNow: parameter(undoneNow) })
    : unmetNeeds(columns);
  return {
    query: {
      isRepeated: true,
      text: `SELECT ${cardColumns(columns)} FROM backlog card
        WHERE ${CAN_BE_READY} AND ${conditions.join(' AND ')} AND NOT EXISTS (${gate})
        ORDER BY ${CLAIM_ORDER} LIMIT $1 ${lock(purpose, skipping)}`,
      values,
    },
    keep(rows, loaded) {
      const ids = keepRows(rows, loaded.rows);
      loaded.candidates.set(wish.key, { ids, asked: count, skipping: purpose === 'look' ? 'none' : skipping });
    },
  };
}

/** What the partial index of the table holds, and its date. */
const CAN_BE_READY = `card.status = 'ready' AND (card.not_before IS NULL OR card.not_before <= clock_timestamp())`;

/** The dependencies of `card` that are not done; $n of what this very transaction has turned. */
export function unmetNeeds(
  columns: Columns,
  turned?: { readonly doneNow: string; readonly undoneNow: string },
): string {
  const done = `SELECT 1 FROM backlog other WHERE other.id = need.id AND other.status = 'done'`;
  const isMet =
    turned === undefined
      ? `EXISTS (${done})`
      : `(need.id = ANY (${turned.doneNow}::text[]) OR EXISTS (${done} AND other.id <> ALL (${turned.undoneNow}::text[])))`;
  return `SELECT 1 FROM ${needsOf('card', columns)} AS need (id) WHERE NOT coalesce(${isMet}, FALSE)`;
}

function doneErrand(columns: Columns, purpose: Purpose): Errand {
  return {
    query: {
      text: `SELECT ${cardColumns(columns)} FROM backlog card WHERE card.status = 'done' AND NOT card.archived
        ORDER BY card.id COLLATE "C" ${lock(purpose, 'none')}`,
    },
    keep(rows, loaded) {
      const ids = keepRows(rows, loaded.rows);
      loaded.doneCards = ids.filter((id) => loaded.rows.get(id)?.kind === 'card');
    },
  };
}

/** Everything that can be reached, so that a search for a cycle asks once. */
function edgesErrand(ids: readonly string[], columns: Columns): Errand {
  return {
    query: {
      isRepeated: true,
      text: `WITH RECURSIVE reached (id) AS (
          SELECT unnest($1::text[])
          UNION
          SELECT need.id FROM reached JOIN backlog card ON card.id = reached.id, ${needsOf('card', columns)} AS need (id)
        )
        SELECT reached.id, to_jsonb(card.depends_on) AS depends_on
        FROM reached LEFT JOIN backlog card ON card.id = reached.id WHERE reached.id IS NOT NULL`,
      values: [ids],
    },
    keep(rows, loaded) {
      for (const id of ids) loaded.edges.set(id, []);
      for (const row of rows) loaded.edges.set(row['id'] ?? '', edgesOf(row['depends_on'] ?? null));
    },
  };
}

/** What is no list of ids leads nowhere. */
function edgesOf(text: string | null): readonly string[] {
  const value: unknown = text === null ? null : JSON.parse(text);
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
}

function keysErrand(keys: readonly string[]): Errand {
  return {
    query: {
      isRepeated: true,
      text: 'SELECT id, idempotency_key FROM backlog WHERE idempotency_key = ANY ($1)',
      values: [keys],
    },
    keep(rows, loaded) {
      for (const key of keys) loaded.idOfKey.set(key, null);
      for (const row of rows) loaded.idOfKey.set(row['idempotency_key'] ?? '', row['id'] ?? null);
    },
  };
}

const ALL_IDS: Errand = {
  query: { text: 'SELECT id FROM backlog' },
  keep(rows, loaded) {
    loaded.allIds = rows.map((row) => row['id'] ?? '').toSorted(compareCodePoints);
  },
};

/** Returns the ids in the order in which they came. */
function keepRows(rows: readonly TextRow[], into: Map<string, Row | null>): readonly string[] {
  return rows.map((text) => {
    const row = parseRow(text);
    into.set(row.id, row);
    return row.id;
  });
}
