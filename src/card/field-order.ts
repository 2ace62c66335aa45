/**
 * The order in which a card's fields are written: the fifteen that every backlog of this shape has, then ours, then
 * what a newer version or a person added, so that two files of one shape can be compared line by line.
 */
import type { Card } from './card.ts';

/** The same card with its fields in writing order. Extra fields keep their order among themselves. */
export function inFieldOrder(card: Card): Card {
  const {
    id,
    title,
    body,
    phase,
    priority,
    status,
    dependsOn,
    claimOwner,
    claimTtlSeconds,
    claimedAt,
    attempts,
    idempotencyKey,
    acceptance,
    createdAt,
    updatedAt,
    rev,
    labels,
    maxAttempts,
    notBefore,
    statusReason,
    result,
    ...extras
  } = card;
  return {
    id,
    title,
    body,
    phase,
    priority,
    status,
    dependsOn,
    claimOwner,
    claimTtlSeconds,
    claimedAt,
    attempts,
    idempotencyKey,
    acceptance,
    createdAt,
    updatedAt,
    rev,
    labels,
    maxAttempts,
    notBefore,
    statusReason,
    result,
    ...extras,
  };
}
