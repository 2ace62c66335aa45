/**
 * A card's record in the heap: a JSON array that begins with the id; fields at the end that have their usual value are
 * left out, so a plain card takes about 60 bytes. What stands in a column is repeated only where the column can not
 * give it back.
 */
import type { Summary } from './summary.ts';
import { stateOf, statusOf, type CardState } from './state.ts';

export interface Columns {
  readonly state: CardState;
  readonly priority: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly fileCrc: number;
}

export function recordOf(summary: Summary): string {
  const fields = [
    summary.id,
    summary.fileBytes,
    summary.rev,
    summary.dependsOn.length === 0 ? null : summary.dependsOn,
    summary.phase,
    summary.labels.length === 0 ? null : summary.labels,
    summary.attempts === 0 ? null : summary.attempts,
    summary.maxAttempts,
    summary.idempotencyKey,
    summary.claimOwner,
    summary.claimedAtMs,
    summary.claimTtlSeconds,
    summary.notBeforeMs,
    summary.fileName === usualFileName(summary.id) ? null : summary.fileName,
  ];
  while (fields.at(-1) === null) fields.pop();
  return JSON.stringify(fields);
}

/** The record of an id that is named and is no card. */
export function recordOfMissing(id: string): string {
  return JSON.stringify([id]);
}

/** How the record of this id begins, for `isBegun`. */
export function beginningOf(id: string): string {
  return `[${JSON.stringify(id)}`;
}

/** Tells without parsing it whose record it is. */
export function isBegun(record: string, beginning: string): boolean {
  return record.startsWith(beginning) && (record[beginning.length] === ',' || record[beginning.length] === ']');
}

export function idIn(record: string): string {
  return textOr(fieldsIn(record)[0], '');
}

export function summaryIn(record: string, columns: Columns): Summary | null {
  const { state, priority, createdAtMs, updatedAtMs, fileCrc } = columns;
  const status = statusOf(state);
  if (status === null) return null;
  const fields = fieldsIn(record);
  const id = textOr(fields[0], '');
  return {
    id,
    status,
    priority,
    createdAtMs,
    updatedAtMs,
    notBeforeMs: numberOr(fields[12], null),
    claimedAtMs: numberOr(fields[10], null),
    claimTtlSeconds: numberOr(fields[11], null),
    claimOwner: textOr(fields[9], null),
    phase: textOr(fields[4], null),
    labels: textsIn(fields[5]),
    dependsOn: textsIn(fields[3]),
    idempotencyKey: textOr(fields[8], null),
    rev: numberOr(fields[2], 0),
    attempts: numberOr(fields[6], 0),
    maxAttempts: numberOr(fields[7], null),
    fileName: textOr(fields[13], usualFileName(id)),
    fileBytes: numberOr(fields[1], 0),
    fileCrc,
    archived: state === stateOf(status, 'archived'),
  };
}

/** Only a saving: whether a card's file has this name is not decided here. */
function usualFileName(id: string): string {
  return `${id}.json`;
}

function fieldsIn(record: string): readonly unknown[] {
  const value: unknown = JSON.parse(record);
  return Array.isArray(value) ? value : [];
}

function numberOr<Other>(value: unknown, other: Other): number | Other {
  return typeof value === 'number' ? value : other;
}

function textOr<Other>(value: unknown, other: Other): string | Other {
  return typeof value === 'string' ? value : other;
}

function textsIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((text): text is string => typeof text === 'string');
}
