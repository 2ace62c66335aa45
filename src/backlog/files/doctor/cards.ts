/** What the doctor checks about the cards themselves: files and keys. */
import type { Finding, Progress } from '../../backlog.ts';
import { damagedCard, expiredClaim, relaxedDurability } from '../../operations/findings.ts';
import { commandLine, isCardDamaged } from '../../sentences.ts';
import type { Transaction } from '../../transaction.ts';
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
      const hint = `Mend the file by hand, or restore the card from the journal with: ${commandLine('doctor', '--fix')}`;
      findings.push(damagedCard(known.id, error, hint));
    }
  }
  onProgress?.({ stage: 'reading cards', done: summaries.length, total: summaries.length });
  findings.push(...transaction.expiredClaims().map(expiredClaim));
  if (!store.durable) findings.push(RELAXED);
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

const RELAXED = relaxedDurability('MOSAIC_DURABILITY is relaxed', 'Unset it where that matters.');
