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
}

export function recordOf(summary: Summary): string {
  const fields = [
    summary.id,
    summary.fileBytes,
    summary.fileCrc,
    summary.updatedAtMs === summary.createdAtMs ? null : summary.updatedAtMs,
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

export function idIn(record: string): string {
  return textOr(fieldsIn(record)[0], '');
}

export function summaryIn(record: string, { state, priority, createdAtMs }: Columns): Summary | null {
  const status = statusOf(state);
  if (status === null) return null;
  const fields = fieldsIn(record);
  const id = textOr(fields[0], '');
  return {
    id,
    status,
    priority,
    createdAtMs,
    updatedAtMs: numberOr(fields[3], createdAtMs),
    notBeforeMs: numberOr(fields[14], null),
    claimedAtMs: numberOr(fields[12], null),
    claimTtlSeconds: numberOr(fields[13], null),
    claimOwner: textOr(fields[11], null),
    phase: textOr(fields[6], null),
    labels: textsIn(fields[7]),
    dependsOn: textsIn(fields[5]),
    idempotencyKey: textOr(fields[10], null),
    rev: numberOr(fields[4], 0),
    attempts: numberOr(fields[8], 0),
    maxAttempts: numberOr(fields[9], null),
    fileName: textOr(fields[15], usualFileName(id)),
    fileBytes: numberOr(fields[1], 0),
    fileCrc: numberOr(fields[2], 0),
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
