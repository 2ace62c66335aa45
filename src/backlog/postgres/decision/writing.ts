/**
 * Writes what a decision has put: the cards, their history, and the numbers of the changes, in one statement. The row with
 * the last number is taken as the last thing before the commit, so numbers have no gaps and are visible in their order;
 * whoever reads up to a number has missed nothing before it.
 */
import { partsOf } from '../../../card/field-order.ts';
import { compareCodePoints } from '../../../card/order.ts';
import type { Columns } from '../form/columns.ts';
import { serverTime } from '../form/row.ts';
import { notifyText } from '../notification.ts';
import type { Query } from '../asking.ts';
import type { LoadedTransaction, PendingCard } from './loaded-transaction.ts';

/** @param token by which the transaction can be found again when its answer is lost */
export function writeQueries(transaction: LoadedTransaction, columns: Columns, token: string): readonly Query[] {
  const freed = transaction.pending.filter(({ isKeyFreed }) => isKeyFreed).map(({ card }) => card.id);
  const write = writeQuery(transaction, columns, token);
  // Another card may be given the key: which of two rows a statement writes first is the server's matter.
  const notify = { text: notifyText(transaction.changes.map(({ kind }) => kind)) };
  return freed.length === 0 ? [write, notify] : [{ text: FREE_KEYS, values: [freed] }, write, notify];
}

const FREE_KEYS = 'UPDATE backlog SET idempotency_key = NULL WHERE id = ANY ($1)';

function writeQuery({ pending, changes, nowMs }: LoadedTransaction, columns: Columns, token: string): Query {
  // As rows are locked: two that make the same new cards in different orders would wait for each other.
  const rows = pending.toSorted((a, b) => compareCodePoints(a.card.id, b.card.id)).map(rowOf);
  const at = new Date(nowMs).toISOString();
  return {
    isRepeated: true,
    text: writeText(columns),
    values: [
      JSON.stringify(rows),
      JSON.stringify(changes.map((change, n) => ({ n, ...change }))),
      pending.length,
      changes.length,
      at,
      token,
    ],
  };
}

function rowOf({ card, archived, revBefore }: PendingCard): object {
  const { extra } = partsOf(card);
  return {
    rev_before: revBefore,
    id: card.id,
    title: card.title,
    body: card.body,
    phase: card.phase,
    priority: card.priority,
    status: card.status,
    depends_on: card.dependsOn,
    claim_owner: card.claimOwner,
    claim_ttl_seconds: card.claimTtlSeconds,
    claimed_at: serverTime(card.claimedAt),
    attempts: card.attempts,
    idempotency_key: card.idempotencyKey,
    acceptance: card.acceptance,
    created_at: serverTime(card.createdAt),
    updated_at: serverTime(card.updatedAt),
    rev: card.rev,
    labels: card.labels,
    max_attempts: card.maxAttempts,
    not_before: serverTime(card.notBefore),
    status_reason: card.statusReason,
    result: card.result,
    extra: Object.keys(extra).length === 0 ? null : extra,
    archived,
  };
}

const PLAIN = [
  'title',
  'body',
  'phase',
  'priority',
  'status',
  'claim_owner',
  'claim_ttl_seconds',
  'claimed_at',
  'attempts',
  'idempotency_key',
  'created_at',
  'updated_at',
  'rev',
  'max_attempts',
  'not_before',
  'status_reason',
  'result',
  'extra',
  'archived',
] as const;

/**
 * Where a row is not as it was read, or is not there, the last number becomes null: the server refuses it, and with it
 * everything, so that the commit that follows on its heels commits nothing.
 */
function writeText(columns: Columns): string {
  const computed = {
    depends_on:
      columns.dependsOn === 'text[]'
        ? 'ARRAY(SELECT json_array_elements_text(input.depends_on))'
        : 'input.depends_on::jsonb',
    acceptance: columns.acceptance === 'json' ? 'input.acceptance' : 'input.acceptance::jsonb',
    acceptance_as_written: 'input.acceptance',
    labels: 'ARRAY(SELECT json_array_elements_text(input.labels))',
  };
  const values: Readonly<Record<string, string>> = {
    ...Object.fromEntries(PLAIN.map((name) => [name, `input.${name}`])),
    ...computed,
  };
  const names = Object.keys(values);
  return `WITH input AS (
      SELECT * FROM json_to_recordset($1::json) AS input (
        rev_before bigint, id text, title text, body text, phase text, priority integer, status backlog_status,
        depends_on json, claim_owner text, claim_ttl_seconds integer, claimed_at timestamptz, attempts integer,
        idempotency_key text, acceptance json, created_at timestamptz, updated_at timestamptz, rev bigint, labels json,
        max_attempts bigint, not_before timestamptz, status_reason text, result json, extra json, archived boolean)
    ), updated AS (
      UPDATE backlog card SET ${names.map((name) => `${name} = ${values[name]}`).join(', ')}
      FROM input WHERE card.id = input.id AND card.rev = input.rev_before
      RETURNING card.id
    ), inserted AS (
      INSERT INTO backlog (id, ${names.join(', ')})
      SELECT input.id, ${names.map((name) => values[name]).join(', ')} FROM input WHERE input.rev_before IS NULL
      RETURNING id
    ), counted AS (
      UPDATE backlog_store SET last_seq = CASE
        WHEN (SELECT count(*) FROM updated) + (SELECT count(*) FROM inserted) = $3::bigint THEN last_seq + $4::bigint
      END
      RETURNING last_seq
    )
    INSERT INTO backlog_history (seq, at, kind, id, by, from_status, to_status, rev, reason, token)
    SELECT counted.last_seq - $4::bigint + 1 + change.n, $5::timestamptz, change.kind, change.id, change.by,
      change."from", change."to", change.rev, change.reason, $6::bigint
    FROM counted, json_to_recordset($2::json) AS change (
      n bigint, kind text, id text, by text, "from" text, "to" text, rev bigint, reason text)`;
}
