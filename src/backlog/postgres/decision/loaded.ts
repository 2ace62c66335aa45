/** What has been fetched of the store for one decision, as the server had it. */
import type { Row } from '../form/row.ts';

/** Whether what somebody else is at just now was left out: he may leave it as it is. */
export type Skipping = 'some' | 'none';

export interface Candidates {
  readonly ids: readonly string[];
  /** How many were asked for: if as many came, there may be more. */
  readonly asked: number;
  readonly skipping: Skipping;
}

export class Loaded {
  /** The server's time; null as long as nothing was fetched. */
  nowMs: number | null = null;
  /** Null for an id that no card has. Under lock where the decision may change something. */
  readonly rows: Map<string, Row | null> = new Map();
  /** The same without a lock. */
  readonly states: Map<string, Row | null> = new Map();
  readonly edges: Map<string, readonly string[]> = new Map();
  readonly idOfKey: Map<string, string | null> = new Map();
  readonly candidates: Map<string, Candidates> = new Map();
  /** The ids of cards whose claim has expired, or is dated in the future. */
  lateClaims: readonly string[] | null = null;
  /** Nobody else adds an edge until the end of this transaction. */
  hasEdgesLock: boolean;
  doneCards: readonly string[] | null = null;
  allIds: readonly string[] | null = null;

  /** @param hasEdgesLock where nothing is written none is needed */
  constructor(hasEdgesLock: boolean) {
    this.hasEdgesLock = hasEdgesLock;
  }
}
