/** The questions about the backlog as a whole: why cards wait, how many there are of each kind, when time will tell. */
import { findCyclesIn, findCycleThrough } from '../../card/cycle.ts';
import { toMs } from '../../card/time.ts';
import type { BacklogStats, Explanation } from '../backlog.ts';
import { explainCard, explainDamage } from '../operations/explain.ts';
import { mustGet } from '../operations/one-card.ts';
import { countCards, type CountedCard, isExpiredClaim } from '../operations/stats.ts';
import { isCardDamaged } from '../sentences.ts';
import type { Transaction } from '../transaction.ts';
import { ask } from './asking.ts';
import { unmetNeeds } from './decision/loading.ts';
import { cardColumns, CLAIM_END, CLAIM_ORDER, isInRange } from './form/columns.ts';
import { parseRow, type TextRow } from './form/row.ts';
import type { PostgresStore } from './postgres-store.ts';

export async function explainCards(store: PostgresStore, id: string | undefined): Promise<readonly Explanation[]> {
  if (id !== undefined) {
    return store.rehearse((transaction) => {
      const edges = (from: string): readonly string[] => transaction.dependsOn(from);
      return [explainOne(transaction, id, (from) => findCycleThrough(from, edges))];
    });
  }
  const waiting = await store.look(async ({ client, columns }) => {
    const rows = await ask(client, {
      text: `SELECT ${cardColumns(columns, false)} FROM backlog card WHERE NOT (card.archived AND card.status = 'done')
        ORDER BY ${CLAIM_ORDER}`,
    });
    return rows.map(parseRow).filter((row) => row.kind === 'damaged' || row.card.status === 'ready');
  });
  const ids = waiting.map((row) => row.id);
  return store.rehearse((transaction) => {
    // All cycles at once: a search for each of many cards in a long chain would take the square of its length.
    const cycles = findCyclesIn(ids, (from) => transaction.dependsOn(from));
    const cycleOf = new Map(cycles.flatMap((cycle) => cycle.map((member) => [member, cycle] as const)));
    return ids.map((waitingId) => explainOne(transaction, waitingId, (from) => cycleOf.get(from) ?? null));
  }, ids);
}

function explainOne(
  transaction: Transaction,
  id: string,
  cycleThrough: (from: string) => readonly string[] | null,
): Explanation {
  try {
    return explainCard(transaction, mustGet(transaction, id), cycleThrough);
  } catch (error) {
    if (isCardDamaged(error)) return explainDamage(id, error.message);
    throw error;
  }
}

export async function statsOf(store: PostgresStore): Promise<BacklogStats> {
  return store.look(async ({ client, columns }) => {
    const rows = await ask(client, {
      text: `SELECT ${cardColumns(columns, false)}, EXISTS (${unmetNeeds(columns)}) AS waits,
          floor(extract(epoch FROM clock_timestamp()) * 1000) AS now_ms
        FROM backlog card`,
    });
    const nowMs = Number(rows[0]?.['now_ms'] ?? 0);
    const cards = rows.map(countedCard);
    return countCards(cards, cards.filter((card) => isClaimable(card, nowMs)).length, nowMs);
  });
}

interface Counted extends CountedCard {
  readonly notBeforeMs: number;
  readonly isUsedUp: boolean;
}

function countedCard(text: TextRow): Counted {
  const row = parseRow(text);
  const card = row.kind === 'card' ? row.card : null;
  return {
    status: card?.status ?? 'damaged',
    archived: row.archived,
    phase: card?.phase ?? null,
    createdAtMs: card === null ? 0 : toMs(card.createdAt),
    claimOwner: card?.claimOwner ?? null,
    claimedAtMs: card === null || card.claimedAt === null ? null : toMs(card.claimedAt),
    claimTtlSeconds: card?.claimTtlSeconds ?? null,
    hasUnmetDependencies: text['waits'] === 't',
    notBeforeMs: card === null || card.notBefore === null ? 0 : toMs(card.notBefore),
    isUsedUp: card !== null && card.maxAttempts !== null && card.attempts >= card.maxAttempts,
  };
}

/** As a claim would find it: one that has expired is taken back first. */
function isClaimable(card: Counted, nowMs: number): boolean {
  const isFree = card.status === 'ready' || (isExpiredClaim(card, nowMs) && !card.isUsedUp);
  return isFree && !card.hasUnmetDependencies && card.notBeforeMs <= nowMs;
}

/** Milliseconds until a date comes, or a claim runs out; null where none will. */
export async function untilNextMomentMs(store: PostgresStore): Promise<number | null> {
  return store.look(async ({ client }) => {
    // The time of the statement, because an index is of no use with one that goes on meanwhile.
    const [row] = await ask(client, {
      text: `SELECT ceil(extract(epoch FROM least(
          (SELECT min(card.not_before) FROM backlog card
            WHERE card.status = 'ready' AND card.not_before > statement_timestamp() AND ${isInRange('card.not_before')}),
          (SELECT min(${CLAIM_END}) FROM backlog card
            WHERE card.status = 'claimed' AND ${CLAIM_END} > statement_timestamp())
        ) - clock_timestamp()) * 1000) AS ms`,
    });
    const ms = row?.['ms'] ?? null;
    return ms === null ? null : Number(ms);
  });
}
