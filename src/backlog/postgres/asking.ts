/** One connection in use: the queries that the store sends, each answered by rows of text. */
import type { Client } from 'pg';
import type { TextRow } from './form/row.ts';

export type Parameter = string | number | null | readonly string[];

export interface Query {
  readonly text: string;
  readonly values?: readonly Parameter[];
  /** Under this name the server keeps the plan, as long as the connection lasts. */
  readonly name?: string;
}

export async function ask(client: Client, query: Query): Promise<readonly TextRow[]> {
  const answer = await client.query<Record<string, string | null>>({ ...query, values: [...(query.values ?? [])] });
  // Of several statements in one text, as they begin a transaction, nobody wants the answers.
  return Array.isArray(answer) ? [] : answer.rows;
}

/** Sends all of them at once, and waits until each is answered. @throws the first error */
export async function askAll(client: Client, queries: readonly Query[]): Promise<readonly (readonly TextRow[])[]> {
  const answers = await Promise.allSettled(queries.map((query) => ask(client, query)));
  return answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}
