/**
 * The backlog on files: each operation of the contract as a transaction on the store. What a worker does not do all day
 * is loaded when it is first asked for, since a command has to take in all that it loads.
 */
import type { Card } from '../../card/card.ts';
import { waysOf } from '../../card/match.ts';
import { toMs } from '../../card/time.ts';
import type {
  Backlog,
  BacklogStats,
  BatchReport,
  CardList,
  Change,
  DoctorReport,
  Explanation,
  ImportReport,
} from '../backlog.ts';
import { claimCards, firstOf } from '../operations/claim.ts';
import { createCard } from '../operations/create.ts';
import {
  blockCard,
  completeCard,
  failCard,
  linkCards,
  mustGet,
  reclaimCards,
  releaseCard,
  renewCard,
  unblockCard,
  unlinkCards,
  updateCard,
} from '../operations/one-card.ts';
import { parseRequest, type Requests } from '../requests.ts';
import type { Transaction } from '../transaction.ts';
import { asDiskError } from './disk-error.ts';
import type { FileStore } from './file-store.ts';
import { changesSince, presentOf } from './history.ts';
import { exportLines, getCard, listCards } from './reading.ts';

type Parameters1<K extends keyof Backlog> = Parameters<Backlog[K]>[0];

export class FileBacklog implements Backlog {
  readonly #store: FileStore;

  constructor(store: FileStore) {
    this.#store = store;
  }

  async create(options: Parameters1<'create'>): Promise<Card> {
    return this.#change('create', options, createCard);
  }

  async get(options: Parameters1<'get'>): Promise<Card> {
    return getCard(this.#store, parseRequest('get', options).id);
  }

  async list(options?: Parameters1<'list'>): Promise<CardList> {
    return listCards(this.#store, parseRequest('list', options));
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
    return this.#change('link', options, linkCards);
  }

  async unlink(options: Parameters1<'unlink'>): Promise<Card> {
    return this.#change('unlink', options, unlinkCards);
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
      import('../operations/batch.ts'),
      import('../operations/lines.ts'),
    ]);
    const steps = parseBatch(await readLines(lines));
    const run = (transaction: Transaction): BatchReport => runBatch(transaction, steps, dryRun ?? false);
    return dryRun === true ? this.#store.rehearse(run) : this.#store.change(run);
  }

  async explain(options?: Parameters1<'explain'>): Promise<readonly Explanation[]> {
    const { id } = parseRequest('explain', options);
    const { explainCards } = await import('./survey.ts');
    return explainCards(this.#store, id);
  }

  async stats(): Promise<BacklogStats> {
    const { statsOf } = await import('./survey.ts');
    return statsOf(this.#store);
  }

  async history(options?: Parameters1<'history'>): Promise<readonly Change[]> {
    const { id, since } = parseRequest('history', options);
    const changes = await changesSince(this.#store, since ?? 0, id);
    // A card without any history in this journal is still a card; an unknown id is an error.
    if (id !== undefined && changes.length === 0) await getCard(this.#store, id);
    return changes;
  }

  watch(options?: Parameters1<'watch'>): AsyncIterable<Change> {
    return this.#watch(parseRequest('watch', options));
  }

  async import(options: Parameters1<'import'>): Promise<ImportReport> {
    const { lines, update, dryRun, onProgress } = parseRequest('import', options);
    const [{ importCards }, { readLines }] = await Promise.all([
      import('../operations/import.ts'),
      import('../operations/lines.ts'),
    ]);
    const numbered = await readLines(lines);
    onProgress?.({ stage: 'reading', done: numbered.length, total: numbered.length });
    const terms = { update: update ?? false, dryRun: dryRun ?? false, onProgress };
    const run = (transaction: Transaction): ImportReport => importCards(transaction, numbered, terms);
    return terms.dryRun ? this.#store.rehearse(run) : this.#store.change(run);
  }

  async *export(): AsyncIterable<string> {
    yield* await exportLines(this.#store);
  }

  async archive(options?: Parameters1<'archive'>): Promise<readonly string[]> {
    const { olderThanSeconds } = parseRequest('archive', options);
    return this.#store.change((transaction) => {
      const beforeMs = transaction.nowMs - (olderThanSeconds ?? 0) * 1000;
      const archived: string[] = [];
      for (const id of transaction.doneIds()) {
        const card = mustGet(transaction, id);
        if (card.status !== 'done' || toMs(card.updatedAt) > beforeMs) continue;
        transaction.archive(card);
        archived.push(id);
      }
      return archived;
    });
  }

  async doctor(options?: Parameters1<'doctor'>): Promise<DoctorReport> {
    const request = parseRequest('doctor', options);
    try {
      const { examine } = await import('./doctor/doctor.ts');
      return await examine(this.#store, request);
    } catch (error) {
      throw asDiskError(error);
    }
  }

  async close(): Promise<void> {
    this.#store.close();
  }

  async *#watch({ since, signal }: Requests['watch']): AsyncIterable<Change> {
    // Before anything is loaded: what happens meanwhile is news.
    const from = since === undefined ? await presentOf(this.#store) : { since, at: null };
    const { watchChanges } = await import('./watching.ts');
    yield* watchChanges(this.#store, from, signal);
  }

  async #change<K extends keyof Requests, T>(
    operation: K,
    options: unknown,
    decide: (transaction: Transaction, request: Requests[K]) => T,
  ): Promise<T> {
    const request = parseRequest(operation, options);
    return this.#store.change((transaction) => decide(transaction, request));
  }

  async #claim(request: Requests['claim'] & { readonly count?: number }): Promise<readonly Card[]> {
    const claim = (): Promise<readonly Card[]> => this.#store.change((transaction) => claimCards(transaction, request));
    if (request.waitSeconds === undefined) return claim();

    // Looks without the lock first: of a hundred waiters, only those that would find something ask for it.
    const attempt = async (): Promise<readonly Card[] | null> => {
      if (!(await this.#mayFind(request))) return null;
      const cards = await claim();
      return cards.length === 0 ? null : cards;
    };
    const nextMoment = (): Promise<number | null> =>
      this.#store.read((transaction, { index }) => index.nextMomentMs(transaction.nowMs), 'usual');
    const limits = { waitSeconds: request.waitSeconds, signal: request.signal };
    const { waitFor } = await import('./watching.ts');
    return (await waitFor(this.#store, attempt, nextMoment, limits)) ?? [];
  }

  async #mayFind(request: Requests['claim']): Promise<boolean> {
    if (request.id !== undefined) return true;
    return this.#store.read((transaction) => {
      if (transaction.expiredClaims().length > 0) return true;
      return firstOf(transaction, waysOf(request)) !== null;
    }, 'usual');
  }
}
