/**
 * The order in which a card's fields are written: the fifteen that every backlog of this shape has, then ours, then
 * what a newer version or a person added, so that two files of one shape can be compared line by line.
 */
import type { Card, Json } from './card.ts';

/** The same card with its fields in writing order. Extra fields keep their order among themselves. */
export function inFieldOrder(card: Card): Card {
  const { known, extra } = partsOf(card);
  return { ...known, ...extra };
}

export interface CardParts {
  /** The fields that this program knows, in writing order. */
  readonly known: Card;
  /** What a newer version or a person added. */
  readonly extra: { readonly [name: string]: Json };
}

export function partsOf(card: Card): CardParts {
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
    ...extra
  } = card;
  return {
    known: {
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
    },
    extra,
  };
}
