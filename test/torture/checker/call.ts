/**
 * What a torture run writes down: every call of every process, when it began, when it was answered, and how. Times are
 * those of the machine's monotonic clock, which all of its processes share; the wall clock stands beside them, because
 * claims expire by it.
 */
import type {
  BatchOperation,
  Change,
  ClaimOptions,
  HistoryOptions,
  ListOptions,
} from '../../../src/backlog/backlog.ts';
import type { Card, ChangeKind, CardStatus } from '../../../src/card/card.ts';

export interface ImportedCard {
  readonly id: string;
  readonly title: string;
  readonly priority?: number;
  readonly phase?: string | null;
  readonly labels?: readonly string[];
}

/** The operations that are one change; what they answer is a card, a list of ids, or a report. */
export type Mutation =
  | BatchOperation
  | ({ readonly op: 'claimMany'; readonly count: number } & Omit<ClaimOptions, 'id' | 'waitSeconds' | 'signal'>)
  | ({ readonly op: 'claimWaiting'; readonly waitSeconds: number } & Omit<ClaimOptions, 'waitSeconds' | 'signal'>)
  | { readonly op: 'archive'; readonly olderThanSeconds?: number }
  | { readonly op: 'batch'; readonly operations: readonly BatchOperation[]; readonly dryRun: boolean }
  | { readonly op: 'import'; readonly cards: readonly ImportedCard[]; readonly update: boolean };

export type Reading =
  | { readonly op: 'get'; readonly id: string }
  | { readonly op: 'list'; readonly filter: ListOptions }
  | ({ readonly op: 'history' } & HistoryOptions)
  | { readonly op: 'watch'; readonly since: number; readonly forMs: number }
  | { readonly op: 'stats' }
  | { readonly op: 'export' }
  | { readonly op: 'explain'; readonly id: string }
  | { readonly op: 'doctor' };

export type Operation = Mutation | Reading;

/** `value` is what the library answers with; the words of the command line are brought into that form. */
export type Outcome =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface Call {
  /** The process; whatever it changes is recorded as done by it, or by an owner `actor/…`. */
  readonly actor: string;
  readonly number: number;
  readonly operation: Operation;
  readonly startUs: number;
  /** Infinite for a call that was never answered, because its process was killed. */
  readonly endUs: number;
  readonly startWallMs: number;
  readonly endWallMs: number;
  /** Null when it was never answered. */
  readonly outcome: Outcome | null;
}

/** One line of the journal. */
export interface JournalLine {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: ChangeKind;
  readonly by: string | null;
  readonly reason: string | null;
  readonly from: CardStatus | null;
  readonly id: string;
  readonly place: 'cards' | 'archive';
  readonly generation: number;
  readonly card: Card | null;
}

export type { Change };

const READINGS: ReadonlySet<string> = new Set<Reading['op']>([
  'get',
  'list',
  'history',
  'watch',
  'stats',
  'export',
  'explain',
  'doctor',
]);

export function isReading(operation: Operation): operation is Reading {
  return READINGS.has(operation.op);
}

/** The process that acts under that name: `p7` for the owner `p7/12`. */
export function actorOf(name: string): string {
  return name.split('/', 1)[0] ?? name;
}

export function nameOf({ actor, number, operation }: Call): string {
  return `${actor} call ${number} (${operation.op})`;
}
