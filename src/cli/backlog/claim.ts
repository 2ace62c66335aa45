/** `claim`: takes the next card, or waits for one. */
import type { Backlog, ClaimOptions } from '../../backlog/backlog.ts';
import { DEFAULT_CLAIM_TTL_SECONDS, type Card } from '../../card/card.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { DONE, INTERRUPTED, NOTHING_CLAIMED } from '../exit-status.ts';
import { flag, required } from '../parse/option.ts';
import { cardId, duration, integer, optionalDuration, text } from '../parse/values.ts';
import { usageError } from '../parse/usage.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    owner: required(text('--owner <name>', 'who takes it', 'owner')),
    ttlSeconds: duration('--ttl <duration>', `presumed dead after that long (default: ${DEFAULT_CLAIM_TTL_SECONDS} s)`),
    id: cardId('this card and no other'),
    phase: text('--phase <name>', 'only from this phase', 'phase'),
    label: text('--label <name>', 'only with this label', 'label'),
    count: integer('--count <n>', 'up to so many cards in one step', { least: 1 }),
    waitSeconds: optionalDuration('--wait [duration]', 'wait for a card, for ever or that long'),
    exitCode: flag('--exit-code', 'exit with 3 when there was nothing to claim'),
  },
  details:
    'Takes the first card that can be claimed: highest priority, then oldest. Expired claims of others come back first. ' +
    'Prints the card, or null under --json when there is none. Keep its attempt: complete, fail, renew and release ' +
    'with --owner and --attempt are refused once somebody else holds the card.',
  examples: [
    'claim --owner coder0',
    'claim --owner coder0 --ttl 15m --wait 10m --exit-code --json',
    'claim A4 --owner coder0',
  ],
  async run(context, { count, exitCode, waitSeconds, ...options }) {
    if (count !== undefined && options.id !== undefined) {
      throw usageError('--count takes the next cards, whichever they are, and --id names one: give one of the two.');
    }
    const signal = waitSeconds === undefined ? null : context.interrupts();
    const request = { ...options, ...(signal === null || waitSeconds === undefined ? {} : { waitSeconds, signal }) };
    // Before anything is taken: what cannot be loaded must not cost a claim.
    const page = context.output.asJson ? null : await import('../print/claim-page.ts');
    const cards = await claimed(await context.backlog(), request, count);
    await context.output.answer(count === undefined ? (cards[0] ?? null) : cards, (screen) => {
      if (cards.length === 0) return 'There is nothing to claim now.\n';
      return cards.map((card) => page?.claimPage(card, screen, context.nowMs())).join('\n');
    });
    if (cards.length === 0) await context.output.hint(NOTHING_HINT);
    if (cards.length > 0) return DONE;
    if (signal?.aborted === true) return INTERRUPTED;
    return exitCode === undefined ? DONE : NOTHING_CLAIMED;
  },
});

const NOTHING_HINT = 'See what the ready cards wait for with: mosaic fleet backlog explain';

async function claimed(backlog: Backlog, request: ClaimOptions, count?: number): Promise<readonly Card[]> {
  if (count !== undefined) return backlog.claimMany({ ...request, count });
  const card = await backlog.claim(request);
  return card === null ? [] : [card];
}
