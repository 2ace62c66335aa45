/** What the doctor repairs: of the schema what holds nothing of its own, or is lost with all that it held. */
import type { Finding } from '../../backlog.ts';
import type { PostgresStore } from '../postgres-store.ts';
import { examineSchema } from './schema.ts';

const MENDED: ReadonlySet<string> = new Set(['index-missing', 'trigger-missing', 'table-missing']);

/** The findings that are no more. */
export async function mendSchema(store: PostgresStore): Promise<readonly Finding[]> {
  const before = await store.look(({ client }) => examineSchema(client));
  if (!before.some(({ code }) => MENDED.has(code))) return [];
  await store.repeatMigrations();
  const after = await store.look(({ client }) => examineSchema(client));
  return before
    .filter(
      ({ code, subject }) => MENDED.has(code) && !after.some((one) => one.code === code && one.subject === subject),
    )
    .map((finding) => ({ ...finding, fixed: 'It was made again.', hint: null }));
}
