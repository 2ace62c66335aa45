/** Finds in a history the cards that came back from a worker that was gone, and who finished them. */
import type { Change } from '../../backlog/backlog.ts';
import { span } from '../print/text/time.ts';

export interface Takeover {
  readonly id: string;
  readonly lostBy: string;
  readonly takenBy: string;
  /** From the last sign of life to the next claim. */
  readonly gapMs: number;
  readonly finishedBy: string | null;
}

export function takeoversIn(history: readonly Change[]): readonly Takeover[] {
  const expired = history.filter(({ kind }) => kind === 'expired' || kind === 'reclaimed');
  return expired.flatMap(({ id, seq }) => {
    const before = history.findLast((one) => one.id === id && one.seq < seq && isLife(one));
    const after = history.find((one) => one.id === id && one.seq > seq && one.kind === 'claimed');
    if (before?.by === undefined || before.by === null || after?.by === undefined || after.by === null) return [];
    const finished = history.find((one) => one.id === id && one.seq > after.seq && one.kind === 'completed');
    const gapMs = Date.parse(after.at) - Date.parse(before.at);
    return [{ id, lostBy: before.by, takenBy: after.by, gapMs, finishedBy: finished?.by ?? null }];
  });
}

export function takeoverSentence({ id, lostBy, takenBy, gapMs, finishedBy }: Takeover): string {
  const end =
    finishedBy === null ? '' : finishedBy === takenBy ? ' and finished it' : `, and ${finishedBy} finished it`;
  return (
    `${lostBy} was killed in the middle of ${id}. ${span(gapMs)} after its last sign of life the claim had expired, ` +
    `and ${takenBy} took the card over${end}. No daemon watched over that: it is part of every claim.`
  );
}

function isLife({ kind }: Change): boolean {
  return kind === 'claimed' || kind === 'renewed';
}
