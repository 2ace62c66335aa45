/** What the doctor checks about the rows of the cards. */
import { isExpired } from '../../../card/expiry.ts';
import type { Finding } from '../../backlog.ts';
import { damagedCard, examineEdges, expiredClaim } from '../../operations/findings.ts';
import { type Row, rowDamaged } from '../form/row.ts';

const MEND = 'Mend the row with SQL: the history says what it was.';

/** @param nowMs the server's time */
export function examineRows(rows: readonly Row[], nowMs: number): readonly Finding[] {
  const cards = rows.flatMap((row) => (row.kind === 'card' ? [row.card] : []));
  const damaged = rows.flatMap((row) => (row.kind === 'damaged' ? [row] : []));
  // What a damaged one waits for is not known; that it is there, is.
  const edges = [...cards, ...damaged.map(({ id }) => ({ id, dependsOn: [] }))];
  return [
    ...damaged.map((row) => damagedCard(row.id, rowDamaged(row), MEND)),
    ...cards.filter((card) => isExpired(card, nowMs)).map(expiredClaim),
    ...examineEdges(edges),
  ];
}
