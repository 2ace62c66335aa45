/**
 * A decision's view of the store: what has been loaded, with the decision's own changes. Rules decide synchronously, and
 * the server is far away: so where something is not loaded yet, the view makes a wish, gives an answer that commits to
 * nothing, and the decision is made again when the wish has come true. What it put before is forgotten then.
 */
import type { Card, CardStatus, ChangeKind } from '../../../card/card.ts';
import { type DependencyState, isClaimable } from '../../../card/claimable.ts';
import { isExpired } from '../../../card/expiry.ts';
import { isWork, type WorkFilter } from '../../../card/match.ts';
import { compareCards } from '../../../card/order.ts';
import { mostSimilar } from '../../../card/similar.ts';
import { toMs } from '../../../card/time.ts';
import type { ChangeNote, Transaction } from '../../transaction.ts';
import { type Row, rowDamaged } from '../form/row.ts';
import type { Loaded } from './loaded.ts';
import { Wishes } from './wishes.ts';

/** One change before it has its number. */
export interface PendingChange {
  readonly kind: ChangeKind;
  readonly id: string;
  readonly by: string | null;
  readonly from: CardStatus | null;
  readonly to: CardStatus;
  readonly rev: number;
  readonly reason: string | null;
}

/** A card as the transaction leaves it. */
export interface PendingCard {
  readonly card: Card;
  readonly archived: boolean;
  /** The revision that was read; null for a new card. */
  readonly revBefore: number | null;
  /** It had a key, and has another or none now. */
  readonly isKeyFreed: boolean;
}

export class LoadedTransaction implements Transaction {
  readonly wishes: Wishes = new Wishes();
  readonly changes: PendingChange[] = [];
  readonly nowMs: number;
  readonly #loaded: Loaded;
  readonly #actor: string | null;
  readonly #current = new Map<string, PendingCard>();

  constructor(loaded: Loaded, actor: string | null, localMs: number) {
    this.#loaded = loaded;
    this.#actor = actor;
    this.nowMs = loaded.nowMs ?? localMs;
  }

