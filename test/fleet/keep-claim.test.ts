/** Keeping a claim for long, in process. */
import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { openBacklog } from '../../src/backlog/open.ts';
import { untilLost } from '../../src/fleet/work/keep-claim.ts';
import { newFolder } from '../cli/mosaic.ts';

it('a claim that is renewed for hours leaves nothing behind that waits for its end', async () => {
  const backlog = await openBacklog({ mosaicHome: newFolder() });
  await backlog.create({ id: 'A', title: 'A' });
  const card = await backlog.claim({ owner: 'w', ttlSeconds: 3600 });
  if (card === null) throw new Error('There is a card.');
  const over = new AbortController();
  // At every look a third of the hour has passed since the last renewal, so that the next one is due.
  const readingsMs = [0];
  let nowMs = 1_200_000;
  const waiting: number[] = [];
  const around = {
    backlog,
    monotonicMs: () => readingsMs.shift() ?? nowMs,
    lasts: () => {
      nowMs += 1_200_000;
      waiting.push(getEventListeners(over.signal, 'abort').length);
      if (waiting.length === 30) over.abort();
    },
  };
  void untilLost({ card, owner: 'w', ttlSeconds: 3600 }, around, over.signal);
  await new Promise((resolve) => over.signal.addEventListener('abort', resolve));
  expect(waiting.at(-1)).toBe(waiting[0]);
  await backlog.close();
});
