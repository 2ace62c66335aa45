/** `fail`: an attempt did not work out. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { FENCE, FENCE_DETAILS } from '../parse/fence.ts';
import { duration, requiredCardId, text } from '../parse/values.ts';
import { cardSentence } from '../print/card-sentence.ts';
import { printable } from '../print/text/escape.ts';
import { when } from '../print/text/time.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    id: requiredCardId(),
    ...FENCE,
    reason: text('--reason <text>', 'what went wrong'),
    retryAfterSeconds: duration('--retry-after <duration>', 'cannot be claimed again before that'),
  },
  details: `The card is ready again, or blocked when its attempts are used up. ${FENCE_DETAILS}`,
  examples: ['fail A4 --owner coder0 --attempt 1 --reason "tests fail on ARM" --retry-after 15m'],
  async run({ backlog, output, nowMs }, options) {
    const card = await (await backlog()).fail(options);
    await output.answer(card, (screen) => {
      if (card.status === 'blocked') {
        return cardSentence(card, `is blocked: ${printable(card.statusReason ?? 'its attempts are used up')}`, screen);
      }
      const again = card.notBefore === null ? '' : ` and can be claimed ${when(card.notBefore, nowMs())}`;
      return cardSentence(card, `is ${card.status} again${again}`, screen);
    });
  },
});
