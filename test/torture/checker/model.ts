/**
 * The contract, read a second time: what each operation makes of the cards, one operation after another, with nobody
 * else about. It was written from the contract's words and shares no code with the program, so that a mistake in one
 * shows against the other.
 *
 * An operation is a function of (world, operation, now, actor) and answers with the steps it takes and what it says,
 * or with the code of a refusal; then nothing has changed.
 */
import type { BatchOperation, ClaimOptions } from '../../../src/backlog/backlog.ts';
import type { Card } from '../../../src/card/card.ts';
import type { ImportedCard, Mutation } from './call.ts';
import {
  claim,
  expire,
  failed,
  fenced,
  fresh,
  isSame,
  reclaimed,
  renew,
  withFields,
  withoutClaim,
} from './model-card.ts';
import { compareCards, Draft, isClaimable, Refused, type Step, type World, wouldCycle } from './model-world.ts';

export type Result =
  | { readonly kind: 'done'; readonly steps: readonly Step[]; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly code: string };

export function run(world: World, operation: Mutation, nowMs: number, actor: string): Result {
  const draft = new Draft(world, nowMs, actor);
  try {
    const answer = decide(draft, operation);
    return { kind: 'done', steps: isRehearsal(operation) ? [] : draft.steps, answer };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', code: error.code };
    throw error;
  }
}

function isRehearsal(operation: Mutation): boolean {
  return operation.op === 'batch' && operation.dryRun;
}

function decide(draft: Draft, operation: Mutation): unknown {
  switch (operation.op) {
    case 'claim':
    case 'claimWaiting':
      return claimUpTo(draft, operation, 1)[0] ?? null;
    case 'claimMany':
      return claimUpTo(draft, operation, operation.count);
    case 'reclaim':
      return reclaim(draft, operation.id);
    case 'archive':
      return archive(draft, operation.olderThanSeconds ?? 0);
    case 'batch':
      return batch(draft, operation.operations, operation.dryRun);
    case 'import':
      return importAll(draft, operation.cards, operation.update);
    default:
      return changeOne(draft, operation);
  }
}

type OneCard = Exclude<BatchOperation, { readonly op: 'claim' | 'reclaim' }>;

function changeOne(draft: Draft, operation: OneCard): Card {
  switch (operation.op) {
    case 'create':
      return create(draft, operation);
    case 'link':
      return link(draft, operation.from, operation.to);
    case 'unlink':
      return unlink(draft, operation.from, operation.to);
    default: {
      const card = draft.mustGet(operation.id);
      const owner = 'owner' in operation ? operation.owner : undefined;
      return changeExisting(draft, card, operation, owner ?? draft.actor);
    }
  }
}

type OneExisting = Exclude<OneCard, { readonly op: 'create' | 'link' | 'unlink' }>;

function changeExisting(draft: Draft, card: Card, operation: OneExisting, by: string): Card {
  const { nowMs } = draft;
  switch (operation.op) {
    case 'renew':
      fenced(card, operation);
      return draft.step('renewed', by, renew(card, operation.ttlSeconds, nowMs));
    case 'release':
      fenced(card, operation);
      if (card.status === 'ready') return card;
      return draft.step('released', by, { ...withoutClaim(card), status: 'ready', statusReason: null });
    case 'complete': {
      const isSameAttempt = operation.attempt === undefined || operation.attempt === card.attempts;
      if (card.status === 'done' && isSameAttempt) return card;
      fenced(card, operation);
      const result = operation.result ?? null;
      return draft.step('completed', by, { ...withoutClaim(card), status: 'done', statusReason: null, result });
    }
    case 'fail':
      fenced(card, operation);
      return draft.step('failed', by, failed(card, operation.reason ?? null, operation.retryAfterSeconds, nowMs));
    case 'block': {
      const { reason } = operation;
      if (card.status === 'blocked' && (reason === undefined || reason === card.statusReason)) return card;
      return draft.step('blocked', by, { ...withoutClaim(card), status: 'blocked', statusReason: reason ?? null });
    }
    case 'unblock':
      if (card.status === 'ready') return card;
      if (card.status !== 'blocked') throw new Refused('CARD_NOT_BLOCKED');
      return draft.step('unblocked', by, { ...card, status: 'ready', statusReason: null });
    case 'update': {
      const { op: _op, id: _id, rev, ...fields } = operation;
      if (rev !== undefined && rev !== card.rev) throw new Refused('REVISION_CONFLICT');
      const after = withFields(card, fields);
      return isSame(card, after) ? card : draft.step('updated', by, after);
    }
  }
}

