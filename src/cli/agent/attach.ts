/** `attach`: the terminal of an agent in one's own. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { openTerminal, requiredAgent } from './agent.ts';

export const command: RunnableCommand = defineCommand({
  options: { agent: requiredAgent() },
  details:
    'Everything that is typed goes to the agent, also Ctrl-C. Ctrl-b d leaves it, and the agent goes on. It works inside ' +
    'another tmux too; there Ctrl-b is typed twice. With --json the terminal is drawn on standard error.',
  examples: ['attach coder0'],
  run: (context, { agent }) => openTerminal(context, agent, 'type'),
});
