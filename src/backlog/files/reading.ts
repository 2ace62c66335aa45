/** The operations that only look: they wait for nobody and never see half a card. */
import type { Card } from '../../card/card.ts';
import { isClaimable } from '../../card/claimable.ts';
import { findCyclesIn, findCycleThrough } from '../../card/cycle.ts';
import { expire } from '../../card/life.ts';
import { isMatch } from '../../card/match.ts';
import { compareClaimOrder } from '../../card/order.ts';
import { toMs } from '../../card/time.ts';
import type { BacklogStats, CardList, DamagedCard, Explanation, ListOptions } from '../backlog.ts';
import { explainCard, explainDamage } from '../operations/explain.ts';
import { mustGet } from '../operations/one-card.ts';
import { countCards } from '../operations/stats.ts';
import { cardDamaged, isCardDamaged } from '../sentences.ts';
import type { Transaction } from '../transaction.ts';
import { readCardFile } from './form/card-file.ts';
import type { Summary } from './card-index/summary.ts';
import type { FileStore } from './file-store.ts';

export async function getCard(store: FileStore, id: string): Promise<Card> {
  return store.read((transaction) => mustGet(transaction, id), 'usual');
}

/** A list without a limit looks at every file, one with a limit only at those it shows; see `inspection.ts`. */
export async function listCards(store: FileStore, options: ListOptions): Promise<CardList> {
  const thoroughness = options.limit === undefined ? 'thorough' : 'usual';
  return store.read((transaction, { index }) => {
    const before = transaction.changeCount;
    const { isAsIndexed, ...found } = listThrough(store, transaction, index.all(), options);
    if (isAsIndexed && transaction.changeCount === before) return found;
    // A writer was quicker, and what it left has its place elsewhere: cards have moved under our hands, before us or
    // behind us. All of them, as they are now, move no more.
    const { limit, ...all } = options;
    const again = listThrough(store, transaction, transaction.known(), all);
    return { cards: again.cards.toSorted(byClaimOrder).slice(0, limit), damaged: again.damaged };
  }, thoroughness);
}

function listThrough(
  store: FileStore,
  transaction: Transaction,
  summaries: Iterable<Summary>,
  options: ListOptions,
): CardList & { readonly isAsIndexed: boolean } {
  const cards: Card[] = [];
  const damaged: DamagedCard[] = [];
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  let isAsIndexed = true;
  for (const known of summaries) {
    if (cards.length >= limit) break;
    if (known.archived && options.archived !== true) continue;
    if (known.status === 'damaged') {
      damaged.push(damage(store, known, transaction.nowMs));
      continue;
    }
    if (!mayMatch(known, options)) continue;
    const card = readOrReport(store, transaction, known, damaged);
    if (card === null) continue;
    isAsIndexed &&= card.rev === known.rev;
    if (isWanted(transaction, card, options)) cards.push(card);
  }
  return { cards, damaged, isAsIndexed };
}

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

/**
 * Every card as one JSON line, the archived ones too, as the store stands when the export begins.
 *
 * @throws MosaicError CARD_DAMAGED, because an export without a card would be a loss nobody notices
 */
export async function exportLines(store: FileStore): Promise<readonly string[]> {
  const { cards, damaged } = await listCards(store, { archived: true });
  const [first] = damaged;
  if (first !== undefined) throw cardDamaged(first.id, first.file, first.reason);
  return cards.map((card) => JSON.stringify(card));
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

function byClaimOrder(a: Card, b: Card): number {
  return compareClaimOrder({ ...a, createdAtMs: toMs(a.createdAt) }, { ...b, createdAtMs: toMs(b.createdAt) });
}

/** What the index can rule out without reading the card. */
function mayMatch(known: Summary, options: ListOptions): boolean {
  if (options.status !== undefined && known.status !== options.status) return false;
  if (options.readyOnly === true && known.status !== 'ready' && known.status !== 'claimed') return false;
  if (options.phase !== undefined && known.phase !== options.phase) return false;
  if (options.owner !== undefined && known.claimOwner !== options.owner) return false;
  return options.label === undefined || known.labels.includes(options.label);
}

function isWanted(transaction: Transaction, card: Card, options: ListOptions): boolean {
  if (!isMatch(card, options)) return false;
  return options.readyOnly !== true || couldBeClaimed(transaction, card);
}

/** As a claim would see it: a claim that has expired is taken back first. */
function couldBeClaimed(transaction: Transaction, card: Card): boolean {
  const { nowMs } = transaction;
  return isClaimable(expire(card, nowMs).card, (id) => transaction.dependencyState(id), nowMs);
}

function readOrReport(store: FileStore, transaction: Transaction, known: Summary, damaged: DamagedCard[]): Card | null {
  try {
    return transaction.card(known.id);
  } catch (error) {
    if (!isCardDamaged(error)) throw error;
    damaged.push(damage(store, known, transaction.nowMs));
    return null;
  }
}

function damage(store: FileStore, known: Summary, nowMs: number): DamagedCard {
  const folder = store.paths[known.archived ? 'archive' : 'cards'];
  const file = readCardFile(store.files, folder, known.fileName, nowMs);
  const reason = file.kind === 'damaged' ? file.reason : 'it was damaged a moment ago';
  return { id: known.id, file: `${folder}/${known.fileName}`, reason };
}
