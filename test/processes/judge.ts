/** Reads a history as a sequential model would: was anything done twice, by the wrong one, or out of order? */
import type { Change } from '../../src/backlog/backlog.ts';

interface CardState {
  readonly attempts: number;
  readonly holder: string | null;
  readonly done: boolean;
  readonly rev: number;
}

export interface Verdict {
  /** Sentences about what cannot have happened; empty when all is well. */
  readonly wrong: readonly string[];
  /** For each card that was completed: by whom, at which attempt. */
  readonly completed: ReadonlyMap<string, { readonly by: string; readonly attempt: number }>;
  readonly takeovers: number;
}

/** Of a history that begins with the import of its cards and goes on with claims and completions alone. */
export function judge(history: readonly Change[]): Verdict {
  const cards = new Map<string, CardState>();
  const completed = new Map<string, { readonly by: string; readonly attempt: number }>();
  const wrong: string[] = [];
  let takeovers = 0;
  for (const [index, change] of history.entries()) {
    const before = cards.get(change.id);
    const problem = problemOf(change, before, (history[0]?.seq ?? 0) + index);
    if (problem !== null) wrong.push(`Change ${change.seq} (${change.kind} of ${change.id}): ${problem}.`);
    const attempts = (before?.attempts ?? 0) + (change.kind === 'claimed' ? 1 : 0);
    if (change.kind === 'expired') takeovers += 1;
    if (change.kind === 'completed') completed.set(change.id, { by: change.by ?? '', attempt: attempts });
    cards.set(change.id, {
      attempts,
      holder: change.kind === 'claimed' ? change.by : null,
      done: change.kind === 'completed',
      rev: change.rev,
    });
  }
  return { wrong, completed, takeovers };
}

function problemOf(change: Change, before: CardState | undefined, expectedSeq: number): string | null {
  if (change.seq !== expectedSeq) return `its number should be ${expectedSeq}`;
  if (change.rev !== (before?.rev ?? 0) + 1) return `its revision is ${change.rev} after ${before?.rev ?? 0}`;
  if (change.kind === 'imported') return before === undefined ? null : 'the card was there before';
  if (before === undefined) return 'the card was not there';
  if (before.done) return 'the card was done';
  switch (change.kind) {
    case 'claimed':
      return before.holder === null ? null : `${before.holder} held it when ${change.by} claimed it`;
    case 'expired':
      return before.holder === null ? 'nobody held it' : null;
    case 'completed':
      return before.holder === change.by ? null : `${before.holder} held it, and ${change.by} completed it`;
    default:
      return 'nobody had asked for that';
  }
}
