/** What has been fetched of the store for one decision, as the server had it. */
import type { Row } from '../form/row.ts';

export interface Candidates {
  readonly ids: readonly string[];
  /** How many were asked for: if as many came, there may be more. */
  readonly asked: number;
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
  doneCards: readonly string[] | null = null;
  allIds: readonly string[] | null = null;
}
