/**
 * The store: takes the registry mutex, brings itself up to date, lets an operation decide, commits, gives the mutex
 * back. Between taking and giving back everything is synchronous, so nothing in this process can come between.
 */
import { type FileSystem, makeFolders } from '../../disk/filesystem.ts';
import type { TakenLock } from '../../disk/numbered-lock.ts';
import type { Staging } from '../../disk/staging.ts';
import type { Clock } from '../../host/clock.ts';
import type { Liveness, ProcessIdentity } from '../../host/process-identity.ts';
import { isCardDamaged, storeClosed } from '../sentences.ts';
import type { Transaction } from '../transaction.ts';
import { isCheckpointDue } from './checkpoint.ts';
import { Checkpoints, type CheckpointSettings } from './checkpoints.ts';
import { commit, type CommitSettings } from './commit.ts';
import { asDiskError, isAboutCommit, lockLost } from './disk-error.ts';
import { FileTransaction } from './transaction/file-transaction.ts';
import { restamp } from './form/folder-stamp.ts';
import { Inspector, type Thoroughness } from './inspection.ts';
import { Known } from './known.ts';
import type { Knowledge } from './knowledge.ts';
import type { StorePaths } from './form/layout.ts';
import { RegistryLock, type TurnedAway } from './registry-lock.ts';
import { statCardsFolder } from './recovery/cards-folder.ts';
import { bringUp, isAsWeLeftIt } from './recovery/bring-up.ts';
import { takeUpEdits } from './recovery/recovery.ts';

export interface FileStoreSettings extends CheckpointSettings {
  /** False gives up the power cut, nothing else. */
  readonly durable: boolean;
  readonly actor: string | null;
  /** A file that was replaced is left alone for so long before it is written over; for readers that opened it. */
  readonly spareAfterMs: number;
}

export interface ChangeTerms {
  readonly thoroughness: Thoroughness;
  /** `thorough`: now, and every card is flushed. */
  readonly checkpoint: 'when-due' | 'now' | 'thorough';
  /** What to do when the folder with all the cards has gone. */
  readonly cardsFolder: 'must-be-there' | 'restore';
  /** When the cards of a change of very many are flushed. */
  readonly flushing: 'under-lock' | 'afterwards';
}

/**
 * What is done in the critical section. Files that are kept beside the backlog, under the same mutex, are put in place
 * out of the staging folder, so that whoever is taken over puts nothing there any more.
 */
export type Work<T> = (transaction: FileTransaction, staging: Staging) => T;

const USUAL: ChangeTerms = {
  thoroughness: 'usual',
  checkpoint: 'when-due',
  cardsFolder: 'must-be-there',
  flushing: 'under-lock',
};

export class FileStore {
  readonly #settings: FileStoreSettings;
  readonly #lock: RegistryLock;
  readonly #inspector: Inspector;
  readonly #known: Known;
  readonly #checkpoints: Checkpoints;
  #closed = false;

  constructor(settings: FileStoreSettings) {
    const { files, paths, clock, identity } = settings;
    this.#settings = settings;
    this.#known = new Known(files, paths, () => ({ wallMs: clock.wallMs(), bootId: identity.bootId }));
    this.#lock = new RegistryLock(settings);
    this.#checkpoints = new Checkpoints(settings);
    this.#inspector = new Inspector(settings.files, settings.paths, settings.clock);
  }

  get paths(): StorePaths {
    return this.#settings.paths;
  }

