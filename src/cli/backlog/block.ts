/** `block`: nobody is to work on this card for now. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { requiredCardId, text } from '../parse/values.ts';
import { cardSentence } from '../print/card-sentence.ts';
import { printable } from '../print/text/escape.ts';

export const command: RunnableCommand = defineCommand({
  options: { id: requiredCardId(), reason: text('--reason <text>', 'what it waits for') },
  details: 'A claim on the card ends with it. unblock makes it ready again.',
  examples: ['block A4 --reason "waiting for the new API"'],
  async run({ backlog, output }, options) {
    const card = await (await backlog()).block(options);
    const reason = card.statusReason === null ? '' : `: ${printable(card.statusReason)}`;
    await output.answer(card, (screen) => cardSentence(card, `is blocked${reason}`, screen));
  },
});
