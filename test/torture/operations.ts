/**
 * What a worker asks for next: anything the contract has, on a few dozen cards, so that many meet at each of them.
 * Mostly what makes sense by what it was told before, sometimes what does not.
 */
import type { BatchOperation, FenceOptions } from '../../src/backlog/backlog.ts';
import { isCard, isChange } from './checker/answer.ts';
import { isReading, type ImportedCard, type Operation, type Outcome } from './checker/call.ts';

const FIRST_CARDS = 24;
const PHASES = ['M1', 'M2', 'M3'];
const LABELS = ['api', 'docs'];

interface Claim {
  readonly id: string;
  readonly owner: string;
  readonly attempt: number;
}

export interface Habits {
  readonly actor: string;
  readonly random: () => number;
  /** Since the run began; there are more cards as time goes by. */
  readonly elapsedSeconds: () => number;
  /** The command line has no end of a watch by time. */
  readonly watches: boolean;
}

/** The cards a run begins with. */
export function firstCards(): readonly ImportedCard[] {
  return Array.from({ length: FIRST_CARDS }, (_, n) => ({
    ...{ id: `c${n}`, title: `Card ${n}`, priority: n % 3 },
    ...{ phase: PHASES[n % PHASES.length] ?? null, labels: n % 2 === 0 ? ['api'] : [] },
  }));
}

export class Asker {
  readonly #habits: Habits;
  readonly #held: Claim[] = [];
  readonly #revisions = new Map<string, number>();
  #lastSeq = 0;
  #claims = 0;
  #texts = 0;

  constructor(habits: Habits) {
    this.#habits = habits;
  }

