/**
 * Brings the schema to the version of this program: made on first use, one step after the other, all in one transaction.
 * Of forty programs that begin at once one does it, and the others find it done.
 */
import type { Client } from 'pg';
import { MosaicError } from '../../../errors.ts';
import { ask } from '../asking.ts';
import type { Migration } from './migrations.ts';
import { foreignTable, NOT_THERE, type Shape, SHAPE_QUERY, shapeOf } from './shape.ts';

/** The only lock that is known before there is a table. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtext('backlog migration ' || current_schema()))`;

/** What an older table must have for the fifteen columns to mean what they say. */
const OLDER_COLUMNS: Readonly<Record<string, readonly string[]>> = {
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

/** The version that is there, brought to ours where it is older. @throws MosaicError STORE_TOO_NEW, STORE_FOREIGN */
export async function ensureSchema(client: Client, migrations: readonly Migration[]): Promise<Shape> {
  const ours = migrations.at(-1)?.version ?? 0;
  const found = await shapeThere(client);
  if (found !== null && found.version >= ours) return checked(found, ours);
  return checked(await atOnce(client, () => migrate(client, migrations)), ours);
}

/** Makes what is missing of the steps that were done before. */
export async function repeatMigrations(client: Client, migrations: readonly Migration[]): Promise<void> {
  await atOnce(client, async () => {
    await ask(client, { text: LOCK });
    const schema = await schemaName(client);
    for (const step of migrations) await ask(client, { text: step.text(schema) });
  });
}

async function atOnce<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await ask(client, { text: "BEGIN; SET LOCAL lock_timeout = '60s'" });
  try {
    const value = await work();
    await ask(client, { text: 'COMMIT' });
    return value;
  } catch (error) {
    // A connection that is lost has rolled back by itself.
    await ask(client, { text: 'ROLLBACK' }).catch(() => undefined);
    throw error;
  }
}

/** Null where there is no schema yet. */
async function shapeThere(client: Client): Promise<Shape | null> {
  try {
    return shapeOf(await ask(client, SHAPE_QUERY));
  } catch (error) {
    if (NOT_THERE.includes(sqlState(error))) return null;
    throw error;
  }
}

async function migrate(client: Client, migrations: readonly Migration[]): Promise<Shape> {
  await ask(client, { text: LOCK });
  const schema = await schemaName(client);
  await ask(client, {
    text: `CREATE TABLE IF NOT EXISTS backlog_store (
      only_row boolean PRIMARY KEY DEFAULT TRUE CHECK (only_row),
      version integer NOT NULL,
      compatible_from integer NOT NULL,
      last_seq bigint NOT NULL
    )`,
  });
  const [row] = await ask(client, { text: 'SELECT version FROM backlog_store' });
  const version = row === undefined ? 0 : Number(row['version']);
  if (row === undefined) {
    await assertOlderTable(client);
    await ask(client, { text: 'INSERT INTO backlog_store (version, compatible_from, last_seq) VALUES (0, 0, 0)' });
  }
  for (const step of migrations.filter((migration) => migration.version > version)) {
    await ask(client, { text: step.text(schema) });
    const values = [step.version, step.compatibleFrom];
    await ask(client, { text: 'UPDATE backlog_store SET version = $1, compatible_from = $2', values });
  }
  const shape = shapeOf(await ask(client, SHAPE_QUERY));
  if (shape === null) throw new Error('The schema was made and is not there.');
  return shape;
}

async function schemaName(client: Client): Promise<string> {
  const [row] = await ask(client, {
    text: `SELECT quote_ident(current_schema()) AS name, current_setting('server_encoding') AS encoding`,
  });
  if (row?.['encoding'] !== 'UTF8') throw foreignEncoding(row?.['encoding'] ?? 'unknown');
  if (typeof row['name'] === 'string') return row['name'];
  throw new MosaicError({
    code: 'STORE_FOREIGN',
    message:
      'The database has none of the schemas of its search_path, so there is no place for the backlog. Nothing was changed.',
    hint: 'Create the schema first (CREATE SCHEMA), then run the same command again.',
  });
}

/** Before anything is added to a table that somebody else has made. */
async function assertOlderTable(client: Client): Promise<void> {
  const columns = await ask(client, {
    text: `SELECT attname, format_type(atttypid, NULL) AS type, relkind FROM pg_attribute
      JOIN pg_class ON pg_class.oid = attrelid
      WHERE attrelid = to_regclass('backlog') AND attnum > 0 AND NOT attisdropped`,
  });
  if (columns.length === 0) return;
  if (columns[0]?.['relkind'] !== 'r') throw foreignTable('it is a view, or in parts');
  const types = new Map(columns.map((column) => [column['attname'], column['type'] ?? '']));
  for (const [name, wanted] of Object.entries(OLDER_COLUMNS)) {
    const type = types.get(name)?.split('.').at(-1);
    if (type === undefined) throw foreignTable(`it has no column ${name}`);
    if (!wanted.includes(type)) throw foreignTable(`its column ${name} is ${type} and not ${wanted.join(' or ')}`);
  }
}

function checked(shape: Shape, ours: number): Shape {
  if (shape.compatibleFrom <= ours) return shape;
  throw new MosaicError({
    code: 'STORE_TOO_NEW',
    message:
      `The database was made by a newer version of this program (schema ${shape.version}; this one knows ${ours}). ` +
      'Nothing was changed.',
    hint: 'Update this installation with: mosaic fleet update',
  });
}

function foreignEncoding(encoding: string): MosaicError {
  return new MosaicError({
    code: 'STORE_FOREIGN',
    message: `The database keeps its texts in ${encoding}, which cannot hold every card. Nothing was changed.`,
    hint: "Make one that can: CREATE DATABASE mosaic ENCODING 'UTF8' TEMPLATE template0.",
  });
}

function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
