/** Claiming: expired claims come back first, then the first claimable card goes to the caller. */
import type { Card } from '../../card/card.ts';
import { DEFAULT_CLAIM_TTL_SECONDS } from '../../card/card.ts';
import { isClaimable } from '../../card/claimable.ts';
import { claim, expire, redate } from '../../card/life.ts';
import { isWork } from '../../card/match.ts';
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
    const [card] = transaction.claimable(options);
    if (card === undefined) break;
    taken.push(take(transaction, card, options));
  }
  return taken;
}

/** The takeover: the same critical section that hands out a card first takes it from whoever let it expire. */
function takeBackExpired(transaction: Transaction): void {
  for (const card of transaction.expiredClaims()) {
    apply(transaction, card, expire(card, transaction.nowMs));
  }
  // A clock that once ran ahead must not keep a card for as long as it was wrong.
  for (const card of transaction.claimsAhead()) {
    apply(transaction, card, redate(card, transaction.nowMs), undefined, 'Its claim was dated in the future.');
  }
}

function isWanted(transaction: Transaction, card: Card, options: Omit<ClaimOptions, 'waitSeconds'>): boolean {
  if (transaction.isArchived(card.id) || !isWork(card, options)) return false;
  return isClaimable(card, (id) => transaction.dependencyState(id), transaction.nowMs);
}

function take(transaction: Transaction, card: Card, options: ClaimOptions): Card {
  const ttlSeconds = options.ttlSeconds ?? DEFAULT_CLAIM_TTL_SECONDS;
  return apply(transaction, card, claim(card, { owner: options.owner, ttlSeconds }, transaction.nowMs), options.owner);
}
