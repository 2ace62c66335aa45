/** What the server says of the schema: which version it has, and which of its two shapes the older table is in. */
import { MosaicError } from '../../../errors.ts';
import { ACCEPTANCE_TYPES, type Columns, DEPENDS_ON_TYPES } from '../form/columns.ts';
import type { TextRow } from '../form/row.ts';
import type { Query } from '../asking.ts';

export interface Shape {
  readonly version: number;
  readonly compatibleFrom: number;
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

/** SQLSTATE of a table, a column or a schema that is not there. */
export const NOT_THERE: readonly string[] = ['42P01', '42703', '3F000'];

/** Null where the store has no row: it is being made. */
export function shapeOf([row]: readonly TextRow[]): Shape | null {
  if (row === undefined) return null;
  return {
    version: Number(row['version']),
    compatibleFrom: Number(row['compatible_from']),
    columns: {
      dependsOn: typeAmong(row, 'depends_on', DEPENDS_ON_TYPES),
      acceptance: typeAmong(row, 'acceptance', ACCEPTANCE_TYPES),
    },
  };
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
