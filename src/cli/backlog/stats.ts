/** `stats`: how the work stands. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { statsPage } from '../print/stats-page.ts';

export const command: RunnableCommand = defineCommand({
  options: {},
  examples: ['stats', 'stats --json'],
  async run({ backlog, output }) {
    const stats = await (await backlog()).stats();
    await output.answer(stats, (screen) => statsPage(stats, screen));
  },
});
