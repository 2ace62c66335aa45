/** Counts and health reports, taken while others are at work. */
import { CARD_STATUSES } from '../../../src/card/card.ts';
import { isReport, isStats } from './answer.ts';
import type { Range, Timeline } from './timeline.ts';

/** Cards may change while they are counted, one by one: each count lies between what never and what ever was so. */
export function checkCounts(
  value: unknown,
  timeline: Timeline,
  { first, last }: Range,
  wrong: (what: string) => void,
): void {
  if (!isStats(value)) return wrong('is answered with something else');
  const { byStatus, damaged } = value;
  if (damaged > 0) wrong(`counts ${damaged} damaged cards`);
  for (const status of CARD_STATUSES) {
    let [least, most] = [0, 0];
    for (const id of timeline.ids()) {
      let [always, ever] = [true, false];
      for (let index = timeline.versionAt(id, first); index <= timeline.versionAt(id, last); index += 1) {
        const version = timeline.versions(id)[index];
        const counts = version?.card?.status === status && !version.archived;
        always &&= counts;
        ever ||= counts;
      }
      if (always) least += 1;
      if (ever) most += 1;
    }
    const count = byStatus[status];
    if (count < least || count > most) wrong(`counts ${count} ${status} cards, and there were ${least} to ${most}`);
  }
}

export function checkHealth(value: unknown, wrong: (what: string, id: string | null) => void): void {
  if (!isReport(value)) return wrong('is answered with something else', null);
  const { findings } = value;
  for (const { severity, code, subject, message } of findings) {
    if (severity !== 'info') wrong(`finds ${code} (${severity}): ${message}`, subject);
  }
}
