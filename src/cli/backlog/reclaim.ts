/** `reclaim`: takes claims back from workers that are gone. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { cardId } from '../parse/values.ts';
import { printable } from '../print/text/escape.ts';

export const command: RunnableCommand = defineCommand({
  options: { id: cardId('this card, whether its claim has expired or not') },
  details: 'Without an id: every expired claim. claim does the same on its own whenever it looks for a card.',
  examples: ['reclaim', 'reclaim A4'],
  async run({ backlog, output }, options) {
    const reclaimed = await (await backlog()).reclaim(options);
    await output.answer({ reclaimed }, () => {
      if (reclaimed.length > 0) return `Taken back: ${reclaimed.map(printable).join(', ')}\n`;
      return options.id === undefined ? 'No claim has expired.\n' : `Nobody holds ${printable(options.id)}.\n`;
    });
  },
});
