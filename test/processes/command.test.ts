/** Many processes of the shipped command at once, with nothing between them but the files. */
import { expect, onTestFinished, test } from 'vitest';
import { line } from '../contract/given.ts';
import { newFileStore } from '../files/file-store.ts';
import { mosaic } from './program.ts';

const PROCESSES = 16;

test(
  'as many commands as there are cards claim at once, and each gets a card of its own',
  { timeout: 60_000 },
  async () => {
    const store = await newFileStore();
    onTestFinished(() => store.remove());
    const backlog = await store.open({ actor: 'test' });
    await backlog.import({ lines: Array.from({ length: PROCESSES }, (_, n) => line({ id: `card-${n}` })) });

    const claims = await Promise.all(
      Array.from({ length: PROCESSES }, (_, n) => mosaic(store.mosaicHome, 'claim', '--owner', `worker-${n}`)),
    );
    const { cards } = await backlog.list({ status: 'claimed' });
    expect(cards).toHaveLength(PROCESSES);
    for (const claim of claims) expect(cards).toContainEqual(claim);
    expect(new Set(cards.map((card) => card.claimOwner)).size).toBe(PROCESSES);
    expect(await mosaic(store.mosaicHome, 'claim', '--owner', 'late')).toBeNull();
    await backlog.close();
  },
);

test('of many commands that create the same card at once, one does', { timeout: 60_000 }, async () => {
  const store = await newFileStore();
  onTestFinished(() => store.remove());
  const answers = await Promise.allSettled(
    Array.from({ length: 8 }, (_, n) => mosaic(store.mosaicHome, 'create', '--id', 'A', '--title', `Title ${n}`)),
  );
  const made = answers.filter((answer) => answer.status === 'fulfilled');
  expect(made).toHaveLength(1);
  expect(await mosaic(store.mosaicHome, 'show', 'A')).toEqual(made[0]?.value);
});
