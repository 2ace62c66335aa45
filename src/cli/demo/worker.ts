/** One worker of the demo, a process of its own: claims, works a little, renews, sometimes fails, until all is done. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backlog } from '../../backlog/backlog.ts';
import type { Card } from '../../card/card.ts';
import { MosaicError } from '../../errors.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { required } from '../parse/option.ts';
import { integer, text } from '../parse/values.ts';

/** Short, so that the takeover of a killed worker's card can be watched. */
const TTL_SECONDS = 2;
const STEP_MS = 110;

export const command: RunnableCommand = defineCommand({
  options: {
    owner: required(text('--owner <name>', 'the name of this worker')),
    stallAt: integer('--stall-at <n>', 'never finish the card that is the nth', { least: 1 }),
  },
  examples: ['__demo-worker --owner worker-1'],
  async run(context, { owner, stallAt }) {
    const backlog = await context.backlog();
    const signal = context.interrupts();
    for (let taken = 0; !signal.aborted;) {
      const card = await backlog.claim({ owner, ttlSeconds: TTL_SECONDS, waitSeconds: 1, signal });
      if (card === null) {
        if (await isDrained(backlog)) return;
        continue;
      }
      taken += 1;
      try {
        await work(backlog, card, owner, taken === stallAt);
      } catch (error) {
        // Taken over by another worker: the card is in good hands, and this one looks for the next.
        if (!(error instanceof MosaicError) || error.code !== 'CLAIM_LOST') throw error;
      }
    }
  },
});

async function work(backlog: Backlog, card: Card, owner: string, stalls: boolean): Promise<void> {
  const claim = { id: card.id, owner, attempt: card.attempts };
  for (let step = 0; step < 2 + (sumOf(card.id) % 3); step++) {
    await sleep(STEP_MS);
    await backlog.renew({ ...claim, ttlSeconds: TTL_SECONDS });
  }
  if (stalls) await sleep(60_000);
  await sleep(STEP_MS);
  if (card.attempts === 1 && sumOf(card.id) % 11 === 3) {
    await backlog.fail({ ...claim, reason: 'the tests failed the first time', retryAfterSeconds: 1 });
  } else await backlog.complete({ ...claim, result: { by: owner, attempt: card.attempts } });
}

async function isDrained(backlog: Backlog): Promise<boolean> {
  const { byStatus } = await backlog.stats();
  return byStatus.ready === 0 && byStatus.claimed === 0;
}

/** The same for the same card, so that every run of the demo tells a similar story. */
function sumOf(id: string): number {
  return Array.from(id).reduce((sum, character) => sum * 7 + (character.codePointAt(0) ?? 0), 0);
}
