/** The questions about the backlog as a whole: why cards wait, and how many there are of each kind. */
import { findCyclesIn, findCycleThrough } from '../../card/cycle.ts';
import type { BacklogStats, Explanation } from '../backlog.ts';
import { explainCard, explainDamage } from '../operations/explain.ts';
import { mustGet } from '../operations/one-card.ts';
import { countCards } from '../operations/stats.ts';
import type { Transaction } from '../transaction.ts';
import type { Summary } from './card-index/summary.ts';
import type { FileStore } from './file-store.ts';
import { couldBeClaimed, damage } from './reading.ts';

export async function explainCards(store: FileStore, id: string | undefined): Promise<readonly Explanation[]> {
  return store.read((transaction, { index }) => {
    const edges = (from: string): readonly string[] => transaction.dependsOn(from);
    if (id !== undefined) {
      return [explainOne(store, transaction, index.get(id), id, (from) => findCycleThrough(from, edges))];
    }
    const waiting = [...index.all()].filter((known) => !known.archived && EXPLAINED.has(known.status));
    // All cycles at once: a search for each of many cards in a long chain would take the square of its length.
    const cycles = findCyclesIn(
      waiting.map((known) => known.id),
      edges,
    );
    const cycleOf = new Map(cycles.flatMap((cycle) => cycle.map((member) => [member, cycle] as const)));
    return waiting.map((known) => explainOne(store, transaction, known, known.id, (from) => cycleOf.get(from) ?? null));
  }, 'thorough');
}

/** What `explain` without an id speaks of: the cards somebody may be waiting for. */
const EXPLAINED: ReadonlySet<string> = new Set(['ready', 'damaged']);

export async function statsOf(store: FileStore): Promise<BacklogStats> {
  return store.read((transaction, { index }) => {
    const { nowMs } = transaction;
    const cards = [...index.all()].map((known) => ({
      ...known,
      hasUnmetDependencies: index.unmetDependencies(known.id) > 0,
    }));
    const expired = transaction.expiredClaims().filter((card) => couldBeClaimed(transaction, card));
    const claimable = [...index.claimable(nowMs, {})].length + expired.length;
    return countCards(cards, claimable, nowMs);
  }, 'thorough');
}

function explainOne(
  store: FileStore,
  transaction: Transaction,
  known: Summary | null,
  id: string,
  cycleThrough: (from: string) => readonly string[] | null,
): Explanation {
  if (known?.status === 'damaged') return explainDamage(id, damage(store, known, transaction.nowMs).reason);
  return explainCard(transaction, mustGet(transaction, id), cycleThrough);
}
