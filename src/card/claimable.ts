/**
 * Whether a card can be claimed now, and what stands in the way. Fail closed: what cannot be decided is an obstacle.
 *
 * A claim that has expired is an obstacle here: taking it back is a change of its own (`expire` in life.ts), which
 * whoever wants to know what a claimer would find applies first.
 */
import type { Card, CardStatus, Timestamp } from './card.ts';
import { claimEndMs } from './expiry.ts';
import { toMs, toTimestamp } from './time.ts';

/** What is known of a card that another one depends on. An archived card is known and done. */
export type DependencyState =
  | { readonly state: 'known'; readonly status: CardStatus }
  | { readonly state: 'missing' }
  | { readonly state: 'damaged'; readonly reason: string };

export type CardObstacle =
  | { readonly kind: 'claimed'; readonly owner: string; readonly expiresAt: Timestamp }
  | { readonly kind: 'blocked'; readonly reason: string | null }
  | { readonly kind: 'done' }
  | { readonly kind: 'not-before'; readonly notBefore: Timestamp }
  | { readonly kind: 'dependency'; readonly id: string; readonly status: CardStatus }
  | { readonly kind: 'dependency-missing'; readonly id: string }
  | { readonly kind: 'dependency-damaged'; readonly id: string; readonly reason: string };

export type DependencyLookup = (id: string) => DependencyState;

/**
 * Everything that stands in the way, the card's own state first, then its date, then its dependencies in their order.
 * Empty means claimable. Of a done card only that is said: nothing else matters any more.
 */
export function obstaclesOf(card: Card, dependencyState: DependencyLookup, nowMs: number): readonly CardObstacle[] {
  const own = statusObstacle(card, nowMs);
  if (own?.kind === 'done') return [own];

  const obstacles: CardObstacle[] = own === null ? [] : [own];
  if (card.notBefore !== null && !hasPassed(card.notBefore, nowMs)) {
    obstacles.push({ kind: 'not-before', notBefore: card.notBefore });
  }
  for (const id of new Set(card.dependsOn)) {
    const obstacle = dependencyObstacle(id, dependencyState(id));
    if (obstacle !== null) obstacles.push(obstacle);
  }
  return obstacles;
}

/** The same answer as `obstaclesOf(...)` being empty, found without looking further than the first obstacle. */
export function isClaimable(card: Card, dependencyState: DependencyLookup, nowMs: number): boolean {
  if (card.status !== 'ready') return false;
  if (card.notBefore !== null && !hasPassed(card.notBefore, nowMs)) return false;
  return card.dependsOn.every((id) => dependencyObstacle(id, dependencyState(id)) === null);
}

function statusObstacle(card: Card, nowMs: number): CardObstacle | null {
  switch (card.status) {
    case 'ready':
      return null;
    case 'claimed':
      // A claim without owner or end breaks an invariant; it still keeps others away.
      return {
        kind: 'claimed',
        owner: card.claimOwner ?? '',
        expiresAt: toTimestamp(claimEndMs(card, nowMs) ?? nowMs),
      };
    case 'blocked':
      return { kind: 'blocked', reason: card.statusReason };
    case 'done':
      return { kind: 'done' };
  }
}

function dependencyObstacle(id: string, dependency: DependencyState): CardObstacle | null {
  switch (dependency.state) {
    case 'known':
      return dependency.status === 'done' ? null : { kind: 'dependency', id, status: dependency.status };
    case 'missing':
      return { kind: 'dependency-missing', id };
    case 'damaged':
      return { kind: 'dependency-damaged', id, reason: dependency.reason };
  }
}

/** False for a time that cannot be read. */
function hasPassed(timestamp: Timestamp, nowMs: number): boolean {
  return toMs(timestamp) <= nowMs;
}
