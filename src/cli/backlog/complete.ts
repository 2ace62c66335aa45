/** `complete`: the work on a card is done. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { FENCE, FENCE_DETAILS } from '../parse/fence.ts';
import { json, requiredCardId } from '../parse/values.ts';
import { cardSentence } from '../print/card-sentence.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    id: requiredCardId(),
    ...FENCE,
    result: json('--result <json>', 'what came of it, kept with the card'),
  },
  details: `${FENCE_DETAILS} Completing a done card again changes nothing.`,
  examples: ['complete A4 --owner coder0 --attempt 1', `complete A4 --owner coder0 --result '{"commit":"1f2e3d"}'`],
  async run({ backlog, output }, options) {
    const card = await (await backlog()).complete(options);
    await output.answer(card, (screen) => cardSentence(card, 'is done', screen));
  },
});
