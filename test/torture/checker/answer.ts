/** What an answer is, as far as it has to be known before it is compared with what it should be. */
import type { BacklogStats, Change, DoctorReport } from '../../../src/backlog/backlog.ts';
import type { Card } from '../../../src/card/card.ts';

export function isCard(value: unknown): value is Card {
  return hasAll(value, 'id', 'rev', 'claimOwner', 'updatedAt');
}

export function isChange(value: unknown): value is Change {
  return hasAll(value, 'seq', 'kind', 'by') && typeof value.seq === 'number';
}

export function isStats(value: unknown): value is BacklogStats {
  return hasAll(value, 'byStatus', 'damaged');
}

export function isReport(value: unknown): value is DoctorReport {
  return hasAll(value, 'findings') && Array.isArray(value.findings);
}

/** Null where it is no list of these. */
export function listOf<T>(value: unknown, is: (item: unknown) => item is T): readonly T[] | null {
  if (!Array.isArray(value)) return null;
  const items: readonly unknown[] = value;
  const right = items.filter(is);
  return right.length === items.length ? right : null;
}

function hasAll<K extends string>(value: unknown, ...names: readonly K[]): value is Readonly<Record<K, unknown>> {
  return typeof value === 'object' && value !== null && names.every((name) => name in value);
}
