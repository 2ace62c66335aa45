/** `show`: one card as a page. */
import type { Backlog } from '../../backlog/backlog.ts';
import { MosaicError } from '../../errors.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { requiredCardId } from '../parse/values.ts';
import type { Dependency } from '../print/card-page.ts';

export const command: RunnableCommand = defineCommand({
  options: { id: requiredCardId() },
  examples: ['show A4', 'show A4 --json'],
  async run(context, { id }) {
    const { output } = context;
    const backlog = await context.backlog();
    const card = await backlog.get({ id });
    if (output.asJson) return output.answer(card, () => '');
    const dependencies = await Promise.all(card.dependsOn.map((one) => dependencyOf(backlog, one)));
    const [explanation] = card.status === 'ready' ? await backlog.explain({ id }) : [];
    const page = { card, dependencies, claimable: explanation?.claimable ?? false };
    const { cardPage } = await import('../print/card-page.ts');
    await output.write(cardPage(page, output.screen, context.nowMs()));
  },
});

/** A dependency that cannot be read is a fact about this card, not a failure of the command. */
async function dependencyOf(backlog: Backlog, id: string): Promise<Dependency> {
  try {
    const { title, status } = await backlog.get({ id });
    return { id, title, status };
  } catch (error) {
    if (!(error instanceof MosaicError)) throw error;
    if (error.code === 'CARD_NOT_FOUND') return { id, title: null, status: 'missing' };
    if (error.code === 'CARD_DAMAGED') return { id, title: null, status: 'damaged' };
    throw error;
  }
}
