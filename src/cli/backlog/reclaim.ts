/** `reclaim`: takes claims back from workers that are gone. */
import { mosaicHomeOf } from '../../backlog/open.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { flag } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { cardId } from '../parse/values.ts';
import { printable } from '../print/text/escape.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    id: cardId('this card, whether its claim has expired or not'),
    dead: flag('--dead', 'also claims that last, of workers on this machine whose process is proven dead'),
  },
  details: 'Without an id: every expired claim. claim does the same on its own whenever it looks for a card.',
  examples: ['reclaim', 'reclaim A4', 'reclaim --dead'],
  async run(context, { id, dead }) {
    const { backlog, output } = context;
    if (dead !== undefined && id !== undefined) throw usageError('--dead looks for the cards itself, and takes no id.');
    const expired = await (await backlog()).reclaim(id === undefined ? {} : { id });
    const reclaimed = dead === undefined ? expired : [...expired, ...(await fromTheDead(context))];
    await output.answer({ reclaimed }, () => {
      if (reclaimed.length > 0) return `Taken back: ${reclaimed.map(printable).join(', ')}\n`;
      if (id !== undefined) return `Nobody holds ${printable(id)}.\n`;
      return dead === undefined ? 'No claim has expired.\n' : 'No claim has expired, and no worker is proven dead.\n';
    });
  },
});

/** Heartbeats are read only here: whoever reclaims what has expired does not pay for them. */
async function fromTheDead(context: Context): Promise<readonly string[]> {
  const [{ reclaimFromTheDead }, { heartbeatFolder }, { currentIdentity }] = await Promise.all([
    import('../../fleet/heartbeat/dead-claims.ts'),
    import('../../fleet/heartbeat/heartbeat-file.ts'),
    import('../../host/process-identity.ts'),
  ]);
  const folder = heartbeatFolder(mosaicHomeOf(context.mosaicHome));
  const reclaimed = await reclaimFromTheDead(await context.backlog(), folder, currentIdentity());
  return reclaimed.map(({ id }) => id);
}
