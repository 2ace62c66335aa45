/** The cards as the model sees them, a draft of what an operation makes of them, and the rules between cards. */
import type { Card, CardStatus, ChangeKind } from '../../../src/card/card.ts';

export interface World {
  card(id: string): Card | null;
  isArchived(id: string): boolean;
  cards(): Iterable<Card>;
}

/** What the journal has to say about one change of one card. */
export interface Step {
  readonly kind: ChangeKind;
  readonly by: string;
  readonly from: CardStatus | null;
  readonly place: 'cards' | 'archive';
  readonly card: Card;
}

/** Thrown where the contract has a refusal; the operation then has changed nothing. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export class Draft implements World {
  readonly nowMs: number;
  readonly actor: string;
  readonly steps: Step[] = [];
  readonly #world: World;
  readonly #changed = new Map<string, { readonly card: Card; readonly archived: boolean }>();

  constructor(world: World, nowMs: number, actor: string) {
    this.#world = world;
    this.nowMs = nowMs;
    this.actor = actor;
  }

  card(id: string): Card | null {
    return this.#changed.get(id)?.card ?? this.#world.card(id);
  }

  isArchived(id: string): boolean {
    return this.#changed.get(id)?.archived ?? this.#world.isArchived(id);
  }

  *cards(): Iterable<Card> {
    for (const card of this.#world.cards()) if (!this.#changed.has(card.id)) yield card;
    for (const { card } of this.#changed.values()) yield card;
  }

  mustGet(id: string): Card {
    const card = this.card(id);
    if (card === null) throw new Refused('CARD_NOT_FOUND');
    return card;
  }

  withKey(key: string): Card | null {
    for (const card of this.cards()) if (card.idempotencyKey === key) return card;
    return null;
  }

  appear(kind: ChangeKind, card: Card): Card {
    return this.#keep({ kind, by: this.actor, from: null, place: 'cards', card });
  }

  /** Every change is one revision more. An archived card that is not done any more comes back. */
  step(kind: ChangeKind, by: string, after: Card): Card {
    const from = this.card(after.id)?.status ?? null;
    const card = { ...after, rev: after.rev + 1, updatedAt: new Date(this.nowMs).toISOString() };
    const place = this.isArchived(card.id) && card.status === 'done' ? 'archive' : 'cards';
    return this.#keep({ kind, by, from, place, card });
  }

  /** Moving a card to the archive changes nothing about it. */
  shelve(card: Card): void {
    this.#keep({ kind: 'archived', by: this.actor, from: card.status, place: 'archive', card });
  }

  #keep(step: Step): Card {
    this.steps.push(step);
    this.#changed.set(step.card.id, { card: step.card, archived: step.place === 'archive' });
    return step.card;
  }
}

/** Priority descending, then the time of creation, then the id. */
export function compareCards(a: Card, b: Card): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

export function isClaimable(world: World, card: Card, nowMs: number): boolean {
  if (card.status !== 'ready' || world.isArchived(card.id)) return false;
  if (card.notBefore !== null && Date.parse(card.notBefore) > nowMs) return false;
  return card.dependsOn.every((id) => world.card(id)?.status === 'done');
}

/** Whether `from` would come to depend on itself if it depended on `to`. */
export function wouldCycle(world: World, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [to];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === from) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(world.card(id)?.dependsOn ?? []));
  }
  return false;
}
