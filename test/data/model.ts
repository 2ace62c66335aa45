/** A backlog by brute force: so simple that it is right, so slow that nobody would use it. */
import type { Card } from '../../src/card/card.ts';

function comesFirst(a: Card, b: Card): number {
  return b.priority - a.priority || Date.parse(a.createdAt) - Date.parse(b.createdAt) || byBytes(a.id, b.id);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function inOrder(cards: readonly Card[]): readonly string[] {
  return cards.toSorted(comesFirst).map((card) => card.id);
}

/** The ids that one worker gets who claims and completes card after card until there is none. */
export function orderOfWork(cards: readonly Card[], nowMs: number): readonly string[] {
  const done = new Set(cards.filter((card) => card.status === 'done').map((card) => card.id));
  const waiting = cards.filter(
    (card) => card.status === 'ready' && (card.notBefore === null || Date.parse(card.notBefore) <= nowMs),
  );
  const order: string[] = [];
  for (;;) {
    const [next] = waiting
      .filter((card) => !done.has(card.id) && card.dependsOn.every((id) => done.has(id)))
      .toSorted(comesFirst);
    if (next === undefined) return order;
    order.push(next.id);
    done.add(next.id);
  }
}
