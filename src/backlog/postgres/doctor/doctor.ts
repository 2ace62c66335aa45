/** The doctor of a store on a server: looks at everything, and repairs what is safe to repair. */
import type { DoctorOptions, DoctorReport } from '../../backlog.ts';
import { ask } from '../asking.ts';
import { cardColumns } from '../form/columns.ts';
import { parseRow } from '../form/row.ts';
import type { PostgresStore } from '../postgres-store.ts';
import { mendSchema } from './mend.ts';
import { examineRows } from './rows.ts';
import { examineSchema } from './schema.ts';
import { examineServer } from './server.ts';

export async function examine(store: PostgresStore, options: DoctorOptions): Promise<DoctorReport> {
  const fixed = options.fix === true ? await mendSchema(store) : [];
  const found = await store.look(async ({ client, columns }) => {
    const server = await examineServer(client, store.durable, () => store.clock.wallMs());
    const texts = await ask(client, { text: `SELECT ${cardColumns(columns)} FROM backlog card` });
    const rows = texts.map(parseRow);
    options.onProgress?.({ stage: 'reading cards', done: rows.length, total: rows.length });
    const [last] = await ask(client, { text: 'SELECT last_seq FROM backlog_store' });
    const archived = rows.filter((row) => row.archived).length;
    return {
      durability: server.durability,
      cards: rows.length - archived,
      archived,
      lastSeq: Number(last?.['last_seq'] ?? 0),
      findings: [...examineRows(rows, server.nowMs), ...(await examineSchema(client)), ...server.findings],
    };
  });
  const findings = [...fixed, ...found.findings];
  const healthy = findings.every((finding) => finding.severity !== 'error' || finding.fixed !== null);
  return { healthy, store: store.shown, ...found, findings };
}
