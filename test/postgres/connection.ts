/** A connection of the tests themselves to a server, beside those of the store under test. */
import pg from 'pg';

export type Row = Readonly<Record<string, unknown>>;
export type Connection = pg.Client;

export async function connect(url: string): Promise<Connection> {
  const client = new pg.Client({ connectionString: url });
  // A server that is ended under it is for whoever asks next to notice.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export async function query(
  connection: Connection,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const { rows } = await connection.query<Row>(sql, [...parameters]);
  return rows;
}
