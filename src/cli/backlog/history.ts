/** `history`: what happened, to one card or to all. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { cardId, integer } from '../parse/values.ts';
import { changeTable } from '../print/changes.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    id: cardId('only this card'),
    since: integer('--since <seq>', 'only what came after this sequence number', { least: 0 }),
  },
  examples: ['history A4', 'history --since 120 --json'],
  async run({ backlog, output }, options) {
    const changes = await (await backlog()).history(options);
    if (changes.length === 0 && !output.asJson) return output.hint('Nothing has happened.');
    await output.answer(changes, (screen) => changeTable(changes, screen));
  },
});
