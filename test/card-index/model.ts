/**
 * The index as anybody would write it who had all the time in the world: a map, and a look at every card for every
 * question. What the real one answers is measured against this.
 */
import { compareClaimOrder } from '../../src/card/order.ts';
import type { Summary } from '../../src/backlog/files/card-index/summary.ts';

export class ModelIndex {
  readonly #cards = new Map<string, Summary>();

  put(card: Summary): void {
    this.#cards.set(card.id, card);
  }

  remove(id: string): void {
    this.#cards.delete(id);
  }

  get(id: string): Summary | null {
    return this.#cards.get(id) ?? null;
  }

  idOfIdempotencyKey(key: string): string | null {
    return this.all().find((card) => card.idempotencyKey === key)?.id ?? null;
  }

  claimable(nowMs: number, filter: { readonly phase?: string; readonly label?: string }): readonly Summary[] {
    return this.all().filter(
      (card) =>
        this.#isReady(card) &&
        (card.notBeforeMs === null || card.notBeforeMs <= nowMs) &&
        (filter.phase === undefined || card.phase === filter.phase) &&
        (filter.label === undefined || card.labels.includes(filter.label)),
    );
  }

  expired(nowMs: number): readonly Summary[] {
    return this.all().filter((card) => endMs(card) <= nowMs);
  }

  claimedAhead(nowMs: number): readonly Summary[] {
    return this.all().filter(
      (card) => card.status === 'claimed' && !card.archived && (card.claimedAtMs ?? -Infinity) > nowMs,
    );
  }

  nextMomentMs(nowMs: number): number | null {
    const moments = this.all().map((card) => (this.#isReady(card) ? (card.notBeforeMs ?? Infinity) : endMs(card)));
    const next = Math.min(...moments.filter((moment) => moment > nowMs), Infinity);
    return next === Infinity ? null : next;
  }

  dependents(id: string): readonly string[] {
    return this.all()
      .filter((card) => card.dependsOn.includes(id))
      .map((card) => card.id);
  }

  open(): readonly Summary[] {
    return this.all().filter((card) => card.status !== 'done' && !card.archived);
  }

  all(): readonly Summary[] {
    return [...this.#cards.values()].sort(compareClaimOrder);
  }

  unmetDependencies(id: string): number {
    const dependsOn = [...new Set(this.#cards.get(id)?.dependsOn)];
    return dependsOn.filter((dependency) => this.#cards.get(dependency)?.status !== 'done').length;
  }

  get size(): number {
    return this.#cards.size;
  }

  #isReady(card: Summary): boolean {
    return card.status === 'ready' && !card.archived && this.unmetDependencies(card.id) === 0;
  }
}

/** When the claim is over; Infinity where there is none. */
function endMs(card: Summary): number {
  if (card.status !== 'claimed' || card.archived) return Infinity;
  if (card.claimedAtMs === null || card.claimTtlSeconds === null) return Infinity;
  return card.claimedAtMs + card.claimTtlSeconds * 1000;
}
