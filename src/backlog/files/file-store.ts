/**
 * The store: takes the registry mutex, brings itself up to date, lets an operation decide, commits, gives the mutex
 * back. Between taking and giving back everything is synchronous, so nothing in this process can come between.
 */
import { randomBytes } from 'node:crypto';
import { type FileSystem, makeFolders } from '../../disk/filesystem.ts';
import { judgeHolder } from '../../disk/holder.ts';
import {
  type HeldGeneration,
  type LockSettings,
  type Predecessor,
  type TakenLock,
  tryLock,
} from '../../disk/numbered-lock.ts';
import { Staging } from '../../disk/staging.ts';
import { MosaicError } from '../../errors.ts';
import type { Clock } from '../../host/clock.ts';
import { livenessOf, parseIdentity, type ProcessIdentity } from '../../host/process-identity.ts';
import { isCardDamaged } from '../sentences.ts';
import type { Transaction } from '../transaction.ts';
import { checkpoint, isCheckpointDue } from './checkpoint.ts';
import { commit, type CommitSettings } from './commit.ts';
import { asDiskError } from './disk-error.ts';
import { FileTransaction } from './file-transaction.ts';
import { Inspector, type Thoroughness } from './inspection.ts';
import { follow, Knowledge, loadKnowledge } from './knowledge.ts';
import type { StorePaths } from './layout.ts';
import { sweepStagings } from './left-overs.ts';
import { fence, settle, takeUpEdits, unsettledChanges } from './recovery.ts';

export interface FileStoreSettings {
  readonly files: FileSystem;
  readonly paths: StorePaths;
  readonly clock: Clock;
  readonly identity: ProcessIdentity;
  /** False gives up the power cut, nothing else. */
  readonly durable: boolean;
  /** From this age on, a lock whose holder cannot be proven dead is taken over. */
  readonly staleMs: number;
  readonly actor: string | null;
  /** Waits about that many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** A number from 0 to 1. */
  readonly random: () => number;
}

/** A holder is given at least this long to finish after its lock has come to look stale. */
const GRACE_MS = 1000;
const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 25;
/** However busy: after so long something is wrong that waiting does not mend. */
const GIVE_UP_AFTER_MS = 300_000;

export interface ChangeTerms {
  readonly thoroughness: Thoroughness;
  readonly checkpoint: 'when-due' | 'now';
}

const USUAL: ChangeTerms = { thoroughness: 'usual', checkpoint: 'when-due' };

export class FileStore {
  readonly #settings: FileStoreSettings;
  readonly #inspector: Inspector;
  #knowledge: Knowledge | null = null;
  #staging: Staging | null = null;
  #closed = false;
  /** The generation that was last seen held, and since when, by our own watch. */
  #observed = { generation: 0, sinceMs: 0 };

