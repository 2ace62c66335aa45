/**
 * What a card says, apart from where it stands in its life: a new card, its fields, its edges.
 * Each rule takes the card, what is wanted and the time, and answers with the card after it.
 */
import type { Card, Json, Timestamp } from './card.ts';
import { changed, refused, unchanged, type Applied, type Outcome } from './outcome.ts';
import { sameJson } from './same-json.ts';
import { toTimestamp } from './time.ts';

/** What a new card may be given. A field given as `undefined` is a field not given. */
export interface CreateFields {
  readonly id: string;
  readonly title: string;
  readonly body?: string | null | undefined;
  readonly phase?: string | null | undefined;
  readonly priority?: number | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  readonly acceptance?: Json | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly maxAttempts?: number | null | undefined;
  readonly notBefore?: Timestamp | null | undefined;
  /** `blocked` parks the card from the start; the default is `ready`. */
  readonly status?: 'ready' | 'blocked' | undefined;
  readonly statusReason?: string | null | undefined;
}

export interface UpdateFields {
  readonly title?: string | undefined;
  readonly body?: string | null | undefined;
  readonly phase?: string | null | undefined;
  readonly priority?: number | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly acceptance?: Json | undefined;
  readonly maxAttempts?: number | null | undefined;
  readonly notBefore?: Timestamp | null | undefined;
  /** Apply only if the card is still at this revision. */
  readonly rev?: number | undefined;
}

export function newCard(fields: CreateFields, nowMs: number): Card {
  const now = toTimestamp(nowMs);
  return {
    id: fields.id,
    title: fields.title,
    body: fields.body ?? null,
    phase: fields.phase ?? null,
    priority: fields.priority ?? 0,
    status: fields.status ?? 'ready',
    dependsOn: distinct(fields.dependsOn ?? []),
    claimOwner: null,
    claimTtlSeconds: null,
    claimedAt: null,
    attempts: 0,
    idempotencyKey: fields.idempotencyKey ?? null,
    acceptance: fields.acceptance ?? null,
    createdAt: now,
    updatedAt: now,
    rev: 1,
    labels: distinct(fields.labels ?? []),
    maxAttempts: fields.maxAttempts ?? null,
    notBefore: fields.notBefore ?? null,
    statusReason: fields.statusReason ?? null,
    result: null,
  };
}

/** Only the fields that are given; a revision that has passed is refused even where nothing would differ. */
export function update(card: Card, fields: UpdateFields, nowMs: number): Outcome {
  if (fields.rev !== undefined && fields.rev !== card.rev) {
    return refused({ code: 'REVISION_CONFLICT', id: card.id, expectedRev: fields.rev, rev: card.rev });
  }
  const given = {
    title: fields.title,
    body: fields.body,
    phase: fields.phase,
    priority: fields.priority,
    labels: fields.labels === undefined ? undefined : distinct(fields.labels),
    acceptance: fields.acceptance,
    maxAttempts: fields.maxAttempts,
    notBefore: fields.notBefore,
  };
  const different: Record<string, Json> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !sameJson(value, card[name] ?? null)) different[name] = value;
  }
  if (Object.keys(different).length === 0) return unchanged(card);
  return changed(card, 'updated', different, nowMs);
}

/** `card` depends on `to` from now on. Whether that closes a cycle is asked of `findCycle` first. */
export function link(card: Card, to: string, nowMs: number): Applied {
  if (card.dependsOn.includes(to)) return unchanged(card);
  return changed(card, 'linked', { dependsOn: [...card.dependsOn, to] }, nowMs);
}

export function unlink(card: Card, to: string, nowMs: number): Applied {
  if (!card.dependsOn.includes(to)) return unchanged(card);
  return changed(card, 'unlinked', { dependsOn: card.dependsOn.filter((id) => id !== to) }, nowMs);
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
