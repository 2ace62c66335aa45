/** `edit`: a card in your editor; what you change there is applied as one step. */
import type { Card } from '../../card/card.ts';
import { MosaicError } from '../../errors.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { changesOf } from '../input/card-changes.ts';
import { editorOf, editText, type EditedText } from '../input/editor.ts';
import { requiredCardId } from '../parse/values.ts';
import { cardSentence } from '../print/card-sentence.ts';

export const command: RunnableCommand = defineCommand({
  options: { id: requiredCardId() },
  details:
    'Opens the card as JSON in VISUAL or EDITOR. Title, body, phase, priority, labels, acceptance, maxAttempts, notBefore ' +
    'and dependsOn can be changed. If the card has changed meanwhile nothing is applied, and your text is kept.',
  examples: ['edit A4', 'edit --id A4 --json'],
  async run(context, { id }) {
    const { output } = context;
    const editor = editorOf(context.env);
    const backlog = await context.backlog();
    const before = await backlog.get({ id });
    const edited = await editText({
      editor,
      text: `${JSON.stringify(before, null, 2)}\n`,
      fileName: 'card.json',
      drawsOn: output.asJson ? 'stderr' : 'stdout',
    });
    const card = await applied(context, before, edited);
    await edited.remove();
    await output.answer(card, (screen) => {
      const words = card.rev === before.rev ? 'is unchanged' : `is now at revision ${card.rev}`;
      return cardSentence(card, words, screen);
    });
  },
});

async function applied(context: Context, before: Card, edited: EditedText): Promise<Card> {
  const backlog = await context.backlog();
  const changes = changesOf(before, edited.text);
  if (changes.kind === 'unchanged') return before;
  if (changes.kind === 'refused') {
    throw new MosaicError({
      code: 'INVALID_INPUT',
      message: `${changes.reason}. Nothing was changed.`,
      hint: `Your text is kept in ${edited.file}`,
    });
  }
  try {
    await backlog.batch({ lines: changes.lines });
  } catch (error) {
    throw keepingText(error, edited.file);
  }
  return backlog.get({ id: before.id });
}

/** Whatever went wrong: what somebody wrote is not thrown away. */
function keepingText(error: unknown, file: string): unknown {
  if (!(error instanceof MosaicError)) return error;
  const hint = `Your text is kept in ${file}${error.hint === null ? '' : `. ${error.hint}`}`;
  return new MosaicError({ code: error.code, message: error.message, hint, cause: error });
}