function create(draft: Draft, operation: Extract<BatchOperation, { readonly op: 'create' }>): Card {
  const { op: _op, ...fields } = operation;
  const key = fields.idempotencyKey ?? null;
  const earlier = key === null ? null : draft.withKey(key);
  if (earlier !== null) return earlier;
  if (draft.card(fields.id) !== null) throw new Refused('CARD_EXISTS');
  const card = fresh(fields, draft.nowMs);
  for (const to of card.dependsOn) {
    if (wouldCycle(draft, card.id, to)) throw new Refused('DEPENDENCY_CYCLE');
  }
  return draft.appear('created', card);
}

function link(draft: Draft, from: string, to: string): Card {
  const card = draft.mustGet(from);
  draft.mustGet(to);
  if (card.dependsOn.includes(to)) return card;
  if (wouldCycle(draft, from, to)) throw new Refused('DEPENDENCY_CYCLE');
  return draft.step('linked', draft.actor, { ...card, dependsOn: [...card.dependsOn, to] });
}

function unlink(draft: Draft, from: string, to: string): Card {
  const card = draft.mustGet(from);
  if (!card.dependsOn.includes(to)) {
    draft.mustGet(to);
    return card;
  }
  return draft.step('unlinked', draft.actor, { ...card, dependsOn: card.dependsOn.filter((id) => id !== to) });
}

/** Whoever claims first takes back what has expired, in the same step. */
function claimUpTo(draft: Draft, wanted: Omit<ClaimOptions, 'signal'>, count: number): readonly Card[] {
  const { nowMs } = draft;
  for (const card of inOrder(draft)) {
    const after = expire(card, nowMs);
    if (after !== null) draft.step('expired', draft.actor, after);
  }
  const suits = (card: Card): boolean =>
    isClaimable(draft, card, nowMs) &&
    (wanted.phase === undefined || [wanted.phase].flat().some((phase) => card.phase === phase)) &&
    (wanted.label === undefined || [wanted.label].flat().some((label) => card.labels.includes(label)));
  const named = wanted.id === undefined ? inOrder(draft) : [draft.mustGet(wanted.id)];
  const first = named.filter(suits).slice(0, count);
  return first.map((card) => draft.step('claimed', wanted.owner, claim(card, wanted.owner, wanted.ttlSeconds, nowMs)));
}

function reclaim(draft: Draft, id: string | undefined): readonly string[] {
  const { nowMs } = draft;
  const cards = id === undefined ? inOrder(draft).filter((card) => expire(card, nowMs)) : [draft.mustGet(id)];
  const claimed = cards.filter((card) => card.status === 'claimed');
  for (const card of claimed) draft.step('reclaimed', draft.actor, reclaimed(card, nowMs));
  return claimed.map((card) => card.id);
}

function archive(draft: Draft, olderThanSeconds: number): readonly string[] {
  const beforeMs = draft.nowMs - olderThanSeconds * 1000;
  const old = inOrder(draft).filter(
    (card) => card.status === 'done' && !draft.isArchived(card.id) && Date.parse(card.updatedAt) <= beforeMs,
  );
  for (const card of old) draft.shelve(card);
  return old.map((card) => card.id);
}

function batch(draft: Draft, operations: readonly BatchOperation[], dryRun: boolean): unknown {
  try {
    const results = operations.map((operation, index) => ({
      line: index + 1,
      op: operation.op,
      ...resultOf(decide(draft, operation), operation.op === 'reclaim'),
    }));
    return { dryRun, results };
  } catch (error) {
    if (error instanceof Refused) throw new Refused('BATCH_REFUSED');
    throw error;
  }
}

function resultOf(answer: unknown, areIds: boolean): { readonly card: unknown; readonly ids: unknown } {
  if (areIds) return { card: null, ids: answer };
  const id = typeof answer === 'object' && answer !== null && 'id' in answer ? answer.id : null;
  return { card: answer, ids: id === null ? [] : [id] };
}

function importAll(draft: Draft, cards: readonly ImportedCard[], update: boolean): unknown {
  const report = { created: [] as string[], updated: [] as string[], unchanged: [] as string[], dryRun: false };
  for (const given of cards) {
    const existing = draft.card(given.id);
    if (existing === null) {
      draft.appear('imported', fresh(given, draft.nowMs));
      report.created.push(given.id);
      continue;
    }
    const after = withFields(existing, { ...given });
    if (isSame(existing, after)) {
      report.unchanged.push(given.id);
      continue;
    }
    if (!update) throw new Refused('IMPORT_REFUSED');
    draft.step('imported', draft.actor, after);
    report.updated.push(given.id);
  }
  return report;
}

function inOrder(draft: Draft): readonly Card[] {
  return [...draft.cards()].sort(compareCards);
}
