/** Refuses what would pull the ground from under a fleet that runs. */
import { MosaicError } from '../../errors.ts';
import { known } from '../../fleet/life/agent-pane.ts';
import { TAGS } from '../../fleet/life/panes.ts';
import type { Tmux } from '../../host/tmux.ts';

/** @throws MosaicError FLEET_RUNNING; TMUX_UNKNOWN */
export async function assertNothingRuns(tmux: Tmux): Promise<void> {
  const answer = await tmux.panes(TAGS);
  if (answer.kind === 'no-server' || answer.kind === 'missing') return;
  known(answer);
  throw new MosaicError({
    code: 'FLEET_RUNNING',
    message: 'The tmux server of the fleet runs, and belongs to whoever started it. Nothing was changed.',
    hint: 'Bring the fleet down first, with: mosaic fleet stop',
  });
}
