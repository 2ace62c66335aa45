/**
 * Reads the cards of an embedded store. PGlite writes into every folder that it opens, so it is given a copy in a folder
 * of our own, which is gone when the cards are read; the store itself is only ever looked at.
 */
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MosaicError } from '../../../errors.ts';
import type { Progress } from '../../backlog.ts';
import { COLUMNS, cardOfRow } from './card-row.ts';
import { assertUnchanged, assertUnused, copyInto, type DataFolder, dataFolderAt } from './data-folder.ts';
import { type Database, findPglite, type Pglite } from './find-pglite.ts';

export interface ReadOptions {
  readonly directory: string;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Ends the reading between two files, or two pages of rows; what it threw is thrown. */
  readonly signal?: AbortSignal | undefined;
}

export interface EmbeddedCard {
  readonly id: string;
  /** As `import` takes it. */
  readonly line: string;
}

export interface EmbeddedCards {
  /** The oldest first. */
  readonly cards: readonly EmbeddedCard[];
  /** @throws MosaicError STORE_IN_USE when the store is no longer what was read, or somebody has it open */
  assertAsRead(): Promise<void>;
}

const ROWS_A_PAGE = 500;
/** PGlite fails without words when its folder has no room to grow. */
const ROOM_BYTES = 64 * 1024 * 1024;

/** @throws MosaicError INVALID_INPUT, STORE_…, UNSUPPORTED, DISK_FULL; the system's error. Nothing is changed. */
export async function readEmbeddedCards({ directory, onProgress, signal }: ReadOptions): Promise<EmbeddedCards> {
  const folder = dataFolderAt(directory);
  const pglite = findPglite(folder);
  await assertUnused(folder);
  const copy = await mkdtemp(join(tmpdir(), 'mosaic-pglite-'));
  try {
    onProgress?.({ stage: 'copying', done: 0, total: 0 });
    const stamp = await copyInto(copy, folder, signal).catch((error: unknown) => {
      throw isNoRoom(error) ? noRoom(folder, error) : error;
    });
    const reader = new Reader(pglite, folder, copy);
    const cards = await reader.read(onProgress, signal);
    const assertAsRead = async (): Promise<void> => {
      await assertUnused(folder);
      assertUnchanged(folder, stamp);
    };
    return { cards, assertAsRead };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

class Reader {
  readonly #pglite: Pglite;
  readonly #folder: DataFolder;
  readonly #copy: string;

  constructor(pglite: Pglite, folder: DataFolder, copy: string) {
    this.#pglite = pglite;
    this.#folder = folder;
    this.#copy = copy;
  }

  /** Old releases keep their tables in another database than new ones, whatever the version of Postgres. */
  async read(...terms: ReadTerms): Promise<readonly EmbeddedCard[]> {
    const databases: (string | undefined)[] = [undefined];
    for (const name of databases) {
      const cards = await this.#within(name, async (database) => {
        const table = await this.#tableIn(database);
        if (table !== null) return this.#cardsOf(database, table, ...terms);
        if (name === undefined) databases.push(...(await otherDatabases(database)));
        return null;
      });
      if (cards !== null) return cards;
    }
    throw this.#foreign('there is no table "backlog" in it');
  }

  async #within<T>(name: string | undefined, work: (database: Database) => Promise<T>): Promise<T> {
    let database: Database | null = null;
    try {
      database = await this.#pglite.open(this.#copy, name);
      return await work(database);
    } catch (error) {
      throw await this.#failed(error);
    } finally {
      // The copy is thrown away: how it is left is of no importance.
      await database?.close().catch(() => undefined);
    }
  }

  /** Its name as SQL has it; null when there is none. */
  async #tableIn(database: Database): Promise<string | null> {
    const found = rowsOf(await database.query(COLUMNS_OF_TABLE));
    const [schema] = found.map((row) => String(row['schema']));
    if (schema === undefined) return null;
    const columns = new Set(found.filter((row) => row['schema'] === schema).map((row) => row['name']));
    const absent = COLUMNS.filter((column) => !columns.has(column));
    if (absent.length === 0) return `"${schema.replaceAll('"', '""')}".backlog`;
    throw this.#foreign(`its table "backlog" has no column ${absent.join(', ')}`);
  }

  async #cardsOf(database: Database, table: string, ...[onProgress, signal]: ReadTerms): Promise<EmbeddedCard[]> {
    const cards: EmbeddedCard[] = [];
    const [counted] = rowsOf(await database.query(`select count(*)::int as total from ${table}`));
    const total = Number(counted?.['total']);
    await database.query('begin');
    await database.query(
      `declare every_card no scroll cursor for
       select row_to_json(whole_row)::text as row from ${table} whole_row order by whole_row.created_at, whole_row.id`,
    );
    for (;;) {
      onProgress?.({ stage: 'reading', done: cards.length, total });
      const page = rowsOf(await database.query(`fetch ${ROWS_A_PAGE} from every_card`));
      signal?.throwIfAborted();
      if (page.length === 0) return cards;
      for (const { row } of page) cards.push(cardOf(String(row)));
    }
  }

  #foreign(what: string): MosaicError {
    return new MosaicError({
      code: 'STORE_FOREIGN',
      message: `${this.#folder.name} is an embedded Postgres, but holds no backlog: ${what}. Nothing was changed.`,
      hint: 'Name the folder in which the backlog was kept.',
    });
  }

  /** What PGlite throws says little: it comes from deep inside. */
  async #failed(error: unknown): Promise<unknown> {
    if (error instanceof MosaicError || isAbort(error)) return error;
    const { bavail, bsize } = await statfs(this.#copy);
    if (bavail * bsize < ROOM_BYTES) return noRoom(this.#folder, error);
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    return new MosaicError({
      code: 'STORE_DAMAGED',
      message:
        `The embedded store ${this.#folder.name} cannot be read: PGlite ${this.#pglite.version} says "${reason}". ` +
        'Nothing was changed.',
      hint:
        'It may be cut off or damaged: try a copy of it from before. ' +
        'The folder of a Postgres server is none: import what an export of that server says.',
      cause: error,
    });
  }
}

type ReadTerms = readonly [onProgress: ReadOptions['onProgress'], signal: ReadOptions['signal']];

async function otherDatabases(database: Database): Promise<readonly string[]> {
  const others = 'select datname as name from pg_database where datallowconn and datname <> current_database()';
  return rowsOf(await database.query(others)).map(({ name }) => String(name));
}

/** Of the table that a program without a search path of its own means, if there is more than one. */
const COLUMNS_OF_TABLE = `
  select table_schema as schema, column_name as name from information_schema.columns
  where table_name = 'backlog' and table_schema not in ('pg_catalog', 'information_schema')
  order by table_schema <> 'public', table_schema`;

function cardOf(text: string): EmbeddedCard {
  const row: unknown = JSON.parse(text);
  const card = cardOfRow(isRow(row) ? row : {});
  return { id: String(card['id']), line: JSON.stringify(card) };
}

function noRoom({ name }: DataFolder, cause: unknown): MosaicError {
  return new MosaicError({
    code: 'DISK_FULL',
    message: `There is no room for a copy of the embedded store ${name} in ${tmpdir()}. Nothing was changed.`,
    hint: 'Make room there, or let TMPDIR name another folder, then run the same command again.',
    cause,
  });
}

function isNoRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

type Row = Readonly<Record<string, unknown>>;

function rowsOf(answer: unknown): readonly Row[] {
  if (!isRow(answer) || !Array.isArray(answer['rows'])) return [];
  return answer['rows'].filter(isRow);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}
