/** What an operation sees of a store while it decides: a consistent view, and a place for its changes. */
import type { Card, ChangeKind } from '../card/card.ts';
import type { DependencyState } from '../card/claimable.ts';
import type { WorkFilter } from '../card/match.ts';

export interface ChangeNote {
  readonly kind: ChangeKind;
  /** The claim's owner, where one acted; else the program's actor is recorded. */
  readonly by: string | null;
  /** Why, in the words of history; null when the kind says it all. */
  readonly reason: string | null;
}

/** Synchronous on purpose: nothing else can happen between a decision and its commit. */
export interface Transaction {
  readonly nowMs: number;
  /** The card as it stands with this transaction's changes, archived or not; null when there is none.
   *  @throws MosaicError CARD_DAMAGED */
  card(id: string): Card | null;
  /** What a dependency on `id` amounts to; never throws. */
  dependencyState(id: string): DependencyState;
  /** The edges of a card, without reading its file; empty for an unknown id. */
  dependsOn(id: string): readonly string[];
  isArchived(id: string): boolean;
  idOfIdempotencyKey(key: string): string | null;
  /** Claimable cards in claim order, each read and checked when it is reached. */
  claimable(filter: WorkFilter): Iterable<Card>;
  /** Cards whose claim has expired, in any order. */
  expiredClaims(): readonly Card[];
  /** Cards whose claim is dated in the future, because some clock ran ahead. */
  claimsAhead(): readonly Card[];
  /** Done and still in the working set. */
  doneIds(): readonly string[];
  /** Moves a card out of the working set. */
  archive(card: Card): void;
  /** Ids that look like a mistyped `id`, best first. */
  similarIds(id: string): readonly string[];
  put(card: Card, note: ChangeNote): void;
}
