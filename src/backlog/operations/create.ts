/** Creating a card, once. */
import type { Card } from '../../card/card.ts';
import { findCycleThrough } from '../../card/cycle.ts';
import { newCard } from '../../card/content.ts';
import type { CreateOptions } from '../backlog.ts';
import { cardExists, dependencyCycle } from '../sentences.ts';
import type { Transaction } from '../transaction.ts';
import { putCard } from './put-card.ts';
import { mustGet } from './one-card.ts';

export function createCard(transaction: Transaction, options: CreateOptions): Card {
  const key = options.idempotencyKey ?? null;
  const known = key === null ? null : transaction.idOfIdempotencyKey(key);
  if (known !== null) return mustGet(transaction, known);
  if (transaction.card(options.id) !== null) throw cardExists(options.id);

  const card = newCard(options, transaction.nowMs);
  // Cards that existed before may already name this id, so the new card's edges can close a cycle through them.
  const cycle = findCycleThrough(card.id, (id) => (id === card.id ? card.dependsOn : transaction.dependsOn(id)));
  if (cycle !== null) throw dependencyCycle(cycle);
  putCard(transaction, card, { kind: 'created', by: null, reason: card.statusReason });
  return card;
}