  constructor(settings: FileStoreSettings) {
    this.#settings = settings;
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

  get identity(): ProcessIdentity {
    return this.#settings.identity;
  }

  /**
   * Runs `work` in the critical section and commits what it has put, all of it or nothing.
   *
   * @throws whatever `work` throws, with nothing changed; LOCK_TIMEOUT, LOCK_LOST, OUTCOME_UNKNOWN, DISK_…
   */
  async change<T>(work: (transaction: FileTransaction) => T, terms: ChangeTerms = USUAL): Promise<T> {
    const begunMs = this.clock.monotonicMs();
    let waitMs = FIRST_WAIT_MS;
    for (;;) {
      const attempt = this.#withDiskErrors(() => this.#tryChange(work, terms));
      if (attempt.kind === 'done') return attempt.value;
      if (attempt.kind === 'lost-race') continue;
      const waitedMs = this.clock.monotonicMs() - begunMs;
      if (waitedMs > GIVE_UP_AFTER_MS) throw lockTimeout(this.paths, attempt.holder);
      await this.#settings.sleep(waitMs * (0.5 + this.#settings.random()));
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
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
  async read<T>(work: (transaction: Transaction, knowledge: Knowledge) => T, thoroughness: Thoroughness): Promise<T> {
    const begin = this.#withDiskErrors(() => this.#inspect(thoroughness));
    // Looked at again after the attempt: what is still not as known could not be recorded.
    if (begin.suspicious.length > 0) this.#recordEdits(thoroughness);
    return this.#withDiskErrors(() => {
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
    this.#knowledge = null;
  }

  close(): void {
    this.#closed = true;
    this.#knowledge = null;
    try {
      this.#staging?.close();
    } catch {
      // Whoever makes the next checkpoint sweeps up after us.
    }
    this.#staging = null;
  }

  /** What is known, brought up to the end of the journal. */
  #refreshed(): Knowledge {
    this.#assertOpen();
    const { files, paths, clock } = this.#settings;
    if (this.#knowledge === null || !follow(files, paths, this.#knowledge)) {
      this.#knowledge = loadKnowledge(files, paths, clock.wallMs());
    }
    return this.#knowledge;
  }

  #inspect(thoroughness: Thoroughness): { readonly knowledge: Knowledge; readonly suspicious: readonly string[] } {
    const knowledge = this.#refreshed();
    return { knowledge, suspicious: this.#inspector.suspiciousFiles(knowledge, thoroughness) };
  }

  #recordEdits(thoroughness: Thoroughness): void {
    try {
      this.#tryChange(() => null, { thoroughness, checkpoint: 'when-due' });
    } catch {
      // A reader on a read-only or full disk still reads.
      this.#knowledge = null;
    }
  }

  #tryChange<T>(work: (transaction: FileTransaction) => T, terms: ChangeTerms): ChangeAttempt<T> {
    this.#assertOpen();
    const staging = this.#openStaging();
    const attempt = tryLock(this.#lockSettings(staging));
    if (attempt.kind !== 'taken') return attempt;

    const { lock } = attempt;
    let complete = false;
    try {
      const settings = this.#commitSettings(staging);
      const knowledge = this.#recovered(settings, lock);
      complete = this.#takeUpEdits(settings, lock, knowledge, terms.thoroughness);
      const transaction = this.#begin(knowledge, 'write');
      const value = this.#decide(transaction, work);
      complete = this.#commit(settings, lock, knowledge, transaction) && complete;
      if (complete && (terms.checkpoint === 'now' || isCheckpointDue(knowledge))) {
        this.#checkpointIfPossible(settings, lock, knowledge);
      }
      return { kind: 'done', value };
    } finally {
      lock.release(complete);
    }
  }

  /** Everything the store has to be before anybody may decide anything. */
  #recovered(settings: CommitSettings, lock: TakenLock): Knowledge {
    const { files, paths, identity, clock } = this.#settings;
    fence(settings, lock.predecessor);
    makeFolders(files, paths.cards);
    const knowledge = this.#refreshed();
    const begun = knowledge.position.segment > 0;
    const rebooted = begun && knowledge.bootId !== identity.bootId;
    settle(settings, knowledge, unsettledChanges(knowledge, lock.predecessor, rebooted), clock.wallMs());
    // A holder of unknown fate may still append; the seal makes that count for nothing. So does it for what a write
    // that never finished has left behind.
    if (!begun || rebooted || needsSeal(knowledge, lock.predecessor)) {
      checkpoint(settings, knowledge, this.#checkpointFacts(lock));
    }
    return knowledge;
  }

  #takeUpEdits(settings: CommitSettings, lock: TakenLock, knowledge: Knowledge, thoroughness: Thoroughness): boolean {
    const transaction = this.#begin(knowledge, 'write');
    takeUpEdits(settings, knowledge, transaction, this.#inspector.suspiciousFiles(knowledge, thoroughness));
    return this.#commit(settings, lock, knowledge, transaction);
  }

  #decide<T>(transaction: FileTransaction, work: (transaction: FileTransaction) => T): T {
    try {
      return work(transaction);
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
      if (!inPlace) this.#knowledge = null;
      return inPlace;
    } catch (error) {
      // What we believed to know may be wrong now; the next command reads it anew.
      this.#knowledge = null;
      throw error;
    }
  }

