/** A row of the table `backlog` as a card. Other programs write rows too: what breaks the rules is shown as damaged. */
import type { Card } from '../../../card/card.ts';
import { inFieldOrder } from '../../../card/field-order.ts';
import { MosaicError } from '../../../errors.ts';
import { parseCard } from '../../card-schema.ts';
import { commandLine } from '../../sentences.ts';

/** Every value as the server writes it. */
export type TextRow = Readonly<Record<string, string | null>>;

export type Row = CardRow | DamagedRow;

interface CardRow {
  readonly kind: 'card';
  readonly id: string;
  readonly rev: number;
  readonly archived: boolean;
  readonly card: Card;
}

export interface DamagedRow {
  readonly kind: 'damaged';
  readonly id: string;
  readonly rev: number;
  readonly archived: boolean;
  /** All that a card depending on this one asks of it; it has a type of its own, and cannot be wrong. */
  readonly isDone: boolean;
  /** Follows a colon. */
  readonly reason: string;
}

const NO_CLAIM = { claimOwner: null, claimTtlSeconds: null, claimedAt: null } as const;

/** The only lists and objects; everything else is text, a number or a truth. */
export function parseRow(row: TextRow): Row {
  const id = row['id'] ?? '';
  const rev = Number(row['rev']);
  const archived = row['archived'] === 't' && row['status'] === 'done';
  const fields = {
    id,
    title: row['title'],
    body: row['body'],
    phase: row['phase'],
    priority: number(row['priority']),
    status: row['status'],
    dependsOn: json(row['depends_on'] ?? '[]'),
    ...(row['status'] === 'claimed' ? claimOf(row) : NO_CLAIM),
    attempts: number(row['attempts']),
    idempotencyKey: row['idempotency_key'],
    acceptance: json(row['acceptance']),
    createdAt: timestamp(row['created_at']),
    updatedAt: timestamp(row['updated_at']),
    rev,
    labels: json(row['labels']),
    maxAttempts: number(row['max_attempts']),
    notBefore: timestamp(row['not_before']),
    statusReason: row['status_reason'],
    result: json(row['result']),
  };
  const extra = json(row['extra']);
  const reason = extraProblem(extra, fields);
  const parsed =
    reason === null
      ? parseCard({ ...fields, ...(isObject(extra) ? extra : {}) }, null, 0)
      : { kind: 'bad' as const, reason };
  if (parsed.kind === 'card') return { kind: 'card', id, rev, archived, card: inFieldOrder(parsed.card) };
  return { kind: 'damaged', id, rev, archived, isDone: row['status'] === 'done', reason: parsed.reason };
}

function extraProblem(extra: unknown, fields: object): string | null {
  if (extra === null) return null;
  if (!isObject(extra)) return 'its column extra is not a JSON object';
  const name = Object.keys(extra).find((key) => Object.hasOwn(fields, key));
  return name === undefined ? null : `its column extra holds ${name}, which has a column of its own`;
}

/** The row of a card, for people. */
export function placeOf(id: string): string {
  return `table backlog, id ${JSON.stringify(id)}`;
}

export function rowDamaged({ id, reason }: DamagedRow): MosaicError {
  return new MosaicError({
    code: 'CARD_DAMAGED',
    message: `The row of card ${id} cannot be used: ${reason}. It was left as it is (${placeOf(id)}). Nothing was changed.`,
    hint: `Mend the row with SQL, or see everything that is wrong with: ${commandLine('doctor')}`,
  });
}

/** An older program leaves the claim on a card that it has finished; there it says nothing any more. */
function claimOf(row: TextRow): Readonly<Record<string, unknown>> {
  return {
    claimOwner: row['claim_owner'],
    claimTtlSeconds: number(row['claim_ttl_seconds']),
    claimedAt: timestamp(row['claimed_at']),
  };
}

function number(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}

function json(text: string | null | undefined): unknown {
  return text === null || text === undefined ? null : JSON.parse(text);
}

/** The server has no year 0: it is the first one before Christ there. What no card can have stays as it is. */
export function timestamp(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  if (text.endsWith('AD')) return text.slice(0, -2);
  return /^0001-.*BC$/.test(text) ? `0000${text.slice(4, -2)}` : text;
}

/** A time of a card, for the server. */
export function serverTime(timestampOfCard: string | null): string | null {
  if (timestampOfCard === null || !timestampOfCard.startsWith('0000')) return timestampOfCard;
  return `0001${timestampOfCard.slice(4)} BC`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
