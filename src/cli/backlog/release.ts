/** `release`: a worker gives a card back untouched. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { FENCE, FENCE_DETAILS } from '../parse/fence.ts';
import { requiredCardId } from '../parse/values.ts';
import { cardSentence } from '../print/card-sentence.ts';

export const command: RunnableCommand = defineCommand({
  options: { id: requiredCardId(), ...FENCE },
  details: FENCE_DETAILS,
  examples: ['release A4 --owner coder0 --attempt 1', 'release A4'],
  async run({ backlog, output }, options) {
    const card = await (await backlog()).release(options);
    await output.answer(card, (screen) => cardSentence(card, `is ${card.status}`, screen));
  },
});
