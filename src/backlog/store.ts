/**
 * What a store has to do for the operations of the contract: let one of them decide and keep what it decided, answer
 * questions about the cards as they stand, and say when something has changed.
 */
import type { Card } from '../card/card.ts';
import type { WorkChoice } from '../card/match.ts';
import type { Clock } from '../host/clock.ts';
import type { Notice } from '../host/notice.ts';
import type {
  BacklogStats,
  CardList,
  Change,
  DoctorOptions,
  DoctorReport,
  Explanation,
  ListOptions,
} from './backlog.ts';
import type { Transaction } from './transaction.ts';

/** Pure but for the transaction: a store that was overtaken by another writer runs it again. */
export type Decide<T> = (transaction: Transaction) => T;

export interface Store {
  /** For how long somebody waits, not for when something happened: that is the store's own matter. */
  readonly clock: Clock;
  /**
   * Commits what `decide` has put, all of it or nothing.
   *
   * @param about the cards that will be asked for, as far as they are known: a store that is far away fetches them at once
   * @throws whatever `decide` throws, with nothing changed; OUTCOME_UNKNOWN
   */
  change<T>(decide: Decide<T>, about?: readonly string[]): Promise<T>;
  /** Lets `decide` see what would happen, and keeps nothing. */
  rehearse<T>(decide: Decide<T>, about?: readonly string[]): Promise<T>;
  /** @throws MosaicError CARD_NOT_FOUND, CARD_DAMAGED */
  card(id: string): Promise<Card>;
  list(options: ListOptions): Promise<CardList>;
  /** Of all cards that somebody may be waiting for, or of one. */
  explain(id: string | undefined): Promise<readonly Explanation[]>;
  stats(): Promise<BacklogStats>;
  /** Every change above `since`, of all cards or of one. */
  changes(since: number, id: string | undefined): Promise<readonly Change[]>;
  /** Every change above `since`, or from the call on, each once and in order, until `signal` aborts. */
  watch(since: number | undefined, signal: AbortSignal | undefined): AsyncIterable<Change>;
  /** One JSON line a card, the archived ones too, as the store stands when the export begins. */
  lines(): AsyncIterable<string>;
  doctor(options: DoctorOptions): Promise<DoctorReport>;
  /** A cheap look, that keeps nobody waiting: whether a claim would find something. */
  mayClaim(choice: WorkChoice): Promise<boolean>;
  /** Milliseconds until time alone could make a card claimable; null when it cannot. */
  untilNextMomentMs(): Promise<number | null>;
  /** Whether a notice may come before what it tells of can be seen. */
  readonly noticesEarly: boolean;
  /** Open before the first look, so that nothing falls between the look and the wait. */
  notice(): Promise<Notice>;
  close(): Promise<void>;
}
