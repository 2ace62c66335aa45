/** The questions that the store sends to the server, each answered by rows of text. */
import { crc32 } from 'node:zlib';
import type { Client } from 'pg';
import type { TextRow } from './form/row.ts';

export type Parameter = string | number | null | readonly string[];

export interface Query {
  readonly text: string;
  readonly values?: readonly Parameter[];
  /** The server keeps its plan, as long as the connection lasts. */
  readonly isRepeated?: true;
}

export async function ask(client: Client, query: Query): Promise<readonly TextRow[]> {
  const { text, values = [], isRepeated } = query;
  const named = isRepeated === true && !NAMELESS.has(client) ? { name: nameOf(text) } : {};
  const answer = await client.query<Record<string, string | null>>({ text, values: [...values], ...named });
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

/** A pool that hands each transaction to another server process mixes prepared statements up. */
export function askWithoutNames(client: Client): void {
  NAMELESS.add(client);
}

const NAMELESS = new WeakSet<Client>();

/** By its text: behind a pool, another version of the program may have prepared statements, too. */
function nameOf(text: string): string {
  const known = NAMES.get(text);
  if (known !== undefined) return known;
  const name = `mosaic ${crc32(text).toString(16)} ${text.length}`;
  NAMES.set(text, name);
  return name;
}

const NAMES = new Map<string, string>();
