/** `watch`: changes as they happen, a line each, until it is stopped. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { jsonLine } from '../output/output.ts';
import { integer } from '../parse/values.ts';
import { changeLine } from '../print/changes.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    since: integer('--since <seq>', 'begin after this sequence number (default: from now on)', { least: 0 }),
  },
  details:
    'Under --json one JSON object a line. Remember the last seq: --since goes on there, without gaps or repeats.',
  examples: ['watch', 'watch --since 120 --json'],
  async run({ backlog, output, interrupts }, options) {
    for await (const change of (await backlog()).watch({ ...options, signal: interrupts() })) {
      await output.write(output.asJson ? jsonLine(change) : changeLine(change, output.screen));
    }
  },
});