  get files(): FileSystem {
    return this.#settings.files;
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  get durable(): boolean {
    return this.#settings.durable;
  }

  get livenessOf(): (other: ProcessIdentity) => Liveness {
    return this.#settings.livenessOf;
  }

  /**
   * Runs `work` in the critical section and commits what it has put, all of it or nothing.
   *
   * @throws whatever `work` throws, with nothing changed; LOCK_TIMEOUT, LOCK_LOST, OUTCOME_UNKNOWN, DISK_…
   */
  async change<T>(work: Work<T>, terms: Partial<ChangeTerms> = {}): Promise<T> {
    const value = await this.#changeWhenFree(work, { ...terms, flushing: 'afterwards' });
    if (this.#checkpoints.owes) {
      await this.#checkpoints.flushOwed((extent) => this.#changeWhenFree(() => null, { checkpoint: extent }));
    }
    return value;
  }

  #changeWhenFree<T>(work: Work<T>, terms: Partial<ChangeTerms>): Promise<T> {
    return this.#lock.retry(
      () => this.tryChange(work, terms),
      () => this.#known.refreshIfKnown(),
    );
  }

  /** As `change`, but only once: says who holds the mutex instead of waiting. Synchronous. */
  tryChange<T>(work: Work<T>, terms: Partial<ChangeTerms> = {}): ChangeAttempt<T> {
    const all = { ...USUAL, ...terms };
    return this.#operation(all.thoroughness, () => this.#attempt(work, all));
  }

  /** Runs `work` in the critical section and takes back what it has put. */
  async rehearse<T>(work: (transaction: Transaction) => T): Promise<T> {
    return this.change((transaction) => {
      try {
        return work(transaction);
      } finally {
        transaction.rollBack();
      }
    });
  }

  /**
   * Runs `work` on the store as it stands, without waiting for anybody. What was done by hand since the last command
   * is recorded on the way if the mutex is free and the disk lets us; seen it is in any case.
   */
  async read<T>(
    work: (transaction: FileTransaction, knowledge: Knowledge) => T,
    thoroughness: Thoroughness,
  ): Promise<T> {
    return this.#operation(thoroughness, () => {
      const begin = this.#inspect(thoroughness);
      // Looked at again after the attempt: what is still not as known could not be recorded.
      if (begin.suspicious.length > 0) this.#recordEdits(thoroughness);
      const { knowledge, suspicious } = begin.suspicious.length > 0 ? this.#inspect('thorough') : begin;
      const transaction = this.#begin(knowledge, 'read');
      try {
        for (const name of suspicious) ignoringDamage(() => transaction.takeUp(name));
        return work(transaction, knowledge);
      } finally {
        transaction.rollBack();
      }
    });
  }

  /** Drops what is known, so that the next command reads it from the disk again. */
  forget(): void {
    this.#known.forget();
  }

  close(): void {
    this.#closed = true;
    this.#known.forget();
    this.#checkpoints.close();
    this.#lock.close();
  }

  /** What is known, brought up to the end of the journal. */
  #refreshed(): Knowledge {
    this.#assertOpen();
    return this.#known.refreshed();
  }

  #inspect(thoroughness: Thoroughness): { readonly knowledge: Knowledge; readonly suspicious: readonly string[] } {
    const knowledge = this.#refreshed();
    const folder = statCardsFolder(this.files, this.paths);
    return { knowledge, suspicious: this.#inspector.look(knowledge, thoroughness, folder).suspicious };
  }

  #recordEdits(thoroughness: Thoroughness): void {
    try {
      this.#attempt(() => null, { ...USUAL, thoroughness });
    } catch {
      // A reader on a read-only or full disk still reads.
      this.#known.forget();
    }
  }

  #attempt<T>(work: Work<T>, terms: ChangeTerms): ChangeAttempt<T> {
    this.#assertOpen();
    const attempt = this.#lock.try();
    if (attempt.kind !== 'taken') return attempt;

    const { lock, staging } = attempt;
    let complete = false;
    try {
      const settings = this.#commitSettings(staging);
      const knowledge = this.#broughtUp(settings, lock, terms);
      const editsInPlace = this.#takeUpEdits(settings, lock, knowledge, terms.thoroughness);
      const transaction = this.#begin(knowledge, 'write');
      complete = editsInPlace;
      const value = this.#decide(transaction, () => work(transaction, staging));
      if (transaction.records.length === 0 && !lock.isHeld()) throw lockLost();
      // Until the commit says how it went, nobody may take what is in the journal for being in place.
      complete = false;
      complete = this.#commit(settings, lock, knowledge, transaction) && editsInPlace;
      if (complete && (terms.checkpoint !== 'when-due' || isCheckpointDue(knowledge))) {
        complete = this.#checkpointIfPossible(settings, lock, knowledge, terms);
      }
      return { kind: 'done', value };
    } catch (error) {
      throw this.#asLost(error, lock, staging);
    } finally {
      this.#lock.release(lock, complete);
    }
  }

  /**
   * What a holder finds that has been taken over is the past and the present mixed up: a card that seems to be missing
   * may be there. Only what is known of the commit stays true.
   */
  #asLost(error: unknown, lock: TakenLock, staging: Staging): unknown {
    if (!isAboutCommit(error) && lock.isHeld() && !staging.isGone()) return error;
    this.#known.forget();
    return isAboutCommit(error) ? error : lockLost(error);
  }

  #broughtUp(settings: CommitSettings, lock: TakenLock, terms: ChangeTerms): Knowledge {
    const known = this.#known.knowledge;
    const mayRestore = terms.cardsFolder === 'restore';
    if (known !== null && !mayRestore && isAsWeLeftIt(settings, lock, known)) return known;
    return bringUp(settings, lock, { ...this.#checkpoints.facts(lock), mayRestore }, () => this.#refreshed());
  }

  #takeUpEdits(settings: CommitSettings, lock: TakenLock, knowledge: Knowledge, thoroughness: Thoroughness): boolean {
    const transaction = this.#begin(knowledge, 'write');
    const folder = statCardsFolder(this.files, this.paths);
    if (folder === null) makeFolders(this.files, this.paths.cards);
    const { suspicious, folderMs } = this.#inspector.look(knowledge, thoroughness, folder);
    takeUpEdits(settings, knowledge, transaction, suspicious);
    if (folderMs !== null && !knowledge.hasUnsavedDamage) restamp(this.files, this.paths, folderMs, knowledge.stampMs);
    return this.#commit(settings, lock, knowledge, transaction);
  }

  #decide<T>(transaction: FileTransaction, work: () => T): T {
    try {
      return work();
    } catch (error) {
      transaction.rollBack();
      throw error;
    }
  }

  /** @returns whether every file is in place */
  #commit(settings: CommitSettings, lock: TakenLock, knowledge: Knowledge, transaction: FileTransaction): boolean {
    if (transaction.records.length === 0) return true;
    try {
      const { inPlace } = commit(settings, lock, knowledge, transaction);
      if (!inPlace) this.#known.forget();
      return inPlace;
    } catch (error) {
      // What we believed to know may be wrong now; the next command reads it anew.
      this.#known.forget();
      throw error;
    }
  }

  /**
   * The change is committed already: a checkpoint that fails is made by the next command.
   *
   * @returns whether the next holder may go on from here: a segment may be there whose name nobody has flushed
   */
  #checkpointIfPossible(settings: CommitSettings, lock: TakenLock, knowledge: Knowledge, terms: ChangeTerms): boolean {
    const [isThorough, mayOwe] = [terms.checkpoint === 'thorough', terms.flushing === 'afterwards'];
    try {
      this.#checkpoints.make(settings, lock, knowledge, { isThorough, mayOwe });
    } catch {
      this.#known.forget();
      return false;
    }
    return true;
  }

  #begin(knowledge: Knowledge, mode: 'read' | 'write'): FileTransaction {
    const { files, paths, clock, actor } = this.#settings;
    return new FileTransaction({ files, paths, knowledge, nowMs: clock.wallMs(), actor, mode });
  }

  #commitSettings(staging: Staging): CommitSettings {
    const { files, paths, durable, clock, spareAfterMs } = this.#settings;
    return { files, paths, staging, durable, nowMs: clock.monotonicMs(), spareAfterMs };
  }

  /** Synchronous, and may run twice; see `known.ts`. */
  #operation<T>(thoroughness: Thoroughness, operation: () => T): T {
    try {
      return this.#known.during(thoroughness === 'usual' ? 'few' : 'all', operation);
    } catch (error) {
      throw asDiskError(error);
    }
  }

  #assertOpen(): void {
    if (!this.#closed) return;
    throw storeClosed();
  }
}

export type ChangeAttempt<T> = { readonly kind: 'done'; readonly value: T } | TurnedAway;

function ignoringDamage(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!isCardDamaged(error)) throw error;
  }
}
