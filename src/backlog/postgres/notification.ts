/** What the server tells those who wait: that something has changed, and whether it may have brought work. */
import type { ChangeKind } from '../../card/card.ts';

/** All who wait for changes listen here. */
export const CHANNEL = 'backlog_changed';

/** Said with a change after which a card may be claimed that could not be before. */
export const WORK = 'work';

/** Most changes are these, and a claimer who waits has nothing to gain from them. */
export const WITHOUT_WORK: readonly ChangeKind[] = ['claimed', 'renewed', 'blocked', 'linked', 'archived'];

export function notifyText(kinds: readonly ChangeKind[]): string {
  return kinds.every((kind) => WITHOUT_WORK.includes(kind)) ? `NOTIFY ${CHANNEL}` : `NOTIFY ${CHANNEL}, '${WORK}'`;
}
