/** The operations that change one card by one rule: find it, apply the rule, keep the outcome. */
import type { Card } from '../../card/card.ts';
import { findCycle } from '../../card/cycle.ts';
import { link, unlink, update } from '../../card/content.ts';
import { block, complete, fail, reclaim, release, renew, unblock } from '../../card/life.ts';
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

/** @throws MosaicError CARD_NOT_FOUND, CARD_DAMAGED */
export function mustGet(transaction: Transaction, id: string): Card {
  const card = transaction.card(id);
  if (card === null) throw cardNotFound(id, transaction.similarIds(id));
  return card;
}

export function renewCard(transaction: Transaction, options: RenewOptions): Card {
  return apply(transaction, renew(mustGet(transaction, options.id), options, transaction.nowMs), options.owner);
}

export function releaseCard(transaction: Transaction, options: FenceOptions): Card {
  return apply(transaction, release(mustGet(transaction, options.id), options, transaction.nowMs), options.owner);
}

export function completeCard(transaction: Transaction, options: CompleteOptions): Card {
  return apply(transaction, complete(mustGet(transaction, options.id), options, transaction.nowMs), options.owner);
}

export function failCard(transaction: Transaction, options: FailOptions): Card {
  return apply(transaction, fail(mustGet(transaction, options.id), options, transaction.nowMs), options.owner);
}

export function blockCard(transaction: Transaction, options: BlockOptions): Card {
  return apply(transaction, block(mustGet(transaction, options.id), options, transaction.nowMs));
}

export function unblockCard(transaction: Transaction, options: { readonly id: string }): Card {
  return apply(transaction, unblock(mustGet(transaction, options.id), transaction.nowMs));
}

export function updateCard(transaction: Transaction, options: UpdateOptions): Card {
  const { id, ...fields } = options;
  return apply(transaction, update(mustGet(transaction, id), fields, transaction.nowMs));
}

export function linkCards(transaction: Transaction, { from, to }: EdgeOptions): Card {
  const card = mustGet(transaction, from);
  mustGet(transaction, to);
  if (!card.dependsOn.includes(to)) {
    const cycle = findCycle(from, to, (id) => transaction.dependsOn(id));
    if (cycle !== null) throw dependencyCycle(cycle);
  }
  return apply(transaction, link(card, to, transaction.nowMs));
}

/** The card at `to` need not exist: that is how a dangling edge is taken away. */
export function unlinkCards(transaction: Transaction, { from, to }: EdgeOptions): Card {
  const card = mustGet(transaction, from);
  if (!card.dependsOn.includes(to)) mustGet(transaction, to);
  return apply(transaction, unlink(card, to, transaction.nowMs));
}

/** All expired claims, or the one on the named card, expired or not. Returns the ids of the cards taken back. */
export function reclaimCards(transaction: Transaction, options: { readonly id?: string }): readonly string[] {
  const cards = options.id === undefined ? transaction.expiredClaims() : [mustGet(transaction, options.id)];
  const ids: string[] = [];
  for (const card of cards) {
    const outcome = reclaim(card, transaction.nowMs);
    apply(transaction, outcome);
    if (outcome.kind === 'changed') ids.push(card.id);
  }
  return ids;
}

/** Keeps what a rule decided. @throws MosaicError for a refusal */
export function apply(transaction: Transaction, outcome: Outcome, by?: string): Card {
  switch (outcome.kind) {
    case 'refused':
      throw refused(outcome.refusal);
    case 'unchanged':
      return outcome.card;
    case 'changed':
      transaction.put(outcome.card, { kind: outcome.change, by: by ?? null });
      return outcome.card;
  }
}
