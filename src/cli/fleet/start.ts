/** `start`: brings up the fleet, or one agent. */
import { startAgents } from '../../fleet/life/life.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { agentName } from '../parse/values.ts';
import { chosen, openFleet } from './open-fleet.ts';
import { reportSteps } from './report-steps.ts';

export const command: RunnableCommand = defineCommand({
  options: { name: agentName('only this agent') },
  details:
    'With the units of install-systemd the agents are started by systemd, which starts one again that dies, and starts ' +
    'them at login; without them in tmux alone. An agent that runs already is left as it is.',
  examples: ['start', 'start coder0'],
  async run(context, { name }) {
    const fleet = await openFleet(context);
    return reportSteps(context, await startAgents(fleet.life, chosen(fleet, name)));
  },
});
