/** Why a card cannot be claimed now. Fail closed: what cannot be decided is not claimable, and says so. */
import type { Card } from '../../card/card.ts';
import { obstaclesOf } from '../../card/claimable.ts';
import { findCycleThrough } from '../../card/cycle.ts';
import { expire } from '../../card/life.ts';
import type { Explanation, Obstacle } from '../backlog.ts';
import type { Transaction } from '../transaction.ts';

export function explainCard(transaction: Transaction, card: Card): Explanation {
  // A claim takes expired ones back first, so they are no obstacle.
  const { nowMs } = transaction;
  const obstacles: Obstacle[] = [
    ...obstaclesOf(expire(card, nowMs).card, (id) => transaction.dependencyState(id), nowMs),
  ];
  if (obstacles.some((obstacle) => obstacle.kind === 'dependency')) {
    // Only edges made by hand can close a cycle; a card in one waits for ever, and that is worth saying.
    const cycle = findCycleThrough(card.id, (id) => transaction.dependsOn(id));
    if (cycle !== null) obstacles.push({ kind: 'dependency-cycle', cycle });
  }
  return { id: card.id, title: card.title, status: card.status, claimable: obstacles.length === 0, obstacles };
}

export function explainDamage(id: string, reason: string): Explanation {
  return { id, title: null, status: 'damaged', claimable: false, obstacles: [{ kind: 'damaged', reason }] };
}
