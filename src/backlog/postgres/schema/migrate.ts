/**
 * Brings the schema to the version of this program: made on first use, one step after the other, all in one transaction.
 * Of forty programs that begin at once one does it, and the others find it done.
 */
import type { Client } from 'pg';
import { MosaicError } from '../../../errors.ts';
import { ask } from '../asking.ts';
import { sqlStateOf } from '../server/failures.ts';
import { WRITER } from '../transaction-text.ts';
import type { Migration } from './migrations.ts';
import { INDEXES } from './first.ts';
import { assertOlderTable } from './older-table.ts';
import { assertKnown, newestOf, NOT_THERE, type Shape, SHAPE_QUERY, shapeOf, VERSION_QUERY } from './shape.ts';
import { KEY_INDEX } from './unique.ts';

/** The only lock that is known before there is a table. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtext('backlog migration'))`;

/** What a migration does to rows is no change of a card. */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '60s'; SET LOCAL ${WRITER} = 'on'`;

/** Where only the store's own row was lost, its history goes on. */
const COUNT_ON = 'UPDATE backlog_store SET last_seq = coalesce((SELECT max(seq) FROM backlog_history), 0)';

/** The version that is there, brought to ours where it is older. @throws MosaicError STORE_TOO_NEW, STORE_FOREIGN */
export async function ensureSchema(client: Client, migrations: readonly Migration[]): Promise<Shape> {
  const found = await shapeThere(client);
  const isReady = found !== null && found.version >= newestOf(migrations);
  const shape = isReady ? found : await atOnce(client, () => migrate(client, migrations));
  assertKnown(shape, migrations);
  return shape;
}

/** Makes what is missing of the steps that were done before; where a newer program has done more, that is its matter. */
export async function repeatMigrations(client: Client, migrations: readonly Migration[]): Promise<void> {
  await atOnce(client, async () => {
    const schema = await enterSchema(client);
    const [row] = await ask(client, VERSION_QUERY);
    if (Number(row?.['version']) > newestOf(migrations)) return;
    await lockTable(client);
    await dropUnusable(client);
    for (const step of migrations) await ask(client, { text: step.text(schema) });
  });
}

async function atOnce<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await ask(client, { text: BEGIN });
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
    if (NOT_THERE.includes(sqlStateOf(error) ?? '')) return null;
    throw error;
  }
}

async function migrate(client: Client, migrations: readonly Migration[]): Promise<Shape> {
  const schema = await enterSchema(client);
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
  const steps = migrations.filter((migration) => migration.version > version);
  if (steps.length > 0) await lockTable(client);
  for (const step of steps) {
    await ask(client, { text: step.text(schema) });
    const values = [step.version, step.compatibleFrom];
    await ask(client, { text: 'UPDATE backlog_store SET version = $1, compatible_from = $2', values });
  }
  if (row === undefined) await ask(client, { text: COUNT_ON });
  const shape = shapeOf(await ask(client, SHAPE_QUERY));
  if (shape === null) throw new Error('The schema was made and is not there.');
  return shape;
}

/**
 * The schema in which the store is, or the table of an older program, wherever on the search path; else the first one of
 * the path. From here on it comes first, so that whatever is made is made there.
 */
async function enterSchema(client: Client): Promise<string> {
  await ask(client, { text: LOCK });
  const [row] = await ask(client, {
    text: `SELECT quote_ident(name) AS name, current_setting('server_encoding') AS encoding,
        set_config('search_path', concat_ws(', ', quote_ident(name), nullif(current_setting('search_path'), '')), TRUE)
      FROM coalesce(
        (SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
          WHERE pg_class.oid = coalesce(to_regclass('backlog_store'), to_regclass('backlog'))),
        current_schema()) AS name`,
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

/** An index whose making was broken off has its name and does nothing. */
async function dropUnusable(client: Client): Promise<void> {
  const rows = await ask(client, {
    text: `SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indrelid IN (to_regclass('backlog'), to_regclass('backlog_history')) AND NOT indisvalid AND relname = ANY ($1)`,
    values: [[...INDEXES, KEY_INDEX]],
  });
  for (const { name } of rows) await ask(client, { text: `DROP INDEX ${name}` });
}

/** At once for all that comes: who has a weaker lock and wants more is in the way of everybody who works on the table. */
async function lockTable(client: Client): Promise<void> {
  const [row] = await ask(client, { text: `SELECT to_regclass('backlog') AS name` });
  if (typeof row?.['name'] === 'string') await ask(client, { text: 'LOCK TABLE backlog IN ACCESS EXCLUSIVE MODE' });
}

function foreignEncoding(encoding: string): MosaicError {
  return new MosaicError({
    code: 'STORE_FOREIGN',
    message: `The database keeps its texts in ${encoding}, which cannot hold every card. Nothing was changed.`,
    hint: "Make one that can: CREATE DATABASE mosaic ENCODING 'UTF8' TEMPLATE template0.",
  });
}
