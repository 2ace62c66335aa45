// Ours, through the library as it is shipped. MOSAIC_DURABILITY says how durable.
import { openBacklog } from '../../../dist/index.js';

export async function open(mosaicHome) {
  return workerOn(await openBacklog({ mosaicHome }));
}

export function workerOn(backlog) {
  return {
    async claimAndComplete(owner) {
      const card = await backlog.claim({ owner });
      if (card === null) throw new Error('There was no card left to claim.');
      await backlog.complete({ id: card.id, owner, attempt: card.attempts });
    },
    close: () => backlog.close(),
  };
}
