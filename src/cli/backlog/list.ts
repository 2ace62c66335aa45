/** `list`: cards in the order of claiming, as a table or as a tree. */
import type { CardList } from '../../backlog/backlog.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { flag } from '../parse/option.ts';
import { integer, status, text } from '../parse/values.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    status: status('--status <status>', 'only ready, claimed, blocked or done ones'),
    phase: text('--phase <name>', 'only this phase', 'phase'),
    label: text('--label <name>', 'only with this label', 'label'),
    owner: text('--owner <name>', 'only those claimed by this owner', 'owner'),
    text: text('--text <words>', 'only those with these words in id, title or body'),
    readyOnly: flag('--ready-only', 'only those that could be claimed now'),
    limit: integer('--limit <n>', 'at most so many', { least: 1 }),
    archived: flag('--archived', 'archived ones too'),
    tree: flag('--tree', 'as a tree: under each card the ones it waits for'),
  },
  examples: ['list', 'list --ready-only --limit 10', 'list --phase M1 --tree', 'list --status blocked --json'],
  async run(context, { tree, ...filters }) {
    const { output } = context;
    const list = await (await context.backlog()).list(filters);
    await warnOfDamage(context, list);
    if (!output.asJson && list.cards.length === 0) {
      const isFiltered = Object.keys(filters).length > 0;
      await output.hint(isFiltered ? 'No card fits.' : NO_CARDS);
      return;
    }
    if (output.asJson) return output.answer(list.cards, () => '');
    if (tree === undefined) {
      const { cardTable } = await import('../print/card-table.ts');
      return output.write(cardTable(list.cards, output.screen, context.nowMs()));
    }
    const { cardTree } = await import('../print/card-tree.ts');
    const everything = await (await context.backlog()).list({ archived: true });
    const all = new Map(everything.cards.map((card) => [card.id, card]));
    await output.write(cardTree(list.cards, all, output.screen, context.nowMs()));
  },
});

const NO_CARDS = 'There are no cards yet. Make the first with: create A1 --title "What is to be done"';

/** They have no card to print, and must not be forgotten. */
async function warnOfDamage({ output }: Context, { damaged }: CardList): Promise<void> {
  for (const { id, file, reason } of damaged) {
    await output.warn({
      code: 'CARD_DAMAGED',
      message: `The file of card ${id} cannot be used: ${reason} (${file}).`,
    });
  }
}
