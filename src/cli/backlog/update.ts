/** `update`: changes what a card says, not where it stands. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { acceptance, clearable, integer, list, requiredCardId, text, time } from '../parse/values.ts';
import { usageError } from '../parse/usage.ts';
import { cardSentence } from '../print/card-sentence.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    id: requiredCardId(),
    title: text('--title <text>', 'what is to be done, in a line'),
    body: clearable(text('--body <text>', 'everything else a worker needs to know')),
    phase: clearable(text('--phase <name>', 'board lane or milestone', 'phase')),
    priority: integer('--priority <n>', 'higher is sooner'),
    labels: list('--labels <names>', 'all its labels: api,docs', 'label'),
    acceptance: acceptance(),
    maxAttempts: clearable(integer('--max-attempts <n>', 'blocked after that many attempts', { least: 1 })),
    notBefore: clearable(time('--not-before <time>', 'cannot be claimed before: ISO 8601, or 4h from now')),
    rev: integer('--rev <n>', 'only if the card is still at this revision', { least: 1 }),
  },
  details: 'An empty value takes a field away: --phase "". Dependencies are changed with link and unlink.',
  examples: ['update A4 --priority 10 --labels api,urgent', 'update A4 --title "Write the lexer first" --rev 3'],
  async run({ backlog, output }, fields) {
    const { id: _id, rev: _rev, ...changes } = fields;
    if (Object.keys(changes).length === 0) throw usageError('update is told no field to change.');
    const card = await (await backlog()).update(fields);
    await output.answer(card, (screen) => cardSentence(card, `is now at revision ${card.rev}`, screen));
  },
});
