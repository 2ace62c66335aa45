/** Why a card cannot be claimed now. Fail closed: what cannot be decided is not claimable, and says so. */
import type { Card } from '../../card/card.ts';
import { obstaclesOf } from '../../card/claimable.ts';
import { expire } from '../../card/life.ts';
import type { Explanation, Obstacle } from '../backlog.ts';
import type { Transaction } from '../transaction.ts';

/**
 * Only edges made by hand can close a cycle; a card in one waits for ever, and that is worth saying.
 *
 * @param cycleThrough a cycle that the card is part of; asked only for a card that waits for another
 */
export function explainCard(
  transaction: Transaction,
  card: Card,
  cycleThrough: (id: string) => readonly string[] | null,
): Explanation {
  const { nowMs } = transaction;
  // A claim takes expired ones back first, so they are no obstacle.
  const asClaimed = expire(card, nowMs).card;
  const obstacles: Obstacle[] = [...obstaclesOf(asClaimed, (id) => transaction.dependencyState(id), nowMs)];
  if (obstacles.some((obstacle) => obstacle.kind === 'dependency')) {
    const cycle = cycleThrough(card.id);
    if (cycle !== null) obstacles.push({ kind: 'dependency-cycle', cycle });
  }
  return { id: card.id, title: card.title, status: card.status, claimable: obstacles.length === 0, obstacles };
}

export function explainDamage(id: string, reason: string): Explanation {
  return { id, title: null, status: 'damaged', claimable: false, obstacles: [{ kind: 'damaged', reason }] };
}
