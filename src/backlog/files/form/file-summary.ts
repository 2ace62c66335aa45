/** What the index holds of a card's file: of one that we write, of one that was read, and of one that is no valid card. */
import type { Card } from '../../../card/card.ts';
import { summarize, type Summary } from '../card-index/summary.ts';
import type { CardFile, Stamp } from './card-file.ts';
import { idOfFileName } from './file-name.ts';
import type { Place } from './layout.ts';

/** @param stamp of the file as we write it */
export function summaryOf(card: Card, file: string, place: Place, stamp: Stamp): Summary {
  return summarize(card, { name: file, ...stamp }, place === 'archive');
}

/** What the index holds of a file that is no valid card: enough to show it, and to see when somebody mends it. */
export function damagedSummary(
  name: string,
  file: Extract<CardFile, { kind: 'damaged' }>,
  known: Summary | null,
): Summary {
  return {
    id: known?.id ?? idOfFileName(name),
    status: 'damaged',
    priority: known?.priority ?? 0,
    createdAtMs: known?.createdAtMs ?? file.modifiedMs,
    updatedAtMs: file.modifiedMs,
    notBeforeMs: null,
    claimedAtMs: null,
    claimTtlSeconds: null,
    claimOwner: null,
    phase: known?.phase ?? null,
    labels: known?.labels ?? [],
    dependsOn: known?.dependsOn ?? [],
    idempotencyKey: known?.idempotencyKey ?? null,
    rev: known?.rev ?? 0,
    attempts: known?.attempts ?? 0,
    maxAttempts: known?.maxAttempts ?? null,
    fileName: name,
    fileBytes: file.stamp.bytes,
    fileCrc: file.stamp.crc,
    archived: false,
  };
}

/** A file that was read, and is a card. */
export function summaryOfFile(file: Extract<CardFile, { kind: 'card' }>, name: string, place: Place): Summary {
  const { bytes, crc } = file.stamp;
  return summarize(file.card, { name, bytes, crc }, place === 'archive');
}
