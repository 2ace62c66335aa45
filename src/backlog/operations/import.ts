/** Import: many cards in one step, all of them or none, with every bad line named. */
import type { Card, Json } from '../../card/card.ts';
import { findCyclesIn } from '../../card/cycle.ts';
import { sameJson } from '../../card/same-json.ts';
import { toTimestamp } from '../../card/time.ts';
import { MosaicError } from '../../errors.ts';
import type { ImportReport, Progress } from '../backlog.ts';
import { parseCardText } from '../card-schema.ts';
import { isCardDamaged } from '../sentences.ts';
import type { Transaction } from '../transaction.ts';
import { putCard } from './put-card.ts';
import { listProblems, type NumberedLine } from './lines.ts';

export interface ImportTerms {
  readonly update: boolean;
  readonly dryRun: boolean;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

const REPORT_EVERY = 500;

interface ImportedLine {
  readonly line: number;
  readonly card: Card;
  /** The fields the line itself names; the others are defaults and do not speak against an existing card. */
  readonly given: ReadonlySet<string>;
}

type Verdict = 'created' | 'updated' | 'unchanged';

const CLAIM_FIELDS: readonly string[] = ['claimOwner', 'claimTtlSeconds', 'claimedAt'];

/** @throws MosaicError IMPORT_REFUSED, naming every bad line; then nothing was put */
export function importCards(
  transaction: Transaction,
  lines: readonly NumberedLine[],
  terms: ImportTerms,
): ImportReport {
  const problems: string[] = [];
  const imported = parseAll(lines, transaction.nowMs, problems);
  const sorted: Record<Verdict, string[]> = { created: [], updated: [], unchanged: [] };
  for (const [done, entry] of imported.entries()) {
    if (done % REPORT_EVERY === 0) terms.onProgress?.({ stage: 'importing', done, total: imported.length });
    const verdict = importOne(transaction, entry, terms, problems);
    if (verdict !== null) sorted[verdict].push(entry.card.id);
  }
  terms.onProgress?.({ stage: 'importing', done: imported.length, total: imported.length });
  const changed = [...sorted.created, ...sorted.updated];
  for (const cycle of findCyclesIn(changed, (id) => transaction.dependsOn(id))) {
    const line = imported.find((entry) => cycle.includes(entry.card.id))?.line;
    problems.push(`Line ${line}: its dependencies close a cycle: ${cycle.join(' → ')}.`);
  }
  if (problems.length > 0) throw importRefused(problems);
  return { ...sorted, dryRun: terms.dryRun };
}

function parseAll(lines: readonly NumberedLine[], nowMs: number, problems: string[]): readonly ImportedLine[] {
  const imported: ImportedLine[] = [];
  const lineOfId = new Map<string, number>();
  const lineOfKey = new Map<string, number>();
  for (const { line, text } of lines) {
    const parsed = parseCardText(text, nowMs);
    if (parsed.kind === 'bad') {
      problems.push(`Line ${line}: ${parsed.reason}.`);
      continue;
    }
    const { card } = parsed;
    const earlier = lineOfId.get(card.id);
    const sameKey = card.idempotencyKey === null ? undefined : lineOfKey.get(card.idempotencyKey);
    if (earlier !== undefined) {
      problems.push(`Line ${line}: card ${card.id} stands on line ${earlier} already.`);
    } else if (sameKey !== undefined) {
      problems.push(`Line ${line}: its idempotencyKey ${card.idempotencyKey} stands on line ${sameKey} already.`);
    } else {
      imported.push({ line, card, given: new Set(parsed.given) });
    }
    lineOfId.set(card.id, line);
    if (card.idempotencyKey !== null) lineOfKey.set(card.idempotencyKey, line);
  }
  return imported;
}

function importOne(
  transaction: Transaction,
  { line, card, given }: ImportedLine,
  terms: ImportTerms,
  problems: string[],
): Verdict | null {
  const existing = existingCard(transaction, card.id);
  if (typeof existing === 'string') {
    problems.push(`Line ${line}: ${existing}`);
    return null;
  }
  const holder = card.idempotencyKey === null ? null : transaction.idOfIdempotencyKey(card.idempotencyKey);
  if (holder !== null && holder !== card.id) {
    problems.push(`Line ${line}: its idempotencyKey ${card.idempotencyKey} belongs to card ${holder} already.`);
    return null;
  }
  if (existing === null) {
    putCard(transaction, card, { kind: 'imported', by: null, reason: null });
    return 'created';
  }
  const different = differingField(existing, card, given);
  if (different === null) return 'unchanged';
  if (!terms.update) {
    problems.push(
      `Line ${line}: there is already a card ${card.id} with another ${different}. ` +
        'Import with --update to replace it.',
    );
    return null;
  }
  putCard(transaction, replaced(existing, card, given, transaction.nowMs), {
    kind: 'imported',
    by: null,
    reason: null,
  });
  return 'updated';
}

function existingCard(transaction: Transaction, id: string): Card | string | null {
  try {
    return transaction.card(id);
  } catch (error) {
    if (isCardDamaged(error)) return error.message;
    throw error;
  }
}

/** They follow from the other fields, and from when somebody changed them. */
const FOLLOWING_FIELDS: readonly string[] = ['rev', 'updatedAt'];

/** The first field that the line names and that says something else. */
function differingField(existing: Card, card: Card, given: ReadonlySet<string>): string | null {
  for (const name of given) {
    if (FOLLOWING_FIELDS.includes(name)) continue;
    if (!sameJson(existing[name] ?? null, card[name] ?? null)) return name;
  }
  return null;
}

function replaced(existing: Card, card: Card, given: ReadonlySet<string>, nowMs: number): Card {
  const fields: Record<string, Json> = {};
  for (const name of given) {
    if (!CLAIM_FIELDS.includes(name)) fields[name] = card[name] ?? null;
  }
  // Status and claim contradict each other unless they come from the same side.
  if (given.has('status')) for (const name of CLAIM_FIELDS) fields[name] = card[name] ?? null;
  return { ...existing, ...fields, rev: Math.max(existing.rev, card.rev) + 1, updatedAt: toTimestamp(nowMs) };
}

function importRefused(problems: readonly string[]): MosaicError {
  return new MosaicError({
    code: 'IMPORT_REFUSED',
    message:
      `The import was refused because of ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}; ` +
      `nothing was changed.\n${listProblems(problems)}`,
    hint: 'Mend these lines and import the whole file again: cards that are there already are left as they are.',
  });
}
