/** `unblock`: a parked card goes back to the others. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { requiredCardId } from '../parse/values.ts';
import { cardSentence } from '../print/card-sentence.ts';

export const command: RunnableCommand = defineCommand({
  options: { id: requiredCardId() },
  examples: ['unblock A4'],
  async run({ backlog, output }, options) {
    const card = await (await backlog()).unblock(options);
    await output.answer(card, (screen) => cardSentence(card, `is ${card.status}`, screen));
  },
});
