/** The commands whose every system call goes wrong once, and the stores they find. */
import { openBacklog } from '../../src/backlog/open.ts';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { start } from '../processes/program.ts';

export interface Command {
  readonly name: string;
  readonly words: readonly string[];
  /** The card that it changes. */
  readonly id: string;
  readonly prepare: (home: string) => Promise<void>;
  /** Of the card, as it is shown: what it says before, and after. */
  readonly before: string;
  readonly after: string;
}

export const COMMANDS: readonly Command[] = [
  {
    name: 'claim',
    words: ['claim', '--owner', 'w'],
    id: 'A',
    prepare: async (home) => inStore(home, two),
    before: 'ready, attempts 0',
    after: 'claimed, attempts 1',
  },
  {
    name: 'complete',
    words: ['complete', 'A', '--owner', 'w'],
    id: 'A',
    prepare: async (home) =>
      inStore(home, async (backlog) => {
        await two(backlog);
        await backlog.claim({ owner: 'w' });
      }),
    before: 'claimed, attempts 1',
    after: 'done, attempts 1',
  },
  {
    name: 'create',
    words: ['create', 'N', '--title', 'New'],
    id: 'N',
    prepare: async (home) => inStore(home, two),
    before: 'missing',
    after: 'ready, attempts 0',
  },
  {
    name: 'the first create of a store, which makes its folders and its first checkpoint',
    words: ['create', 'N', '--title', 'New'],
    id: 'N',
    prepare: async () => undefined,
    before: 'missing',
    after: 'ready, attempts 0',
  },
  {
    name: 'claim after a kill, which recovers and makes a checkpoint',
    words: ['claim', 'A', '--owner', 'w'],
    id: 'A',
    prepare: async (home) => {
      await inStore(home, async (backlog) => {
        await two(backlog);
        await backlog.update({ id: 'B', title: 'Changed since the last checkpoint' });
      });
      const holder = start('holder.mjs', home, 'B');
      await holder.hasSaid('holding');
      holder.kill();
      await holder.ended;
    },
    before: 'ready, attempts 0',
    after: 'claimed, attempts 1',
  },
  {
    name: 'archive',
    words: ['archive', '--older-than', '0s'],
    id: 'A',
    prepare: async (home) =>
      inStore(home, async (backlog) => {
        await two(backlog);
        await backlog.complete({ id: 'A' });
      }),
    before: 'done, attempts 0',
    after: 'archived, attempts 0',
  },
];

async function two(backlog: Backlog): Promise<void> {
  await backlog.create({ id: 'A', title: 'Card A', priority: 1 });
  await backlog.create({ id: 'B', title: 'Card B' });
}

export async function inStore<T>(home: string, work: (backlog: Backlog) => Promise<T>): Promise<T> {
  const backlog = await openBacklog({ mosaicHome: home, actor: 'test' });
  try {
    return await work(backlog);
  } finally {
    await backlog.close();
  }
}
