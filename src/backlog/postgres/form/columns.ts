/**
 * The table `backlog` in SQL: which columns it has, and the few expressions in which its two shapes differ. The first
 * fifteen columns are those of an older program; whoever made the table chose between two types for some of them.
 */

export const DEPENDS_ON_TYPES = ['jsonb', 'text[]'] as const;
export const ACCEPTANCE_TYPES = ['jsonb', 'json'] as const;

export interface Columns {
  readonly dependsOn: (typeof DEPENDS_ON_TYPES)[number];
  readonly acceptance: (typeof ACCEPTANCE_TYPES)[number];
}

/** The ids a card depends on, one a row, for a FROM. What is no list becomes a null, which no card has: fail closed. */
export function needsOf(card: string, columns: Columns): string {
  if (columns.dependsOn === 'text[]') return `unnest(${card}.depends_on)`;
  return `jsonb_array_elements_text(
    CASE coalesce(jsonb_typeof(${card}.depends_on), '')
      WHEN 'array' THEN ${card}.depends_on WHEN '' THEN '[]'::jsonb ELSE '[null]'::jsonb END)`;
}

/** In UTC, with milliseconds, as a card has it, and its era behind it; or `infinity`, as it stands. */
export function timestampColumn(table: string, column: string): string {
  const moment = `${table}.${column}`;
  return `CASE WHEN isfinite(${moment})
    THEN to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"BC') ELSE ${moment}::text END AS ${column}`;
}

/**
 * What `parseRow` reads, from a `backlog` called `card`. A `jsonb` forgets the order in which its fields were written:
 * they are told as they came, as long as they still say the same.
 *
 * @param whole false leaves out what is long and hardly ever makes a card invalid, for those who only count
 */
export function cardColumns(columns: Columns, whole = true): string {
  const long = (column: string): string => (whole ? column : 'NULL');
  const acceptance =
    columns.acceptance === 'json'
      ? 'card.acceptance'
      : `CASE WHEN card.acceptance_as_written::jsonb = card.acceptance
           THEN card.acceptance_as_written ELSE card.acceptance::json END`;
  return `card.id, card.title, ${long('card.body')} AS body, card.phase, card.priority, card.status,
    to_jsonb(card.depends_on) AS depends_on, card.claim_owner, card.claim_ttl_seconds,
    ${timestampColumn('card', 'claimed_at')}, card.attempts, card.idempotency_key,
    ${long(acceptance)} AS acceptance,
    ${timestampColumn('card', 'created_at')}, ${timestampColumn('card', 'updated_at')}, card.rev,
    to_jsonb(card.labels) AS labels, card.max_attempts, ${timestampColumn('card', 'not_before')},
    card.status_reason, ${long('card.result')} AS result, card.extra, card.archived`;
}

/** Claim order. Milliseconds, as cards have them: another program may have written more digits. */
export const CLAIM_ORDER = `card.priority DESC, card.created_at, card.id COLLATE "C"`;

/** The years that a card can name. Beyond them the server cannot reckon with every time that it can hold. */
export function isInRange(moment: string): string {
  return `${moment} >= '0001-01-01 BC' AND ${moment} < '10000-01-01'`;
}

/** The moment from which a claim counts as expired; null for one that no card can have. */
export const CLAIM_END: string = `CASE WHEN card.claim_ttl_seconds BETWEEN 1 AND 2147483647 AND ${isInRange('card.claimed_at')}
  THEN card.claimed_at + card.claim_ttl_seconds * interval '1 second' END`;
