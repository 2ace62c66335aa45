/** Whether a table `backlog` that is there already is that of an older program, before anything is added to it. */
import type { Client } from 'pg';
import { MosaicError } from '../../../errors.ts';
import { ask } from '../asking.ts';
import { foreignTable } from './shape.ts';
import { isUnique, KEY_TWICE } from './unique.ts';

/** What an older table must have for the fifteen columns to mean what they say. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  id: ['text', 'character varying'],
  title: ['text', 'character varying'],
  body: ['text', 'character varying'],
  phase: ['text', 'character varying'],
  priority: ['integer', 'bigint', 'smallint'],
  status: ['backlog_status'],
  depends_on: ['jsonb', 'text[]'],
  claim_owner: ['text', 'character varying'],
  claim_ttl_seconds: ['integer', 'bigint'],
  claimed_at: ['timestamp with time zone', 'timestamp without time zone'],
  attempts: ['integer', 'bigint'],
  idempotency_key: ['text', 'character varying'],
  acceptance: ['jsonb', 'json'],
  created_at: ['timestamp with time zone', 'timestamp without time zone'],
  updated_at: ['timestamp with time zone', 'timestamp without time zone'],
};

/** @throws MosaicError STORE_FOREIGN, STORE_DAMAGED */
export async function assertOlderTable(client: Client): Promise<void> {
  const columns = await ask(client, {
    text: `SELECT attname, format_type(atttypid, NULL) AS type, relkind FROM pg_attribute
      JOIN pg_class ON pg_class.oid = attrelid
      WHERE attrelid = to_regclass('backlog') AND attnum > 0 AND NOT attisdropped`,
  });
  if (columns.length === 0) return;
  if (columns[0]?.['relkind'] !== 'r') throw foreignTable('it is a view, or in parts');
  const types = new Map(columns.map((column) => [column['attname'], column['type'] ?? '']));
  for (const [name, wanted] of Object.entries(COLUMNS)) {
    const type = types.get(name)?.split('.').at(-1);
    if (type === undefined) throw foreignTable(`it has no column ${name}`);
    if (!wanted.includes(type)) throw foreignTable(`its column ${name} is ${type} and not ${wanted.join(' or ')}`);
  }
  await assertUnique(client);
}

async function assertUnique(client: Client): Promise<void> {
  const [row] = await ask(client, { text: `SELECT ${isUnique('id')} AS is_unique` });
  if (row?.['is_unique'] !== 't') throw foreignTable('its column id is not unique');
  const [twice] = await ask(client, { text: KEY_TWICE });
  if (twice === undefined) return;
  const { key, one, other } = twice;
  throw new MosaicError({
    code: 'STORE_DAMAGED',
    message:
      `In the table backlog the cards ${one} and ${other} have the same idempotency_key ${key}, ` +
      'so a repeated create could return either. Nothing was changed.',
    hint: 'Give one of them another key with SQL, or none, then run the same command again.',
  });
}
