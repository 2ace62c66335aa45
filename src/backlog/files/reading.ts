/** The operations that only look: they wait for nobody and never see half a card. */
import type { Card } from '../../card/card.ts';
import { isClaimable } from '../../card/claimable.ts';
import { expire } from '../../card/life.ts';
import { isMatch } from '../../card/match.ts';
import { compareCards } from '../../card/order.ts';
import type { CardList, DamagedCard, ListOptions } from '../backlog.ts';
import { mustGet } from '../operations/one-card.ts';
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
    return { cards: again.cards.toSorted(compareCards).slice(0, limit), damaged: again.damaged };
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
export function couldBeClaimed(transaction: Transaction, card: Card): boolean {
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

export function damage(store: FileStore, known: Summary, nowMs: number): DamagedCard {
  const folder = store.paths[known.archived ? 'archive' : 'cards'];
  const file = readCardFile(store.files, folder, known.fileName, nowMs);
  const reason = file.kind === 'damaged' ? file.reason : 'it was damaged a moment ago';
  return { id: known.id, file: `${folder}/${known.fileName}`, reason };
}
