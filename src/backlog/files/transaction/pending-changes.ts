/** The cards as a transaction has made them, in the index already, and the way back from there. */
import type { Card } from '../../../card/card.ts';
import type { Summary } from '../card-index/summary.ts';
import type { Knowledge } from '../knowledge.ts';

interface Step {
  readonly id: string;
  readonly summaryBefore: Summary | null;
  /** Undefined where the transaction had nothing of its own to say of the card. */
  readonly cardBefore: Card | null | undefined;
  /** Whether the transaction had left that card alone until then. */
  readonly isFirst: boolean;
}

/** How far a transaction had come. */
export interface Savepoint {
  readonly steps: number;
  readonly records: number;
}

export const START: Savepoint = { steps: 0, records: 0 };

export class PendingChanges {
  readonly #knowledge: Knowledge;
  readonly #cards = new Map<string, Card | null>();
  /** The index as it was, for whatever has been changed in it. */
  readonly #before = new Map<string, Summary | null>();
  readonly #steps: Step[] = [];

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  /** The card as the transaction has made it, null when it has taken it away, undefined when it has not touched it. */
  card(id: string): Card | null | undefined {
    return this.#cards.get(id);
  }

  /** What the index knew of a card before the transaction. */
  before(id: string): Summary | null {
    return this.#before.get(id) ?? null;
  }

  /** How many cards are in the index otherwise than before the transaction. */
  get count(): number {
    return this.#before.size;
  }

  /** How far the transaction has come; for `takeBack`. */
  get steps(): number {
    return this.#steps.length;
  }

  /** @param card null for one that has been taken away */
  put(id: string, card: Card | null, summary: Summary | null): void {
    this.#step(id, summary);
    this.#cards.set(id, card);
  }

  /** What was found out about a card's file. */
  learn(id: string, summary: Summary | null): void {
    this.#step(id, summary);
  }

  /** Makes as if nothing had happened since the transaction had made so many steps; the last first. */
  takeBack(steps: number): void {
    while (this.#steps.length > steps) {
      const step = this.#steps.pop();
      if (step !== undefined) this.#undo(step);
    }
  }

  #undo({ id, summaryBefore, cardBefore, isFirst }: Step): void {
    const { index } = this.#knowledge;
    if (summaryBefore === null) index.remove(id);
    else index.put(summaryBefore);
    if (cardBefore === undefined) this.#cards.delete(id);
    else this.#cards.set(id, cardBefore);
    if (isFirst) this.#before.delete(id);
  }

  #step(id: string, summary: Summary | null): void {
    const { index } = this.#knowledge;
    const summaryBefore = summary === null ? index.remove(id) : index.put(summary);
    const isFirst = !this.#before.has(id);
    if (isFirst) this.#before.set(id, summaryBefore);
    this.#steps.push({ id, summaryBefore, cardBefore: this.#cards.get(id), isFirst });
  }
}