  next(): Operation {
    const chance = this.#habits.random();
    if (chance < 0.74) return this.#one();
    if (chance < 0.78) return this.#several();
    if (chance < 0.8) return { op: 'import', cards: this.#imported(), update: this.#is(0.6) };
    if (chance < 0.815) return { op: 'archive', ...(this.#is(0.5) ? { olderThanSeconds: 1 } : {}) };
    return this.#reading();
  }

  /** Takes note of what it was told: what it holds, and which revisions there are. */
  learn(operation: Operation, outcome: Outcome | null): void {
    if (outcome?.kind !== 'answered') return;
    const { value } = outcome;
    const told: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const change of told.filter(isChange)) this.#lastSeq = Math.max(this.#lastSeq, change.seq);
    const cards = told.filter(isCard);
    for (const { id, rev, claimOwner, attempts, status } of cards) {
      this.#revisions.set(id, rev);
      const isMine = status === 'claimed' && claimOwner?.startsWith(`${this.#habits.actor}/`) === true;
      if (!isReading(operation) && isMine) this.#held.push({ id, owner: claimOwner, attempt: attempts });
    }
    if (this.#held.length > 8) this.#held.splice(0, this.#held.length - 8);
  }

  /** One that a batch takes too. */
  #one(): BatchOperation | Operation {
    const chance = this.#habits.random();
    if (chance < 0.26) return this.#claim();
    if (chance < 0.36) return { op: 'complete', ...this.#fence(), result: { text: this.#text() } };
    if (chance < 0.44) return { op: 'renew', ...this.#fenceOfClaim(), ttlSeconds: 1 + this.#below(3) };
    if (chance < 0.52) return { op: 'release', ...this.#fence() };
    if (chance < 0.6) return this.#failure();
    if (chance < 0.64) return { op: 'reclaim', ...(this.#is(0.5) ? { id: this.#id() } : {}) };
    if (chance < 0.74) return this.#update();
    if (chance < 0.78) return { op: 'block', id: this.#id(), ...(this.#is(0.7) ? { reason: this.#text() } : {}) };
    if (chance < 0.83) return { op: 'unblock', id: this.#id() };
    if (chance < 0.88) return { op: 'link', from: this.#id(), to: this.#id() };
    if (chance < 0.92) return { op: 'unlink', from: this.#id(), to: this.#id() };
    return this.#create();
  }

  #claim(): Operation {
    const terms = { owner: this.#owner(), ttlSeconds: 1 + this.#below(this.#is(0.5) ? 2 : 60) };
    const phase = this.#is(0.2) ? { phase: this.#of(PHASES) } : {};
    const label = this.#is(0.2) ? { label: this.#of(LABELS) } : {};
    const chance = this.#habits.random();
    if (chance < 0.12) return { op: 'claimMany', ...terms, ...phase, count: 2 + this.#below(2) };
    if (chance < 0.2) return { op: 'claimWaiting', ...terms, ...phase, ...label, waitSeconds: 1 };
    if (chance < 0.4) return { op: 'claim', ...terms, id: this.#id() };
    return { op: 'claim', ...terms, ...phase, ...label };
  }

  #failure(): BatchOperation {
    const reason = this.#is(0.7) ? { reason: this.#text() } : {};
    return { op: 'fail', ...this.#fence(), ...reason, ...(this.#is(0.3) ? { retryAfterSeconds: this.#below(3) } : {}) };
  }

  #update(): BatchOperation {
    const id = this.#id();
    const rev = this.#revisions.get(id);
    return {
      ...{ op: 'update', id },
      ...(this.#is(0.4) && rev !== undefined ? { rev } : {}),
      ...(this.#is(0.6) ? { title: this.#text() } : { priority: this.#below(4) }),
      ...(this.#is(0.2) ? { phase: this.#of(PHASES) } : {}),
      ...(this.#is(0.2) ? { maxAttempts: 1 + this.#below(4) } : {}),
      ...(this.#is(0.2) ? { labels: this.#is(0.5) ? LABELS : ['docs'] } : {}),
      ...(this.#is(0.1) ? { notBefore: new Date(Date.now() + this.#below(2000)).toISOString() } : {}),
    };
  }

  #create(): BatchOperation {
    const id = this.#id();
    return {
      ...{ op: 'create', id: this.#is(0.8) ? id : this.#id(), title: this.#text(), priority: this.#below(3) },
      ...(this.#is(0.5) ? { idempotencyKey: `key of ${id}` } : {}),
      ...(this.#is(0.3) ? { dependsOn: [`c${this.#below(FIRST_CARDS)}`] } : {}),
      ...(this.#is(0.3) ? { maxAttempts: 1 + this.#below(3) } : {}),
      ...(this.#is(0.2) ? { status: 'blocked' as const, statusReason: this.#text() } : {}),
    };
  }

  #several(): Operation {
    const operations: BatchOperation[] = [];
    while (operations.length < 2 + this.#below(4)) {
      const operation = this.#one();
      if (isForBatch(operation)) operations.push(operation);
    }
    return { op: 'batch', operations, dryRun: this.#is(0.1) };
  }

  #imported(): readonly ImportedCard[] {
    const ids = new Set(Array.from({ length: 1 + this.#below(3) }, () => this.#id()));
    return [...ids].map((id) => ({ id, title: this.#text(), ...(this.#is(0.5) ? { priority: this.#below(3) } : {}) }));
  }

  #reading(): Operation {
    const chance = this.#habits.random();
    if (chance < 0.4) return { op: 'get', id: this.#id() };
    if (chance < 0.6) return { op: 'list', filter: this.#filter() };
    if (chance < 0.7) return { op: 'history', since: Math.max(0, this.#lastSeq - this.#below(20)) };
    if (chance < 0.78)
      return { op: 'history', id: `c${this.#below(FIRST_CARDS)}`, since: Math.max(0, this.#lastSeq - 500) };
    if (chance < 0.84 && this.#habits.watches) {
      return { op: 'watch', since: Math.max(0, this.#lastSeq - this.#below(10)), forMs: 20 + this.#below(300) };
    }
    if (chance < 0.9) return { op: 'stats' };
    if (chance < 0.94) return { op: 'export' };
    return chance < 0.97 ? { op: 'explain', id: this.#id() } : { op: 'doctor' };
  }

  #filter(): Extract<Operation, { readonly op: 'list' }>['filter'] {
    return {
      ...(this.#is(0.3) ? { status: this.#of(['ready', 'claimed', 'blocked', 'done'] as const) } : {}),
      ...(this.#is(0.2) ? { phase: this.#of(PHASES) } : {}),
      ...(this.#is(0.2) ? { label: this.#of(LABELS) } : {}),
      ...(this.#is(0.3) ? { archived: true } : {}),
      ...(this.#is(0.1) ? { readyOnly: true } : {}),
      ...(this.#is(0.1) ? { limit: 1 + this.#below(5) } : {}),
    };
  }

  /** A claim of its own, perhaps one of the past; or an operator's override of whatever there is. */
  #fence(): FenceOptions {
    if (this.#is(0.25)) return { id: this.#id() };
    const { id, owner, attempt } = this.#claimOfMine();
    if (this.#is(0.2)) return { id, attempt };
    return this.#is(0.7) ? { id, owner, attempt } : { id, owner };
  }

  #fenceOfClaim(): FenceOptions & { readonly owner: string } {
    const { id, owner, attempt } = this.#claimOfMine();
    return this.#is(0.7) ? { id, owner, attempt } : { id, owner };
  }

  #claimOfMine(): Claim {
    const index = this.#is(0.7) ? this.#held.length - 1 : this.#below(Math.max(1, this.#held.length));
    return this.#held[index] ?? { id: this.#id(), owner: `${this.#habits.actor}/0`, attempt: 1 };
  }

  #id(): string {
    return `c${this.#below(FIRST_CARDS + 4 + Math.floor(this.#habits.elapsedSeconds()))}`;
  }

  #owner(): string {
    return `${this.#habits.actor}/${(this.#claims += 1)}`;
  }

  #text(): string {
    return `${this.#habits.actor} says ${(this.#texts += 1)}`;
  }

  #is(chance: number): boolean {
    return this.#habits.random() < chance;
  }

  #below(limit: number): number {
    return Math.floor(this.#habits.random() * limit);
  }

  #of<T extends string>(values: readonly T[]): T {
    const value = values[this.#below(values.length)];
    if (value === undefined) throw new Error('There is nothing to choose from.');
    return value;
  }
}

function isForBatch(operation: Operation): operation is BatchOperation {
  return !isReading(operation) && !['claimMany', 'claimWaiting', 'archive', 'batch', 'import'].includes(operation.op);
}
