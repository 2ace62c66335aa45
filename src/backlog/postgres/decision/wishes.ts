/** What a decision asked for and was not there yet: fetched in one go, before it is made again. */
import type { WorkFilter } from '../../../card/match.ts';
import type { Skipping } from './loaded.ts';

/** Which cards a claim could take, as a question to the server. */
export interface CandidateWish {
  readonly key: string;
  readonly filter: WorkFilter;
  /** Cards that this very transaction has finished, or opened again: the server does not know it yet. */
  readonly doneNow: readonly string[];
  readonly undoneNow: readonly string[];
  readonly count: number;
  readonly skipping: Skipping;
}

export class Wishes {
  readonly cards: Set<string> = new Set();
  /** Only to be looked at: whether a card that another one depends on is done. */
  readonly states: Set<string> = new Set();
  /** With everything that can be reached from there. */
  readonly edges: Set<string> = new Set();
  readonly idempotencyKeys: Set<string> = new Set();
  readonly candidates: Map<string, CandidateWish> = new Map();
  lateClaims: Skipping | null = null;
  edgesLock = false;
  doneCards = false;
  allIds = false;

  get areNone(): boolean {
    const { cards, states, edges, idempotencyKeys, candidates } = this;
    const sizes = [cards.size, states.size, edges.size, idempotencyKeys.size, candidates.size];
    return (
      sizes.every((size) => size === 0) &&
      this.lateClaims === null &&
      !this.doneCards &&
      !this.allIds &&
      !this.edgesLock
    );
  }
}
