/** `watch`: the terminal of an agent to look at. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { openTerminal, requiredAgent } from './agent.ts';

export const command: RunnableCommand = defineCommand({
  options: { agent: requiredAgent() },
  details:
    'Shows the terminal as it changes. Nothing that is typed reaches the agent, and the size of its terminal stays as it ' +
    'is. Ctrl-b d leaves it. With --json the terminal is drawn on standard error.',
  examples: ['watch coder0'],
  run: (context, { agent }) => openTerminal(context, agent, 'look'),
});
