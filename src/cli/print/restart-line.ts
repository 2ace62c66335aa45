/** Whom a restart waits for, and from whom it has taken over. */
import type { RestartEvent } from '../../fleet/restart/restart-lock.ts';

const WHY = {
  dead: 'that process is dead',
  stale: 'it has made no progress for a minute',
  unreadable: 'its lock cannot be read',
  waited: 'it was waited for long enough; should it still be at work, it stops at its next step',
} as const;

export function restartWords(event: RestartEvent): string {
  const { owner } = event;
  const whom =
    owner === null ? 'another restart' : `the restart of process ${owner.pid}${hostWords(owner.process?.host)}`;
  return event.kind === 'waiting' ? `Waiting for ${whom}.` : `Taken over from ${whom}: ${WHY[event.why]}.`;
}

function hostWords(host: string | undefined): string {
  return host === undefined ? '' : ` on ${host}`;
}
