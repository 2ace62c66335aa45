/** `__keep`: what systemd keeps for an agent; starts it on the tmux server, watches it, and ends as it ends. */
import { MosaicError } from '../../errors.ts';
import { workingFolderOf } from '../../fleet/life/by-tmux.ts';
import { keep } from '../../fleet/life/keeper.ts';
import { tmuxOf } from '../../fleet/life/panes.ts';
import { FORCED_STATUS } from '../../fleet/life/units.ts';
import { agentIn, readRoster, rosterFileOf } from '../../fleet/roster/roster-file.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { DONE, type ExitStatus, FAILED, STOPPED_BY_FORCE, WRONG_USAGE } from '../exit-status.ts';
import { launchOf } from '../fleet/open-fleet.ts';
import { required } from '../parse/option.ts';
import { agentName } from '../parse/values.ts';
import { rosterPlaceOf } from '../roster/place.ts';

export const command: RunnableCommand = defineCommand({
  options: { name: required(agentName('which agent')) },
  examples: ['__keep coder0'],
  async run(context, { name }) {
    const place = rosterPlaceOf(context);
    try {
      const status = await keep({
        ...{
          name,
          launch: launchOf(context),
          tmux: tmuxOf(place.mosaicHome, context.env),
          signal: context.interrupts(),
        },
        folder: () => workingFolderOf(agentIn(readRoster(place), rosterFileOf(place), name)),
      });
      return statusOf(status);
    } catch (error) {
      if (!(error instanceof MosaicError) || !CANNOT_BE_STARTED.has(error.code)) throw error;
      await context.output.aside(`${error.message}\n`);
      return WRONG_USAGE;
    }
  },
});

/** To try again would not help; see the unit of the agents. */
const CANNOT_BE_STARTED: ReadonlySet<string> = new Set(['AGENT_NOT_FOUND', 'ROSTER_INVALID', 'ROSTER_NOT_FOUND']);

function statusOf(status: number): ExitStatus {
  if (status === 0) return DONE;
  if (status === FORCED_STATUS) return STOPPED_BY_FORCE;
  return status === WRONG_USAGE ? WRONG_USAGE : FAILED;
}
