/** What the doctor checks about the cards themselves: files, edges, keys. */
import { findCyclesIn } from '../../../card/cycle.ts';
import type { Finding, Progress } from '../../backlog.ts';
import { commandLine, isCardDamaged } from '../../sentences.ts';
import type { Transaction } from '../../transaction.ts';
import type { CardIndex } from '../card-index/card-index.ts';
import type { Summary } from '../card-index/summary.ts';
import type { FileStore } from '../file-store.ts';

const REPORT_EVERY = 500;

/** Reads every card, byte for byte against what is known of it. */
export function examineCards(
  store: FileStore,
  transaction: Transaction,
  summaries: readonly Summary[],
  onProgress: ((progress: Progress) => void) | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [done, known] of summaries.entries()) {
    if (done % REPORT_EVERY === 0) onProgress?.({ stage: 'reading cards', done, total: summaries.length });
    try {
      transaction.card(known.id);
    } catch (error) {
      if (!isCardDamaged(error)) throw error;
      findings.push({
        code: 'damaged-card',
        severity: 'error',
        subject: known.id,
        message: error.message.replace(' Nothing was changed.', ''),
        fixed: null,
        hint: `Mend the file by hand, or restore the card from the journal with: ${commandLine('doctor', '--fix')}`,
      });
    }
  }
  onProgress?.({ stage: 'reading cards', done: summaries.length, total: summaries.length });
  for (const card of transaction.expiredClaims()) {
    findings.push({
      code: 'expired-claim',
      severity: 'info',
      subject: card.id,
      message: `The claim of ${card.claimOwner ?? 'nobody'} on card ${card.id} has expired.`,
      fixed: null,
      hint: 'The next claim takes it back by itself.',
    });
  }
  if (!store.durable) findings.push(RELAXED);
  return findings;
}

export function examineEdges(index: CardIndex, summaries: readonly Summary[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const known of summaries) {
    for (const id of known.dependsOn) {
      if (index.get(id) !== null) continue;
      findings.push({
        code: 'dangling-dependency',
        severity: 'warning',
        subject: known.id,
        message: `Card ${known.id} depends on ${id}, which does not exist, so it waits.`,
        fixed: null,
        hint: `Create that card, or take the edge away with: ${commandLine('unlink', '--from', known.id, '--to', id)}`,
      });
    }
  }
  const ids = summaries.map((known) => known.id);
  for (const cycle of findCyclesIn(ids, (id) => index.get(id)?.dependsOn ?? [])) {
    findings.push({
      code: 'dependency-cycle',
      severity: 'error',
      subject: cycle[0] ?? null,
      message: `These cards wait for each other, so none of them can ever be claimed: ${cycle.join(' → ')}.`,
      fixed: null,
      hint: 'Take one of the edges away with: mosaic fleet backlog unlink --from A --to B',
    });
  }
  return findings;
}

/** Two cards with one idempotency key: only editing by hand can do that. */
export function examineKeys(summaries: readonly Summary[]): readonly Finding[] {
  const findings: Finding[] = [];
  const holders = new Map<string, string>();
  for (const { id, idempotencyKey } of summaries) {
    if (idempotencyKey === null) continue;
    const other = holders.get(idempotencyKey);
    if (other === undefined) {
      holders.set(idempotencyKey, id);
      continue;
    }
    findings.push({
      code: 'idempotency-key-twice',
      severity: 'error',
      subject: id,
      message: `Cards ${other} and ${id} have the same idempotencyKey, so a repeated create could return either.`,
      fixed: null,
      hint: 'Give one of them another key, in its file.',
    });
  }
  return findings;
}

const RELAXED: Finding = {
  code: 'durability-relaxed',
  severity: 'warning',
  subject: null,
  message: 'MOSAIC_DURABILITY is relaxed: what was acknowledged last can be lost in a power cut.',
  fixed: null,
  hint: 'Unset it where that matters.',
};
