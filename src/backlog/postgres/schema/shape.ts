/** What the server says of the schema: which version it has, and which of its two shapes the older table is in. */
import { MosaicError } from '../../../errors.ts';
import { ACCEPTANCE_TYPES, type Columns, DEPENDS_ON_TYPES } from '../form/columns.ts';
import type { TextRow } from '../form/row.ts';
import type { Query } from '../asking.ts';
import type { Migration } from './migrations.ts';

export interface Version {
  readonly version: number;
  readonly compatibleFrom: number;
}

export interface Shape extends Version {
  readonly columns: Columns;
}

/** Fails with UNDEFINED_TABLE where the schema is not there. */
export const SHAPE_QUERY: Query = {
  text: `SELECT version, compatible_from, type.* FROM backlog_store, LATERAL (
      SELECT max(format_type(atttypid, NULL)) FILTER (WHERE attname = 'depends_on') AS depends_on,
        max(format_type(atttypid, NULL)) FILTER (WHERE attname = 'acceptance') AS acceptance
      FROM pg_attribute WHERE attrelid = 'backlog'::regclass
    ) AS type`,
};

/** What of it can change under a program that runs. */
export const VERSION_QUERY: Query = {
  isRepeated: true,
  text: 'SELECT version, compatible_from FROM backlog_store',
};

/** SQLSTATE of a table, a column or a schema that is not there. */
export const NOT_THERE: readonly string[] = ['42P01', '42703', '3F000'];

/** Null where the store has no row: it is being made. */
export function shapeOf([row]: readonly TextRow[]): Shape | null {
  if (row === undefined) return null;
  return {
    ...versionOf([row]),
    columns: {
      dependsOn: typeAmong(row, 'depends_on', DEPENDS_ON_TYPES),
      acceptance: typeAmong(row, 'acceptance', ACCEPTANCE_TYPES),
    },
  };
}

export function versionOf([row]: readonly TextRow[]): Version {
  return { version: Number(row?.['version'] ?? 0), compatibleFrom: Number(row?.['compatible_from'] ?? 0) };
}

/** @throws MosaicError STORE_TOO_NEW */
export function assertKnown({ version, compatibleFrom }: Version, migrations: readonly Migration[]): void {
  const ours = newestOf(migrations);
  if (compatibleFrom <= ours) return;
  throw new MosaicError({
    code: 'STORE_TOO_NEW',
    message:
      `The database was made by a newer version of this program (schema ${version}; this one knows ${ours}). ` +
      'Nothing was changed.',
    hint: 'Update this installation with: mosaic fleet update',
  });
}

export function newestOf(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

function typeAmong<T extends string>(row: TextRow, column: string, types: readonly T[]): T {
  const found = types.find((type) => type === row[column]);
  if (found !== undefined) return found;
  throw foreignTable(`its column ${column} is ${row[column] ?? 'not there'} and not ${types.join(' or ')}`);
}

export function foreignTable(reason: string): MosaicError {
  return new MosaicError({
    code: 'STORE_FOREIGN',
    message: `The database has a table backlog that is not ours: ${reason}. Nothing in it was touched.`,
    hint: 'Use another database, or a schema of its own: add ?options=-c%20search_path%3Dmosaic to DATABASE_URL.',
  });
}
