/** The history: a table with a line for each change, numbered in the order in which they were committed. */
import { isCardStatus, isChangeKind } from '../../card/card.ts';
import type { Change } from '../backlog.ts';
import { ask, type Parameter } from './asking.ts';
import { timestampColumn } from './form/columns.ts';
import { timestamp, type TextRow } from './form/row.ts';
import type { PostgresStore } from './postgres-store.ts';

const COLUMNS = `line.seq, ${timestampColumn('line', 'at')}, line.kind, line.id, line.by, line.from_status,
  line.to_status, line.rev, line.reason`;

/** Every change above `since`, of all cards or of one. */
export async function changesSince(
  store: PostgresStore,
  since: number,
  id: string | undefined,
): Promise<readonly Change[]> {
  const ofCard = id === undefined ? '' : 'AND line.id = $2';
  const rows = await linesAbove(store, ofCard, id === undefined ? [since] : [since, id]);
  return rows.flatMap(changeOf);
}

const MOST_LINES = 1000;

/** The first of them; `last` is the number of the last line, also where it is one that nobody here understands. */
export async function pageSince(
  store: PostgresStore,
  since: number,
): Promise<{ readonly changes: readonly Change[]; readonly last: number }> {
  const rows = await linesAbove(store, '', [since], `LIMIT ${MOST_LINES}`);
  return { changes: rows.flatMap(changeOf), last: Number(rows.at(-1)?.['seq'] ?? since) };
}

async function linesAbove(
  store: PostgresStore,
  condition: string,
  values: readonly Parameter[],
  limit = '',
): Promise<readonly TextRow[]> {
  return store.look(({ client }) =>
    ask(client, {
      text: `SELECT ${COLUMNS} FROM backlog_history line WHERE line.seq > $1 ${condition} ORDER BY line.seq ${limit}`,
      values,
    }),
  );
}

export async function lastSeq(store: PostgresStore): Promise<number> {
  return store.look(async ({ client }) => {
    const [row] = await ask(client, { text: 'SELECT last_seq FROM backlog_store' });
    return Number(row?.['last_seq'] ?? 0);
  });
}

/** None for a line that no version of this program so far has written. */
function changeOf(row: TextRow): readonly Change[] {
  const { seq, at, kind, id, by, from_status: from, to_status: to, rev, reason } = row;
  if (!isChangeKind(kind) || at === null || id === null || id === undefined) return [];
  return [
    {
      seq: Number(seq),
      at: timestamp(at) ?? '',
      kind,
      id,
      by: by ?? null,
      from: isCardStatus(from) ? from : null,
      to: isCardStatus(to) ? to : null,
      rev: to === null ? 0 : Number(rev),
      reason: reason ?? null,
    },
  ];
}
