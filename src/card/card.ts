/**
 * What a card is. The same camelCase shape stands in the card's file, in `--json` output and in the library.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type CardStatus = 'ready' | 'claimed' | 'blocked' | 'done';

export const CARD_STATUSES: readonly CardStatus[] = ['ready', 'claimed', 'blocked', 'done'];

export function isCardStatus(value: unknown): value is CardStatus {
  return CARD_STATUSES.some((status) => status === value);
}

/** ISO 8601 in UTC with milliseconds, for example `2026-01-31T09:30:00.000Z`. */
export type Timestamp = string;

export interface Card {
  /** Chosen by the caller, unique, 1 to 128 bytes of printable text. */
  readonly id: string;
  readonly title: string;
  readonly body: string | null;
  /** Board lane or milestone. */
  readonly phase: string | null;
  /** Higher is sooner; a 32-bit signed integer. */
  readonly priority: number;
  readonly status: CardStatus;
  /** Ids of the cards that must be done first. */
  readonly dependsOn: readonly string[];
  /** The three claim fields are all set while `status` is `claimed`, and all null otherwise. */
  readonly claimOwner: string | null;
  /** The claim expires at `claimedAt + claimTtlSeconds`. */
  readonly claimTtlSeconds: number | null;
  readonly claimedAt: Timestamp | null;
  /** How often the card has been claimed; the number of the current attempt while it is claimed. */
  readonly attempts: number;
  /** Makes `create` safe to repeat. Unique when not null. */
  readonly idempotencyKey: string | null;
  readonly acceptance: Json;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  /** 1 at creation, one more with every change. */
  readonly rev: number;
  readonly labels: readonly string[];
  /** After that many failed or expired attempts the card is blocked instead of poisoning the queue. */
  readonly maxAttempts: number | null;
  /** Not claimable before this time. */
  readonly notBefore: Timestamp | null;
  /** Why it is blocked, or the last failure. */
  readonly statusReason: string | null;
  /** What the worker handed in with `complete`. */
  readonly result: Json;
  /** Fields a newer version or a person put there; kept through every change. */
  readonly [extra: string]: Json;
}

/** What a change did to a card; the words of `history` and `watch`. */
export const CHANGE_KINDS = [
  'created',
  'claimed',
  'renewed',
  'released',
  'completed',
  'failed',
  'expired',
  'reclaimed',
  'linked',
  'unlinked',
  'blocked',
  'unblocked',
  'updated',
  'imported',
  'archived',
  'edited',
  'deleted',
  'restored',
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

export function isChangeKind(value: unknown): value is ChangeKind {
  return CHANGE_KINDS.some((kind) => kind === value);
}

export const DEFAULT_CLAIM_TTL_SECONDS = 900;
