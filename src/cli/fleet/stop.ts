/** `stop`: brings down the fleet, or one agent. */
import { namesToStop, stopAgents } from '../../fleet/life/life.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { agentName } from '../parse/values.ts';
import { chosen, openFleet } from './open-fleet.ts';
import { reportSteps } from './report-steps.ts';

export const command: RunnableCommand = defineCommand({
  options: { name: agentName('only this agent') },
  details:
    'Every agent is told to stop, hands its card back, and is ended when it does not; then the tmux server is stopped, ' +
    'unless somebody has panes of their own on it. One that fails keeps no other from being stopped.',
  examples: ['stop', 'stop coder0'],
  async run(context, { name }) {
    const fleet = await openFleet(context, 'what-runs');
    const running = await namesToStop(fleet.life, fleet.roster.agents);
    const isAll = name === undefined;
    // Also one that runs and is not in the roster any more.
    const names = isAll ? running : running.includes(name) ? [name] : chosen(fleet, name).map((agent) => agent.name);
    return reportSteps(context, await stopAgents(fleet.life, names, { withServer: isAll }));
  },
});
