/** What names one row only: an id, and a key. A claim relies on the one, a repeated create on the other. */

/** Whoever made the table may have called it otherwise. */
export const KEY_INDEX = 'backlog_idempotency_key_idx';

/** The cards that have a key together, each key once. */
export const KEY_TWICE = `SELECT idempotency_key AS key, min(id) AS one, max(id) AS other FROM backlog
  WHERE idempotency_key IS NOT NULL GROUP BY idempotency_key HAVING count(*) > 1`;

/** Whether the server sees to it, in SQL. Rows without a key may be left out. */
export function isUnique(column: 'id' | 'idempotency_key'): string {
  return `EXISTS (
    SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    WHERE indrelid = to_regclass('backlog') AND indisunique AND indisvalid AND indnkeyatts = 1 AND attname = '${column}'
      AND (indpred IS NULL OR pg_get_expr(indpred, indrelid) = '(idempotency_key IS NOT NULL)'))`;
}
