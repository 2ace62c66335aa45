/**
 * The backlog on any store: each operation of the contract as a decision that the store keeps. What a worker does not do
 * all day is loaded when it is first asked for, since a command has to take in all that it loads.
 */
import type { Card } from '../card/card.ts';
import type {
  Backlog,
  BacklogStats,
  BatchReport,
  CardList,
  Change,
  DoctorReport,
  EdgeOptions,
  Explanation,
  ImportReport,
} from './backlog.ts';
import { claimCards } from './operations/claim.ts';
import { createCard } from './operations/create.ts';
import {
  blockCard,
  completeCard,
  failCard,
  linkCards,
  reclaimCards,
  releaseCard,
  renewCard,
  unblockCard,
  unlinkCards,
  updateCard,
} from './operations/one-card.ts';
import { parseRequest, type Requests } from './requests.ts';
import type { Decide, Store } from './store.ts';
import type { Transaction } from './transaction.ts';

type Parameters1<K extends keyof Backlog> = Parameters<Backlog[K]>[0];

export class StoredBacklog implements Backlog {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async create(options: Parameters1<'create'>): Promise<Card> {
    return this.#change('create', options, createCard);
  }

  async get(options: Parameters1<'get'>): Promise<Card> {
    return this.#store.card(parseRequest('get', options).id);
  }

  async list(options?: Parameters1<'list'>): Promise<CardList> {
    return this.#store.list(parseRequest('list', options));
  }

  async claim(options: Parameters1<'claim'>): Promise<Card | null> {
    const [card] = await this.#claim(parseRequest('claim', options));
    return card ?? null;
  }

  async claimMany(options: Parameters1<'claimMany'>): Promise<readonly Card[]> {
    return this.#claim(parseRequest('claimMany', options));
  }

  async renew(options: Parameters1<'renew'>): Promise<Card> {
    return this.#change('renew', options, renewCard);
  }

  async release(options: Parameters1<'release'>): Promise<Card> {
    return this.#change('release', options, releaseCard);
  }

  async complete(options: Parameters1<'complete'>): Promise<Card> {
    return this.#change('complete', options, completeCard);
  }

  async fail(options: Parameters1<'fail'>): Promise<Card> {
    return this.#change('fail', options, failCard);
  }

  async reclaim(options?: Parameters1<'reclaim'>): Promise<readonly string[]> {
    return this.#change('reclaim', options, reclaimCards);
  }

  async link(options: Parameters1<'link'>): Promise<Card> {
    return this.#change('link', options, linkCards, bothEnds);
  }

  async unlink(options: Parameters1<'unlink'>): Promise<Card> {
    return this.#change('unlink', options, unlinkCards, bothEnds);
  }

  async block(options: Parameters1<'block'>): Promise<Card> {
    return this.#change('block', options, blockCard);
  }

  async unblock(options: Parameters1<'unblock'>): Promise<Card> {
    return this.#change('unblock', options, unblockCard);
  }

  async update(options: Parameters1<'update'>): Promise<Card> {
    return this.#change('update', options, updateCard);
  }

  async batch(options: Parameters1<'batch'>): Promise<BatchReport> {
    const { lines, dryRun } = parseRequest('batch', options);
    const [{ parseBatch, runBatch }, { readLines }] = await Promise.all([
      import('./operations/batch.ts'),
      import('./operations/lines.ts'),
    ]);
    const steps = parseBatch(await readLines(lines));
    const about = steps.flatMap((step) => step.about);
    return this.#run(dryRun ?? false, (transaction) => runBatch(transaction, steps, dryRun ?? false), about);
  }

  async explain(options?: Parameters1<'explain'>): Promise<readonly Explanation[]> {
    return this.#store.explain(parseRequest('explain', options).id);
  }

  async stats(): Promise<BacklogStats> {
    return this.#store.stats();
  }

  async history(options?: Parameters1<'history'>): Promise<readonly Change[]> {
    const { id, since } = parseRequest('history', options);
    const changes = await this.#store.changes(since ?? 0, id);
    // A card that nothing is told of is still a card; an unknown id is an error.
    if (id !== undefined && changes.length === 0) await this.#store.card(id);
    return changes;
  }

  watch(options?: Parameters1<'watch'>): AsyncIterable<Change> {
    const { since, signal } = parseRequest('watch', options);
    return this.#store.watch(since, signal);
  }

  async import(options: Parameters1<'import'>): Promise<ImportReport> {
    const { lines, update, dryRun, onProgress } = parseRequest('import', options);
    const [{ importCards }, { readLines }] = await Promise.all([
      import('./operations/import.ts'),
      import('./operations/lines.ts'),
    ]);
    const numbered = await readLines(lines);
    onProgress?.({ stage: 'reading', done: numbered.length, total: numbered.length });
    const terms = { update: update ?? false, dryRun: dryRun ?? false, onProgress };
    return this.#run(terms.dryRun, (transaction) => importCards(transaction, numbered, terms));
  }

  export(): AsyncIterable<string> {
    return this.#store.lines();
  }

  async archive(options?: Parameters1<'archive'>): Promise<readonly string[]> {
    const { archiveCards } = await import('./operations/archive.ts');
    return this.#change('archive', options, archiveCards);
  }

  async doctor(options?: Parameters1<'doctor'>): Promise<DoctorReport> {
    return this.#store.doctor(parseRequest('doctor', options));
  }

  async close(): Promise<void> {
    return this.#store.close();
  }

  async #change<K extends keyof Requests, T>(
    operation: K,
    options: unknown,
    decide: (transaction: Transaction, request: Requests[K]) => T,
    about?: (request: Requests[K]) => readonly string[],
  ): Promise<T> {
    const request = parseRequest(operation, options);
    return this.#store.change((transaction) => decide(transaction, request), about?.(request));
  }

  async #run<T>(dryRun: boolean, decide: Decide<T>, about?: readonly string[]): Promise<T> {
    return dryRun ? this.#store.rehearse(decide, about) : this.#store.change(decide, about);
  }

  async #claim(request: Requests['claim'] & { readonly count?: number }): Promise<readonly Card[]> {
    const claim = (): Promise<readonly Card[]> => this.#store.change((transaction) => claimCards(transaction, request));
    const { id, waitSeconds, signal } = request;
    if (waitSeconds === undefined) return claim();

    // Looks without a lock first: of a hundred waiters, only those that would find something ask for it.
    const attempt = async (): Promise<readonly Card[] | null> => {
      if (id === undefined && !(await this.#store.mayClaim(request))) return null;
      const cards = await claim();
      return cards.length === 0 ? null : cards;
    };
    const { waitFor } = await import('./waiting.ts');
    return (await waitFor(this.#store, attempt, { waitSeconds, signal })) ?? [];
  }
}

/** Both at once: who locked one after the other would meet in a deadlock with who has the edge the other way round. */
function bothEnds({ from, to }: EdgeOptions): readonly string[] {
  return [from, to];
}
