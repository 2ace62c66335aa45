/**
 * What a rule answers: the card after a change, the card as it was, or a refusal. A refusal is a value until the
 * border turns it into an error, because a batch or a worker loop expects some of them.
 */
import type { Card, CardStatus, ChangeKind } from './card.ts';
import { inFieldOrder } from './field-order.ts';
import { toTimestamp } from './time.ts';

export type Refusal =
  | {
      readonly code: 'CLAIM_LOST';
      readonly id: string;
      /** Null where only the attempt was named. */
      readonly expectedOwner: string | null;
      /** Null where only the owner was named. */
      readonly expectedAttempt: number | null;
      readonly status: CardStatus;
      readonly owner: string | null;
      readonly attempts: number;
    }
  | { readonly code: 'CARD_NOT_BLOCKED'; readonly id: string; readonly status: CardStatus }
  | { readonly code: 'REVISION_CONFLICT'; readonly id: string; readonly expectedRev: number; readonly rev: number }
  /** The first id stands again at the end: `[a, b, a]`. */
  | { readonly code: 'DEPENDENCY_CYCLE'; readonly cycle: readonly string[] };

/** What a rule that refuses nothing answers. An unchanged card is the very object that was handed in. */
export type Applied =
  | { readonly kind: 'changed'; readonly card: Card; readonly change: ChangeKind }
  | { readonly kind: 'unchanged'; readonly card: Card };

export type Outcome = Applied | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The only way a card changes: one revision more, the time of the change, every other field kept. */
export function changed(card: Card, change: ChangeKind, fields: Partial<Card>, nowMs: number): Applied {
  const after = { ...card, ...fields, rev: card.rev + 1, updatedAt: toTimestamp(nowMs) };
  return { kind: 'changed', card: inFieldOrder(after), change };
}

export function unchanged(card: Card): Applied {
  return { kind: 'unchanged', card };
}

export function refused(refusal: Refusal): Outcome {
  return { kind: 'refused', refusal };
}
