/** `explain`: what stands between a card and its being claimed. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { cardId } from '../parse/values.ts';
import { explanationPage } from '../print/explanation.ts';

export const command: RunnableCommand = defineCommand({
  options: { id: cardId('this card; every ready one when left out') },
  examples: ['explain A4', 'explain'],
  async run({ backlog, output, nowMs }, options) {
    const explanations = await (await backlog()).explain(options);
    await output.answer(explanations, (screen) => explanationPage(explanations, screen, nowMs()));
  },
});
