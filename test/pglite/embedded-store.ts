/** Stores as the older program had them: made by PGlite itself, with the table of the contract. */
import { createHash } from 'node:crypto';
import { cpSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { newFolder } from '../cli/mosaic.ts';

export const ENUM = `create type backlog_status as enum ('ready', 'claimed', 'blocked', 'done');`;

export const TABLE = `
  create table backlog (
    id text primary key,
    title text not null,
    body text,
    phase text,
    priority integer not null default 0,
    status backlog_status not null default 'ready',
    depends_on text[] not null default '{}',
    claim_owner text,
    claim_ttl_seconds integer,
    claimed_at timestamptz,
    attempts integer not null default 0,
    idempotency_key text unique,
    acceptance jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );`;

/** By the statements that have run in them. To make one takes seconds, to copy it takes none. */
const made = new Map<string, string>();

/** A data folder in which the statements have run. */
export async function embeddedStore(...statements: readonly string[]): Promise<string> {
  const folder = join(newFolder(), 'store');
  await embeddedStoreAt(folder, ...statements);
  return folder;
}

/** The same, in another database than the usual one. */
export async function embeddedStoreIn(database: string, ...statements: readonly string[]): Promise<string> {
  const folder = await embeddedStore();
  await using(folder, { database }, (opened) => run(opened, statements));
  return folder;
}

/** The same where it is wanted. */
export async function embeddedStoreAt(folder: string, ...statements: readonly string[]): Promise<void> {
  const key = statements.join('\0');
  let original = made.get(key);
  if (original === undefined) {
    original = join(newFolder(), 'original');
    if (statements.length > 0) await embeddedStoreAt(original);
    await using(original, {}, (database) => run(database, statements));
    made.set(key, original);
  }
  cpSync(original, folder, { recursive: true });
}

async function run(database: PGlite, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await database.exec(statement);
}

async function using(
  folder: string,
  options: { readonly database?: string },
  work: (database: PGlite) => Promise<void>,
): Promise<void> {
  const database = await PGlite.create(folder, options);
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

/** Every file with a digest of its bytes and the time of its last change. */
export function imprint(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const stat = lstatSync(join(folder, name));
    const content = stat.isDirectory()
      ? 'folder'
      : createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex');
    found.set(name, `${stat.mtimeMs} ${content}`);
  }
  return found;
}
