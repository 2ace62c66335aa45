/** The operations that change one card by one rule: find it, apply the rule, keep the outcome. */
import type { Card } from '../../card/card.ts';
import { findCycle } from '../../card/cycle.ts';
import { link, unlink, update } from '../../card/content.ts';
import { block, complete, fail, reclaim, release, renew, unblock } from '../../card/life.ts';
import { compareCards } from '../../card/order.ts';
import type { Outcome } from '../../card/outcome.ts';
import type {
  BlockOptions,
  CompleteOptions,
  EdgeOptions,
  FailOptions,
  FenceOptions,
  RenewOptions,
  UpdateOptions,
} from '../backlog.ts';
import { cardNotFound, dependencyCycle, refused } from '../sentences.ts';
import type { Transaction } from '../transaction.ts';
import { putCard } from './put-card.ts';

/** @throws MosaicError CARD_NOT_FOUND, CARD_DAMAGED */
export function mustGet(transaction: Transaction, id: string): Card {
  const card = transaction.card(id);
  if (card === null) throw cardNotFound(id, transaction.similarIds(id));
  return card;
}

export function renewCard(transaction: Transaction, options: RenewOptions): Card {
  const card = mustGet(transaction, options.id);
  return apply(transaction, card, renew(card, options, transaction.nowMs), options.owner);
}

export function releaseCard(transaction: Transaction, options: FenceOptions): Card {
  const card = mustGet(transaction, options.id);
  return apply(transaction, card, release(card, options, transaction.nowMs), options.owner);
}

export function completeCard(transaction: Transaction, options: CompleteOptions): Card {
  const card = mustGet(transaction, options.id);
  return apply(transaction, card, complete(card, options, transaction.nowMs), options.owner);
}

export function failCard(transaction: Transaction, options: FailOptions): Card {
  const card = mustGet(transaction, options.id);
  return apply(transaction, card, fail(card, options, transaction.nowMs), options.owner);
}

export function blockCard(transaction: Transaction, options: BlockOptions): Card {
  const card = mustGet(transaction, options.id);
  return apply(transaction, card, block(card, options, transaction.nowMs));
}

export function unblockCard(transaction: Transaction, options: { readonly id: string }): Card {
  const card = mustGet(transaction, options.id);
  return apply(transaction, card, unblock(card, transaction.nowMs));
}

export function updateCard(transaction: Transaction, { id, ...fields }: UpdateOptions): Card {
  const card = mustGet(transaction, id);
  return apply(transaction, card, update(card, fields, transaction.nowMs));
}

export function linkCards(transaction: Transaction, { from, to }: EdgeOptions): Card {
  const card = mustGet(transaction, from);
  mustGet(transaction, to);
  if (!card.dependsOn.includes(to)) {
    const cycle = findCycle(from, to, (id) => transaction.dependsOn(id));
    if (cycle !== null) throw dependencyCycle(cycle);
  }
  return apply(transaction, card, link(card, to, transaction.nowMs), undefined, `It now depends on ${to}.`);
}

/** The card at `to` need not exist: that is how a dangling edge is taken away. */
export function unlinkCards(transaction: Transaction, { from, to }: EdgeOptions): Card {
  const card = mustGet(transaction, from);
  if (!card.dependsOn.includes(to)) mustGet(transaction, to);
  return apply(transaction, card, unlink(card, to, transaction.nowMs), undefined, `It no longer depends on ${to}.`);
}

/** All expired claims, or the one on the named card, expired or not. Returns the ids of the cards taken back. */
export function reclaimCards(transaction: Transaction, options: { readonly id?: string }): readonly string[] {
  const cards =
    options.id === undefined ? transaction.expiredClaims().toSorted(compareCards) : [mustGet(transaction, options.id)];
  const ids: string[] = [];
  for (const card of cards) {
    const outcome = reclaim(card, transaction.nowMs);
    apply(transaction, card, outcome, undefined, `The claim of ${card.claimOwner ?? 'nobody'} was taken back.`);
    if (outcome.kind === 'changed') ids.push(card.id);
  }
  return ids;
}

/**
 * Keeps what a rule decided.
 *
 * @param before the card the rule was applied to
 * @param by the claim's owner, where one acted
 * @param reason for the history; without one it tells the card's new `statusReason`
 * @throws MosaicError for a refusal
 */
export function apply(transaction: Transaction, before: Card, outcome: Outcome, by?: string, reason?: string): Card {
  switch (outcome.kind) {
    case 'refused':
      throw refused(outcome.refusal);
    case 'unchanged':
      return outcome.card;
    case 'changed': {
      const { card, change } = outcome;
      const news = card.statusReason === before.statusReason ? null : card.statusReason;
      putCard(transaction, card, { kind: change, by: by ?? null, reason: reason ?? news });
      return card;
    }
  }
}
