/** The real program with a backlog on the server of the run: each test in a schema of its own, all in one database. */
import { Mosaic, newFolder } from '../../cli/mosaic.ts';
import { emptyDatabase, sql, withParameter } from '../opened.ts';

let database: Promise<string> | null = null;
let schemas = 0;

export async function mosaicOnServer(): Promise<Mosaic> {
  database ??= emptyDatabase();
  const url = await database;
  const schema = `schema_${(schemas += 1)}`;
  await sql(url, `create schema ${schema}`);
  return new Mosaic(newFolder(), withParameter(url, 'options', `-c search_path=${schema}`));
}
