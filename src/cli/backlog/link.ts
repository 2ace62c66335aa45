/** `link`: one card depends on another. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { required } from '../parse/option.ts';
import { text } from '../parse/values.ts';
import { cardSentence } from '../print/card-sentence.ts';
import { printable } from '../print/text/escape.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    from: required(text('--from <id>', 'the card that waits', 'id')),
    to: required(text('--to <id>', 'the card that must be done first', 'id')),
  },
  details: 'Both cards must exist. Repeating it changes nothing, and a circle is refused.',
  examples: ['link --from A4 --to A1'],
  async run({ backlog, output }, edge) {
    const card = await (await backlog()).link(edge);
    await output.answer(card, (screen) => cardSentence(card, `depends on ${printable(edge.to)}`, screen));
  },
});
