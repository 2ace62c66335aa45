/** Claiming: expired claims come back first, then the first claimable card goes to the caller. */
import type { Card } from '../../card/card.ts';
import { DEFAULT_CLAIM_TTL_SECONDS } from '../../card/card.ts';
import { isClaimable } from '../../card/claimable.ts';
import { claim, expire, redate } from '../../card/life.ts';
import { isWork, waysOf, type WorkChoice, type WorkFilter } from '../../card/match.ts';
import { compareCards } from '../../card/order.ts';
import type { ClaimOptions } from '../backlog.ts';
import type { Transaction } from '../transaction.ts';
import { apply, mustGet } from './one-card.ts';

export function claimCards(
  transaction: Transaction,
  options: Omit<ClaimOptions, 'waitSeconds' | 'signal'> & { readonly count?: number },
): readonly Card[] {
  takeBackExpired(transaction);
  if (options.id !== undefined) {
    const card = mustGet(transaction, options.id);
    return isWanted(transaction, card, options) ? [take(transaction, card, options)] : [];
  }
  const taken: Card[] = [];
  while (taken.length < (options.count ?? 1)) {
    // Asked anew each time: a claim changes what is claimable.
    const card = firstOf(transaction, waysOf(options));
    if (card === null) break;
    taken.push(take(transaction, card, options));
  }
  return taken;
}

/** Whether a claim would find something, without a claim. */
export function couldClaim(transaction: Transaction, choice: WorkChoice): boolean {
  return transaction.expiredClaims().length > 0 || firstOf(transaction, waysOf(choice)) !== null;
}

/** The first in claim order that can be claimed in any of these ways. */
function firstOf(transaction: Transaction, ways: readonly WorkFilter[]): Card | null {
  let first = bestOf(transaction, ways);
  // A file that is not as known changes what was found before it came to be read.
  while (ways.length > 1) {
    const again = bestOf(transaction, ways);
    if (again?.id === first?.id && again?.rev === first?.rev) break;
    first = again;
  }
  return first;
}

function bestOf(transaction: Transaction, ways: readonly WorkFilter[]): Card | null {
  let best: Card | null = null;
  for (const way of ways) {
    const [card] = transaction.claimable(way);
    if (card !== undefined && (best === null || compareCards(card, best) < 0)) best = card;
  }
  return best;
}

/** The takeover: the same critical section that hands out a card first takes it from whoever let it expire. */
function takeBackExpired(transaction: Transaction): void {
  for (const card of transaction.expiredClaims().toSorted(compareCards)) {
    apply(transaction, card, expire(card, transaction.nowMs));
  }
  // A clock that once ran ahead must not keep a card for as long as it was wrong.
  for (const card of transaction.claimsAhead()) {
    apply(transaction, card, redate(card, transaction.nowMs), undefined, 'Its claim was dated in the future.');
  }
}

function isWanted(transaction: Transaction, card: Card, options: Omit<ClaimOptions, 'waitSeconds'>): boolean {
  if (transaction.isArchived(card.id) || !waysOf(options).some((way) => isWork(card, way))) return false;
  return isClaimable(card, (id) => transaction.dependencyState(id), transaction.nowMs);
}

function take(transaction: Transaction, card: Card, options: ClaimOptions): Card {
  const ttlSeconds = options.ttlSeconds ?? DEFAULT_CLAIM_TTL_SECONDS;
  return apply(transaction, card, claim(card, { owner: options.owner, ttlSeconds }, transaction.nowMs), options.owner);
}
