/** `list`: the agents of the roster. */
import { readRoster } from '../../fleet/roster/roster-file.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { agentTable } from '../print/agent-table.ts';
import { rosterPlaceOf } from './place.ts';

export const command: RunnableCommand = defineCommand({
  options: {},
  examples: ['list', 'list --json'],
  async run(context) {
    const { agents } = readRoster(rosterPlaceOf(context));
    if (agents.length === 0 && !context.output.asJson) {
      await context.output.hint(
        'There are no agents yet. Add the first with: mosaic fleet add coder0 --runtime claude',
      );
      return;
    }
    await context.output.answer(agents, (screen) => agentTable(agents, screen));
  },
});