  /** The change is committed already: a checkpoint that fails is made by the next command. */
  #checkpointIfPossible(settings: CommitSettings, lock: TakenLock, knowledge: Knowledge): void {
    try {
      checkpoint(settings, knowledge, this.#checkpointFacts(lock));
      sweepStagings(this.files, this.paths, this.identity);
    } catch {
      this.#knowledge = null;
    }
  }

  #begin(knowledge: Knowledge, mode: 'read' | 'write'): FileTransaction {
    const { files, paths, clock, actor } = this.#settings;
    return new FileTransaction({ files, paths, knowledge, nowMs: clock.wallMs(), actor, mode });
  }

  #checkpointFacts(lock: TakenLock): { generation: number; bootId: string | null; nowMs: number } {
    const { clock, identity } = this.#settings;
    return { generation: lock.generation, bootId: identity.bootId, nowMs: clock.wallMs() };
  }

  #commitSettings(staging: Staging): CommitSettings {
    const { files, paths, durable } = this.#settings;
    return { files, paths, staging, durable };
  }

  #openStaging(): Staging {
    const { files, paths, identity } = this.#settings;
    // Somebody who took us for dead has removed it: begin again under a new name.
    if (this.#staging === null || this.#staging.isGone()) {
      const token = randomBytes(8).toString('hex');
      this.#staging = Staging.open(files, paths.staging, token, `${JSON.stringify({ ...identity, token })}\n`);
    }
    return this.#staging;
  }

  #lockSettings(staging: Staging): LockSettings {
    const { files, paths, clock } = this.#settings;
    return {
      files,
      folder: paths.lock,
      identityPath: staging.identityPath,
      wallMs: () => clock.wallMs(),
      judge: (holder) => this.#judge(holder),
    };
  }

  #judge(holder: HeldGeneration): 'alive' | 'dead' | 'stale' {
    const { clock, identity, staleMs } = this.#settings;
    const nowMs = clock.monotonicMs();
    if (this.#observed.generation !== holder.generation) {
      this.#observed = { generation: holder.generation, sinceMs: nowMs };
    }
    const other = parseIdentity(holder.identity);
    const evidence = {
      liveness: other === null ? ('unknown' as const) : livenessOf(other, identity),
      lockAgeMs: clock.wallMs() - holder.modifiedMs,
      observedMs: nowMs - this.#observed.sinceMs,
    };
    return judgeHolder(evidence, { staleMs, graceMs: Math.min(GRACE_MS, staleMs) });
  }

  #withDiskErrors<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw asDiskError(error);
    }
  }

  #assertOpen(): void {
    if (!this.#closed) return;
    throw new MosaicError({ code: 'STORE_CLOSED', message: 'This backlog is closed. Nothing was changed.' });
  }
}

/**
 * A holder that may be alive could still append. One that died after its append left a change whose fate readers of
 * the journal cannot tell until somebody says that it counts.
 */
function needsSeal(knowledge: Knowledge, predecessor: Predecessor): boolean {
  if (knowledge.trailingBytes > 0 || predecessor.kind === 'stale') return true;
  if (predecessor.kind !== 'dead') return false;
  return knowledge.lastTransaction.at(-1)?.record.generation === predecessor.holder.generation;
}

type ChangeAttempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'held'; readonly holder: HeldGeneration }
  | { readonly kind: 'lost-race' };

function ignoringDamage(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!isCardDamaged(error)) throw error;
  }
}

function lockTimeout(paths: StorePaths, holder: HeldGeneration): MosaicError {
  const other = parseIdentity(holder.identity);
  const whom = other === null ? 'another process' : `process ${other.pid} on ${other.host}`;
  return new MosaicError({
    code: 'LOCK_TIMEOUT',
    message: `The registry lock in ${paths.lock} was busy for five minutes, last with ${whom}. Nothing was changed.`,
    hint: 'See what that process does; then run the same command again.',
  });
}
