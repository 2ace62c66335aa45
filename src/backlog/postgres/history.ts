/** The history: a table with a line for each change, numbered in the order in which they were committed. */
import { isCardStatus, isChangeKind } from '../../card/card.ts';
import type { Change } from '../backlog.ts';
import { ask, type Parameter } from './asking.ts';
import { timestampColumn } from './form/columns.ts';
import { timestamp, type TextRow } from './form/row.ts';
import type { PostgresStore } from './postgres-store.ts';

/** Every change above `since`, the first ones where they are more than `most`. */
export async function changesSince(
  store: PostgresStore,
  since: number,
  id?: string,
  most?: number,
): Promise<readonly Change[]> {
  const values: Parameter[] = [since];
  const parameter = (value: Parameter): string => `$${values.push(value)}`;
  const ofCard = id === undefined ? '' : `AND line.id = ${parameter(id)}`;
  const limit = most === undefined ? '' : `LIMIT ${parameter(most)}`;
  return store.look(async ({ client }) => {
    const rows = await ask(client, {
      text: `SELECT line.seq, ${timestampColumn('line', 'at')}, line.kind, line.id, line.by, line.from_status,
          line.to_status, line.rev, line.reason
        FROM backlog_history line WHERE line.seq > $1 ${ofCard} ORDER BY line.seq ${limit}`,
      values,
    });
    return rows.flatMap(changeOf);
  });
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
