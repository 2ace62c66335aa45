/**
 * The checkpoints of one process, and what they leave to be flushed when the lock has been given back. A change of very
 * many cards flushes none of them under the lock, and whoever changes more and more does not wait for them at all: the
 * system is asked to write out everything, and the next checkpoint says how far that has come.
 */
import type { TakenLock } from '../../disk/numbered-lock.ts';
import type { RedoPoint } from '../../disk/segment-header.ts';
import { checkpoint, type CheckpointFacts } from './checkpoint.ts';
import type { CommitSettings } from './commit.ts';
import type { Knowledge } from './knowledge.ts';
import { sweepStagings } from './recovery/left-overs.ts';
import type { Flushing, RedoLimits } from './recovery/redo-point.ts';
import { WholeFlush, type WholeFlushSettings } from './recovery/whole-flush.ts';

export interface CheckpointSettings extends WholeFlushSettings {
  readonly redoLimits: RedoLimits;
}

interface Terms {
  readonly isThorough: boolean;
  readonly mayOwe: boolean;
}

interface Owed {
  /** Everything before it is in place, and some of it not flushed. */
  readonly before: RedoPoint;
  /** One change has made so much of it that whoever asked for that waits, and nobody who comes later. */
  readonly isAwaited: boolean;
}

export class Checkpoints {
  readonly #settings: CheckpointSettings;
  readonly #wholeFlush: WholeFlush;
  #owed: Owed | null = null;

  constructor(settings: CheckpointSettings) {
    this.#settings = settings;
    this.#wholeFlush = new WholeFlush(settings);
  }

  get owes(): boolean {
    return this.#owed !== null;
  }

  facts(lock: TakenLock): CheckpointFacts {
    const { clock, identity, redoLimits } = this.#settings;
    const { generation } = lock;
    const { flushedBefore } = this.#wholeFlush;
    return { generation, bootId: identity.bootId, nowMs: clock.wallMs(), redoLimits, flushedBefore };
  }

  /**
   * @param isThorough whether every card is flushed, here and now
   * @param mayOwe whether `flushOwed` will be called
   * @throws the system's error, where no next segment could be made, or one whose name nobody has flushed
   */
  make(settings: CommitSettings, lock: TakenLock, knowledge: Knowledge, { isThorough, mayOwe }: Terms): void {
    const { redoLimits, identity } = this.#settings;
    const canOwe = mayOwe && !isThorough && this.#wholeFlush.isToBeHad && settings.durable && identity.bootId !== null;
    const isAwaited = canOwe && knowledge.recordCount > redoLimits.records;
    const flushing: Flushing = isThorough ? 'everything' : isAwaited ? 'nothing' : 'when-due';
    checkpoint(settings, knowledge, this.facts(lock), flushing);
    const { position, lastSeq, redo } = knowledge;
    const isFarBehind = lastSeq + 1 - redo.seq > redoLimits.mostRecords / 2;
    if (isAwaited || (canOwe && isFarBehind)) {
      this.#owed = { before: { segment: position.segment, seq: lastSeq + 1 }, isAwaited };
    }
    this.#sweep(settings);
  }

  /**
   * Once the lock has been given back.
   *
   * @param again makes another checkpoint, under the lock
   */
  async flushOwed(again: (extent: 'now' | 'thorough') => Promise<unknown>): Promise<void> {
    const owed = this.#owed;
    this.#owed = null;
    if (owed === null) return;
    const flushing = this.#wholeFlush.upTo(owed.before, () => again('thorough'));
    if (!owed.isAwaited) return;
    const flushed = await flushing;
    if (flushed === 'each-alone') return;
    try {
      await again(flushed === 'everything' ? 'now' : 'thorough');
    } catch {
      // The change is committed, and the checkpoints of others will flush it.
    }
  }

  close(): void {
    this.#wholeFlush.close();
  }

  #sweep({ files, paths }: CommitSettings): void {
    try {
      sweepStagings(files, paths, this.#settings.livenessOf, this.#settings.clock.wallMs());
    } catch {
      // Left-overs of the dead harm nobody, and the next checkpoint tries again.
    }
  }
}
