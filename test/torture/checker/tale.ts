/**
 * A history told call by call, as it would have been had everything gone well: the journal, the answers and the files
 * come from the model. The tests of the checker then bend it.
 */
import type { Card } from '../../../src/card/card.ts';
import type { Call, Change, JournalLine, Mutation, Operation, Outcome, Reading } from './call.ts';
import type { Evidence } from './check.ts';
import type { CardOnDisk } from './journal.ts';
import { run } from './model.ts';
import { SOME_REASON } from './model-card.ts';
import type { World } from './model-world.ts';

const BEGIN_MS: number = Date.UTC(2026, 0, 1);
/** Each call takes so long, and as long again passes before the next one. */
const STEP_MS = 10;

export class Tale implements World {
  readonly calls: Call[] = [];
  readonly transactions: JournalLine[][] = [];
  readonly segmentsOpenedMs: number[] = [];
  readonly #cards = new Map<string, { readonly card: Card; readonly archived: boolean }>();
  #nowMs = BEGIN_MS;
  #seq = 0;

  card(id: string): Card | null {
    return this.#cards.get(id)?.card ?? null;
  }

  isArchived(id: string): boolean {
    return this.#cards.get(id)?.archived ?? false;
  }

  *cards(): Iterable<Card> {
    for (const { card } of this.#cards.values()) yield card;
  }

  pass(ms: number): this {
    this.#nowMs += ms;
    return this;
  }

  /** A change, answered as the model answers it. */
  does(actor: string, operation: Mutation): this {
    const atMs = this.#nowMs + STEP_MS / 2;
    const result = run(this, operation, atMs, actor);
    if (result.kind === 'refused') return this.told(actor, operation, refusal(result.code));
    const lines = result.steps.map(({ kind, by, from, place, card }): JournalLine => {
      const seq = (this.#seq += 1);
      const whole = spoken(card);
      this.#cards.set(card.id, { card: whole, archived: place === 'archive' });
      return { seq, atMs, kind, by, reason: null, from, id: card.id, place, generation: seq, card: whole };
    });
    if (lines.length > 0) this.transactions.push(lines);
    return this.told(actor, operation, { kind: 'answered', value: spoken(result.answer) });
  }

  reads(actor: string, operation: Reading, value: unknown): this {
    return this.told(actor, operation, { kind: 'answered', value });
  }

  /** A call that was told something, whatever is true; null for one that was never answered. */
  told(actor: string, operation: Operation, outcome: Outcome | null): this {
    const [startWallMs, endMs] = [this.#nowMs, this.#nowMs + STEP_MS];
    const startUs = startWallMs * 1000;
    const [endUs, endWallMs] = outcome === null ? [Infinity, Infinity] : [endMs * 1000, endMs];
    const number = this.calls.length + 1;
    this.calls.push({ actor, number, operation, startUs, endUs, startWallMs, endWallMs, outcome });
    return this.pass(2 * STEP_MS);
  }

  /** The last call goes on for that much longer, so that the next ones fall into it. */
  takesLonger(ms: number): this {
    return this.bend((call) => ({ ...call, endUs: call.endUs + ms * 1000, endWallMs: call.endWallMs + ms }));
  }

  bend(change: (last: Call) => Call): this {
    const last = this.calls.pop();
    if (last !== undefined) this.calls.push(change(last));
    return this;
  }

  evidence(): Evidence {
    const { calls, segmentsOpenedMs } = this;
    let seq = 0;
    // Numbered anew: what was taken out or put in must not show by its number alone.
    const transactions = this.transactions.map((lines) => lines.map((line) => ({ ...line, seq: (seq += 1) })));
    const files = new Map<string, CardOnDisk>();
    for (const { id, place, card } of transactions.flat()) if (card !== null) files.set(id, { place, card });
    return { calls, transactions, segmentsOpenedMs, files: [...files.values()] };
  }
}

export function refusal(code: string): Outcome {
  return { kind: 'refused', code, message: code };
}

/** With words where the model leaves them open. */
function spoken<T>(value: T): T {
  const words: T = JSON.parse(JSON.stringify(value).replaceAll(JSON.stringify(SOME_REASON), '"Some reason."'));
  return words;
}

/** Three cards, of which c2 comes first and c1 waits for c0. */
export function begun(): Tale {
  return new Tale().does('first', {
    op: 'batch',
    dryRun: false,
    operations: [
      { op: 'create', id: 'c0', title: 'C0' },
      { op: 'create', id: 'c1', title: 'C1', dependsOn: ['c0'], priority: 9 },
      { op: 'create', id: 'c2', title: 'C2', priority: 1, maxAttempts: 2 },
    ],
  });
}

/** As `begun`, and ann holds c2. */
export function held(): Tale {
  return begun().does('ann', { op: 'claim', owner: 'ann/1', ttlSeconds: 60 });
}

export function cardOf(tale: Tale, id: string): Card {
  const card = tale.card(id);
  if (card === null) throw new Error(`There is no card ${id}.`);
  return card;
}

export function changesOf(tale: Tale): readonly Change[] {
  return tale
    .evidence()
    .transactions.flat()
    .map(({ seq, atMs, kind, id, by, from, reason, card }) => ({
      ...{ seq, at: new Date(atMs).toISOString(), kind, id, by, from },
      ...{ to: card?.status ?? null, rev: card?.rev ?? 0, reason },
    }));
}

/** Its process was killed before it could answer. */
export function unanswered(call: Call): Call {
  return { ...call, endUs: Infinity, endWallMs: Infinity, outcome: null };
}
