/** Whether a card is one of those asked for. Pure. */
import type { Card, CardStatus } from './card.ts';

/** What a claimer may ask for. */
export interface WorkFilter {
  readonly phase?: string;
  readonly label?: string;
}

/** The same, where any of several will do. */
export interface WorkChoice {
  readonly phase?: string | readonly string[];
  readonly label?: string | readonly string[];
}

/** One filter for each way to be wanted; of an empty list nothing is. */
export function waysOf({ phase, label }: WorkChoice): readonly WorkFilter[] {
  if (phase === undefined && label === undefined) return ANY_WORK;
  return choices(phase).flatMap((onePhase) =>
    choices(label).map((oneLabel) => ({
      ...(onePhase === undefined ? {} : { phase: onePhase }),
      ...(oneLabel === undefined ? {} : { label: oneLabel }),
    })),
  );
}

const ANY_WORK: readonly WorkFilter[] = [{}];

function choices(wanted: string | readonly string[] | undefined): readonly (string | undefined)[] {
  return typeof wanted === 'object' ? wanted : [wanted];
}

export interface CardFilter extends WorkFilter {
  readonly status?: CardStatus;
  readonly owner?: string;
  /** Words that must all stand in id, title or body, in any case. */
  readonly text?: string;
}

export function isWork(card: Card, filter: WorkFilter): boolean {
  if (filter.phase !== undefined && card.phase !== filter.phase) return false;
  return filter.label === undefined || card.labels.includes(filter.label);
}

export function isMatch(card: Card, filter: CardFilter): boolean {
  if (!isWork(card, filter)) return false;
  if (filter.status !== undefined && card.status !== filter.status) return false;
  if (filter.owner !== undefined && card.claimOwner !== filter.owner) return false;
  if (filter.text === undefined) return true;
  const text = `${card.id}\n${card.title}\n${card.body ?? ''}`.toLowerCase();
  return filter.text
    .toLowerCase()
    .split(/\s/)
    .every((word) => text.includes(word));
}
