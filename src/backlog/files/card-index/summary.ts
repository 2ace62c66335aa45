/**
 * What the index knows of a card: enough to find the next one and to say which cards a question is about,
 * and nothing of what only the reader of one card wants.
 */
import type { Card, CardStatus } from '../../../card/card.ts';
import { toMs } from '../../../card/time.ts';

/** A time no clock reaches; stands for one that could not be read, so that the card is never offered. */
export const NEVER_MS = 8.64e15;

/** All numbers are finite. */
export interface Summary {
  readonly id: string;
  readonly status: CardStatus | 'damaged';
  readonly priority: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly notBeforeMs: number | null;
  readonly claimedAtMs: number | null;
  readonly claimTtlSeconds: number | null;
  readonly claimOwner: string | null;
  readonly phase: string | null;
  readonly labels: readonly string[];
  readonly dependsOn: readonly string[];
  readonly idempotencyKey: string | null;
  readonly rev: number;
  readonly attempts: number;
  readonly maxAttempts: number | null;
  /** The name of the card's file, which the id alone does not always decide. */
  readonly fileName: string;
  /** Size and checksum of the card's file as last known: they tell whether somebody edited it. */
  readonly fileBytes: number;
  readonly fileCrc: number;
  readonly archived: boolean;
}

export interface FileFacts {
  readonly name: string;
  readonly bytes: number;
  readonly crc: number;
}

export function summarize(card: Card, file: FileFacts, archived: boolean): Summary {
  // Mostly the moment that was asked for last, and the time of a claim; see `toMs`.
  const updatedAtMs = millisecondsOf(card.updatedAt, 0);
  const claimedAtMs = card.claimedAt === null ? null : millisecondsOf(card.claimedAt, NEVER_MS);
  return {
    id: card.id,
    status: card.status,
    priority: card.priority,
    createdAtMs: millisecondsOf(card.createdAt, 0),
    updatedAtMs,
    notBeforeMs: card.notBefore === null ? null : millisecondsOf(card.notBefore, NEVER_MS),
    claimedAtMs,
    claimTtlSeconds: card.claimTtlSeconds,
    claimOwner: card.claimOwner,
    phase: card.phase,
    labels: card.labels,
    dependsOn: card.dependsOn,
    idempotencyKey: card.idempotencyKey,
    rev: card.rev,
    attempts: card.attempts,
    maxAttempts: card.maxAttempts,
    fileName: file.name,
    fileBytes: file.bytes,
    fileCrc: file.crc,
    archived,
  };
}

function millisecondsOf(timestamp: string, unreadable: number): number {
  const ms = toMs(timestamp);
  return Number.isNaN(ms) ? unreadable : ms;
}
