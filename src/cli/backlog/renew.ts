/** `renew`: a worker that is alive keeps its claim. */
import { DEFAULT_CLAIM_TTL_SECONDS } from '../../card/card.ts';
import { claimEndMs } from '../../card/expiry.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { FENCE } from '../parse/fence.ts';
import { required } from '../parse/option.ts';
import { duration, requiredCardId } from '../parse/values.ts';
import { cardSentence } from '../print/card-sentence.ts';
import { printable } from '../print/text/escape.ts';
import { when } from '../print/text/time.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    id: requiredCardId(),
    owner: required(FENCE.owner),
    attempt: FENCE.attempt,
    ttlSeconds: duration('--ttl <duration>', `from now on (default: ${DEFAULT_CLAIM_TTL_SECONDS} s)`),
  },
  details: 'The claim then expires that long after now. It is refused with CLAIM_LOST when the claim is another’s.',
  examples: ['renew A4 --owner coder0', 'renew A4 --owner coder0 --attempt 1 --ttl 15m'],
  async run({ backlog, output, nowMs }, options) {
    const card = await (await backlog()).renew(options);
    await output.answer(card, (screen) => {
      const now = nowMs();
      const end = new Date(claimEndMs(card, now) ?? now).toISOString();
      return cardSentence(card, `stays with ${printable(options.owner)}; the claim expires ${when(end, now)}`, screen);
    });
  },
});
