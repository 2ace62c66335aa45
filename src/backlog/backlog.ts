/**
 * The contract of a backlog in types: every operation, what it takes and what it gives.
 * Both stores keep it; `test/contract` holds them to it.
 *
 * Times are ISO 8601 strings, durations are whole seconds with the unit in the name.
 * Every operation rejects with a `MosaicError`; one that rejected has changed nothing, unless its code is
 * `OUTCOME_UNKNOWN`.
 */
import type { CardObstacle } from '../card/claimable.ts';
import type { CreateFields, UpdateFields } from '../card/content.ts';
import type { Card, CardStatus, ChangeKind, Json, Timestamp } from '../card/card.ts';

export type CreateOptions = CreateFields;

export interface ListOptions {
  readonly status?: CardStatus;
  readonly phase?: string;
  readonly label?: string;
  readonly owner?: string;
  /** Words that stand in id, title or body, in any case. */
  readonly text?: string;
  /** Only cards that `claim` could take now. */
  readonly readyOnly?: boolean;
  readonly limit?: number;
  /** Archived cards are left out unless asked for. */
  readonly archived?: boolean;
}

export interface ClaimOptions {
  readonly owner: string;
  readonly ttlSeconds?: number;
  readonly id?: string;
  /** Of several any will do. */
  readonly phase?: string | readonly string[];
  readonly label?: string | readonly string[];
  /** Wait until a card is claimable, at most this long; `Infinity` waits for ever. */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Names one card, and optionally the very claim on it that the caller believes to hold (the fence). */
export interface FenceOptions {
  readonly id: string;
  readonly owner?: string;
  /** The value of `attempts` that the claim returned. */
  readonly attempt?: number;
}

export interface RenewOptions extends FenceOptions {
  readonly owner: string;
  readonly ttlSeconds?: number;
}

export interface CompleteOptions extends FenceOptions {
  readonly result?: Json;
}

export interface FailOptions extends FenceOptions {
  readonly reason?: string | null;
  /** Not claimable again before this many seconds have passed. */
  readonly retryAfterSeconds?: number;
}

export interface UpdateOptions extends UpdateFields {
  readonly id: string;
}

export interface BacklogStats {
  readonly total: number;
  readonly byStatus: Readonly<Record<CardStatus, number>>;
  readonly claimable: number;
  readonly waitingOnDependencies: number;
  readonly damaged: number;
  readonly archived: number;
  /** Age of the longest-waiting ready card, or null when none is ready. */
  readonly oldestReadyAgeSeconds: number | null;
  readonly expiredClaimCount: number;
  readonly byPhase: readonly PhaseCount[];
  readonly byOwner: readonly OwnerCount[];
}

export interface PhaseCount {
  readonly phase: string | null;
  readonly total: number;
  readonly byStatus: Readonly<Record<CardStatus, number>>;
}

export interface OwnerCount {
  readonly owner: string;
  readonly claimed: number;
}

/** One reason why a card cannot be claimed now. */
export type Obstacle =
  | CardObstacle
  | { readonly kind: 'dependency-cycle'; readonly cycle: readonly string[] }
  | { readonly kind: 'damaged'; readonly reason: string };

export interface Explanation {
  readonly id: string;
  readonly title: string | null;
  readonly status: CardStatus | 'damaged';
  readonly claimable: boolean;
  readonly obstacles: readonly Obstacle[];
}

/** One change of one card, as `history` lists and `watch` streams it. */
export interface Change {
  /** Grows by one with every change of any card in the store. */
  readonly seq: number;
  readonly at: Timestamp;
  readonly kind: ChangeKind;
  readonly id: string;
  /** Who asked for it: the claim's owner, else the actor of the program; null for a change made by hand. */
  readonly by: string | null;
  readonly from: CardStatus | null;
  readonly to: CardStatus | null;
  readonly rev: number;
  readonly reason: string | null;
}

export interface HistoryOptions {
  /** Only this card; all cards when left out. */
  readonly id?: string;
  /** Only changes with a higher `seq`. */
  readonly since?: number;
}

export interface WatchOptions {
  /** Begin after this `seq`; from now on when left out. */
  readonly since?: number;
  readonly signal?: AbortSignal;
}

export type Lines = Iterable<string> | AsyncIterable<string>;

export interface ImportOptions {
  /** JSON Lines: one card a line; blank lines are skipped. */
  readonly lines: Lines;
  /** Replace cards whose id exists with other content. */
  readonly update?: boolean;
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export interface ImportReport {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
  readonly dryRun: boolean;
}

/** One line of `batch`: the operation's name and its options, as the library takes them. */
export type BatchOperation =
  | ({ readonly op: 'create' } & CreateOptions)
  | ({ readonly op: 'claim' } & Omit<ClaimOptions, 'waitSeconds' | 'signal'>)
  | ({ readonly op: 'renew' } & RenewOptions)
  | ({ readonly op: 'release' } & FenceOptions)
  | ({ readonly op: 'complete' } & CompleteOptions)
  | ({ readonly op: 'fail' } & FailOptions)
  | ({ readonly op: 'reclaim' } & { readonly id?: string })
  | ({ readonly op: 'link' } & EdgeOptions)
  | ({ readonly op: 'unlink' } & EdgeOptions)
  | ({ readonly op: 'block' } & BlockOptions)
  | ({ readonly op: 'unblock' } & { readonly id: string })
  | ({ readonly op: 'update' } & UpdateOptions);

export interface BatchOptions {
  readonly lines: Lines;
  readonly dryRun?: boolean;
}

export interface BatchReport {
  readonly dryRun: boolean;
  /** One a line, in order: what that operation alone would have returned. */
  readonly results: readonly BatchResult[];
}

export interface BatchResult {
  readonly line: number;
  readonly op: BatchOperation['op'];
  readonly card: Card | null;
  readonly ids: readonly string[];
}

/** `from` depends on `to`. */
export interface EdgeOptions {
  readonly from: string;
  readonly to: string;
}

export interface BlockOptions {
  readonly id: string;
  readonly reason?: string | null;
}

export interface ArchiveOptions {
  /** Only cards that have been done for at least this long; default 0. */
  readonly olderThanSeconds?: number;
}

export interface Finding {
  /** Stable, for programs: `damaged-card`, `dangling-dependency`, … */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** The card or file it is about, where it is about one. */
  readonly subject: string | null;
  readonly message: string;
  /** What was done about it under `--fix`; null when nothing was. */
  readonly fixed: string | null;
  readonly hint: string | null;
}

export interface DoctorOptions {
  readonly fix?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

export interface DoctorReport {
  /** No finding of severity `error` is left unfixed. */
  readonly healthy: boolean;
  readonly store: string;
  readonly durability: 'full' | 'relaxed';
  readonly cards: number;
  readonly archived: number;
  readonly lastSeq: number;
  readonly findings: readonly Finding[];
}

/** A card whose file cannot be believed. It is shown, never used and never overwritten. */
export interface DamagedCard {
  readonly id: string;
  readonly file: string;
  /** What is wrong, with the line where there is one. */
  readonly reason: string;
}

export interface CardList {
  /** In claim order: priority descending, then createdAt, then id. */
  readonly cards: readonly Card[];
  readonly damaged: readonly DamagedCard[];
}

export interface Backlog {
  create(options: CreateOptions): Promise<Card>;
  get(options: { readonly id: string }): Promise<Card>;
  list(options?: ListOptions): Promise<CardList>;
  claim(options: ClaimOptions): Promise<Card | null>;
  /** Up to `count` cards in one step; an empty array when none is claimable. */
  claimMany(options: Omit<ClaimOptions, 'id'> & { readonly count: number }): Promise<readonly Card[]>;
  renew(options: RenewOptions): Promise<Card>;
  release(options: FenceOptions): Promise<Card>;
  complete(options: CompleteOptions): Promise<Card>;
  fail(options: FailOptions): Promise<Card>;
  reclaim(options?: { readonly id?: string }): Promise<readonly string[]>;
  link(options: EdgeOptions): Promise<Card>;
  unlink(options: EdgeOptions): Promise<Card>;
  block(options: BlockOptions): Promise<Card>;
  unblock(options: { readonly id: string }): Promise<Card>;
  update(options: UpdateOptions): Promise<Card>;
  batch(options: BatchOptions): Promise<BatchReport>;
  explain(options?: { readonly id?: string }): Promise<readonly Explanation[]>;
  stats(): Promise<BacklogStats>;
  history(options?: HistoryOptions): Promise<readonly Change[]>;
  watch(options?: WatchOptions): AsyncIterable<Change>;
  import(options: ImportOptions): Promise<ImportReport>;
  /** One JSON line a card, without the newline, archived cards included. */
  export(): AsyncIterable<string>;
  archive(options?: ArchiveOptions): Promise<readonly string[]>;
  doctor(options?: DoctorOptions): Promise<DoctorReport>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Default: `MOSAIC_HOME`, else `~/.config/mosaic`. */
  readonly mosaicHome?: string;
  /** Default: `DATABASE_URL`. */
  readonly databaseUrl?: string;
  /** Who is recorded as the author of changes that name no owner. */
  readonly actor?: string | null;
}
