/** `archive`: done cards that nobody looks at any more leave the working set. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { duration } from '../parse/values.ts';
import { printable } from '../print/text/escape.ts';

export const command: RunnableCommand = defineCommand({
  options: { olderThanSeconds: duration('--older-than <duration>', 'only those done for at least that long') },
  details: 'Archived cards still count as done for the cards that depend on them, and show still shows them.',
  examples: ['archive --older-than 30d', 'archive'],
  async run({ backlog, output }, options) {
    const archived = await (await backlog()).archive(options);
    await output.answer({ archived }, () =>
      archived.length === 0
        ? 'There was nothing to archive.\n'
        : `Archived ${archived.length} ${archived.length === 1 ? 'card' : 'cards'}: ${archived.map(printable).join(', ')}\n`,
    );
  },
});