  get pending(): readonly PendingCard[] {
    return [...this.#current.values()];
  }

  card(id: string): Card | null {
    const own = this.#current.get(id);
    if (own !== undefined) return own.card;
    return cardOf(this.#row(id));
  }

  dependencyState(id: string): DependencyState {
    const own = this.#current.get(id);
    if (own !== undefined) return { state: 'known', status: own.card.status };
    const row = this.#loaded.rows.get(id) ?? this.#loaded.states.get(id);
    if (row === undefined && !this.#loaded.rows.has(id)) this.wishes.states.add(id);
    if (row === undefined || row === null) return { state: 'missing' };
    if (row.kind === 'damaged') {
      return row.isDone ? { state: 'known', status: 'done' } : { state: 'damaged', reason: row.reason };
    }
    return { state: 'known', status: row.card.status };
  }

  dependsOn(id: string): readonly string[] {
    const own = this.#current.get(id)?.card.dependsOn;
    // Also where all edges that are asked for are this transaction's own: somebody else may be adding the way back.
    if (own?.length !== 0 && !this.#loaded.hasEdgesLock) this.wishes.edgesLock = true;
    if (own !== undefined) return own;
    const edges = this.#loaded.edges.get(id);
    if (edges === undefined) this.wishes.edges.add(id);
    return edges ?? [];
  }

  isArchived(id: string): boolean {
    return this.#current.get(id)?.archived ?? this.#row(id)?.archived ?? false;
  }

  idOfIdempotencyKey(key: string): string | null {
    for (const { card } of this.#current.values()) if (card.idempotencyKey === key) return card.id;
    const id = this.#loaded.idOfKey.get(key);
    if (id === undefined) this.wishes.idempotencyKeys.add(key);
    // The card that had it may have been given another one just now.
    return id === undefined || id === null || this.#current.has(id) ? null : id;
  }

  *claimable(filter: WorkFilter): Iterable<Card> {
    const own = this.#ownClaimable(filter);
    const loaded = this.#candidates(filter, own.length > 0);
    // Both are in claim order; cards that were changed here are in the first list or in none.
    yield* [...own, ...loaded].toSorted(compareCards);
  }

  expiredClaims(): readonly Card[] {
    return this.#lateClaims().filter((card) => isExpired(card, this.nowMs));
  }

  claimsAhead(): readonly Card[] {
    return this.#lateClaims().filter((card) => card.claimedAt !== null && toMs(card.claimedAt) > this.nowMs);
  }

  doneIds(): readonly string[] {
    if (this.#loaded.doneCards === null) this.wishes.doneCards = true;
    return this.#loaded.doneCards ?? [];
  }

  similarIds(id: string): readonly string[] {
    // Asked only where it is certain that there is no such card: it takes all ids.
    if (this.#loaded.rows.get(id) !== null) return [];
    if (this.#loaded.allIds === null) this.wishes.allIds = true;
    return mostSimilar(id, [...new Set([...(this.#loaded.allIds ?? []), ...this.#current.keys()])]);
  }

  put(card: Card, note: ChangeNote): void {
    this.#record(card, note, this.isArchived(card.id) && card.status === 'done');
  }

  archive(card: Card): void {
    this.#record(card, { kind: 'archived', by: null, reason: null }, true);
  }

  #record(card: Card, note: ChangeNote, archived: boolean): void {
    const before = this.#loaded.rows.get(card.id) ?? null;
    const from = this.#current.get(card.id)?.card.status ?? cardOrNull(before)?.status ?? null;
    const keyBefore = cardOrNull(before)?.idempotencyKey ?? null;
    const isKeyFreed = keyBefore !== null && keyBefore !== card.idempotencyKey;
    this.#current.set(card.id, { card, archived, revBefore: before?.rev ?? null, isKeyFreed });
    const { kind, by, reason } = note;
    const change = { kind, id: card.id, by: by ?? this.#actor, from, to: card.status, rev: card.rev, reason };
    this.changes.push(change);
  }

  #row(id: string): Row | null {
    const row = this.#loaded.rows.get(id);
    if (row === undefined) this.wishes.cards.add(id);
    return row ?? null;
  }

  #lateClaims(): readonly Card[] {
    const ids = this.#loaded.lateClaims;
    if (ids === null) this.wishes.lateClaims = 'some';
    return (ids ?? []).flatMap((id) => {
      const card = this.#current.get(id)?.card ?? cardOrNull(this.#row(id));
      return card?.status === 'claimed' ? [card] : [];
    });
  }

  #ownClaimable(filter: WorkFilter): readonly Card[] {
    return [...this.#current.values()]
      .filter(({ card, archived }) => !archived && card.status === 'ready' && isWork(card, filter))
      .map(({ card }) => card)
      .filter((card) => isClaimable(card, (id) => this.dependencyState(id), this.nowMs));
  }

  /**
   * The cards the server would give, without those that were changed here. Where that is none, and there is no other
   * either, what others are at is waited for: they may leave a card as it is, or bring some back.
   */
  #candidates(filter: WorkFilter, hasOther: boolean): readonly Card[] {
    const { doneNow, undoneNow } = this.#turned();
    const key = JSON.stringify([filter.phase ?? null, filter.label ?? null, doneNow, undoneNow]);
    const known = this.#loaded.candidates.get(key);
    const untouched = (known?.ids ?? []).filter((id) => !this.#current.has(id));
    const cards = untouched.map((id) => cardOrNull(this.#row(id))).filter((card) => card !== null);
    const wish = { key, filter, doneNow, undoneNow };
    if (known === undefined) {
      this.wishes.candidates.set(key, { ...wish, count: 1, skipping: 'some' });
    } else if (cards.length === 0 && known.ids.length >= known.asked) {
      this.wishes.candidates.set(key, { ...wish, count: known.asked * 2, skipping: known.skipping });
    } else if (cards.length === 0 && known.skipping === 'some' && !hasOther) {
      this.wishes.lateClaims = 'none';
      this.wishes.candidates.set(key, { ...wish, count: known.asked, skipping: 'none' });
    }
    return cards;
  }

  /** Which cards were done, or are not any more, by this transaction. */
  #turned(): { readonly doneNow: readonly string[]; readonly undoneNow: readonly string[] } {
    const doneNow: string[] = [];
    const undoneNow: string[] = [];
    for (const [id, { card }] of this.#current) {
      const wasDone = cardOrNull(this.#loaded.rows.get(id) ?? null)?.status === 'done';
      if (card.status === 'done' && !wasDone) doneNow.push(id);
      if (card.status !== 'done' && wasDone) undoneNow.push(id);
    }
    return { doneNow, undoneNow };
  }
}

/** @throws MosaicError CARD_DAMAGED */
function cardOf(row: Row | null): Card | null {
  if (row === null) return null;
  if (row.kind === 'damaged') throw rowDamaged(row);
  return row.card;
}

function cardOrNull(row: Row | null): Card | null {
  return row?.kind === 'card' ? row.card : null;
}
