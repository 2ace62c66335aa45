/**
 * The connection is cut at every moment of an operation: before each of its messages, amid it, and before and amid each
 * answer. Whatever the moment, it is done once and its caller is told so.
 */
import { expect, onTestFinished, test } from 'vitest';
import type { Backlog, Change } from '../../../src/backlog/backlog.ts';
import { openBacklog } from '../../../src/backlog/open.ts';
import { given } from '../../contract/given.ts';
import { newPostgresStore } from '../postgres-store.ts';
import { type Accident, type Proxy, startProxy } from './proxy.ts';

const isDeep = process.env['MOSAIC_CUTS'] === 'deep';

/** What is asked for over the connection that is cut, and what must be told of its card in the end. */
interface Deed {
  readonly prepare: (other: Backlog, id: string) => Promise<void>;
  readonly run: (backlog: Backlog, id: string) => Promise<unknown>;
  readonly answer: (id: string) => object;
  readonly history: readonly string[];
}

const claimed = { claimOwner: 'w', attempts: 1, status: 'claimed' } as const;

const DEEDS: Readonly<Record<string, Deed>> = {
  'a claim': {
    prepare: (other, id) => given(other, { id, phase: id }),
    run: (backlog, id) => backlog.claim({ owner: 'w', phase: id }),
    answer: (id) => ({ id, ...claimed, rev: 2 }),
    history: ['imported', 'claimed by w'],
  },
  'a takeover': {
    prepare: (other, id) =>
      given(other, {
        ...{ id, status: 'claimed', claimOwner: 'ghost', claimTtlSeconds: 1, attempts: 1 },
        claimedAt: '2026-01-01T00:00:00.000Z',
      }),
    run: (backlog, id) => backlog.claim({ owner: 'w', id }),
    answer: (id) => ({ id, ...claimed, attempts: 2, rev: 3 }),
    history: ['imported', 'expired', 'claimed by w'],
  },
  'the completion of a claim': {
    async prepare(other, id) {
      await given(other, { id });
      await other.claim({ owner: 'w', id });
    },
    run: (backlog, id) => backlog.complete({ id, owner: 'w', attempt: 1, result: { text: id } }),
    answer: (id) => ({ id, status: 'done', attempts: 1, rev: 3, result: { text: id } }),
    history: ['imported', 'claimed by w', 'completed by w'],
  },
  'a failure that counts': {
    async prepare(other, id) {
      await given(other, { id, maxAttempts: 3 });
      await other.claim({ owner: 'w', id });
    },
    run: (backlog, id) => backlog.fail({ id, owner: 'w', attempt: 1, reason: 'No.' }),
    answer: (id) => ({ id, status: 'ready', attempts: 1, rev: 3 }),
    history: ['imported', 'claimed by w', 'failed by w'],
  },
  'the making of a card': {
    prepare: () => Promise.resolve(),
    run: (backlog, id) => backlog.create({ id, title: 'Card' }),
    answer: (id) => ({ id, rev: 1, status: 'ready' }),
    history: ['created by cut'],
  },
};

/** Each way of breaking the n-th message. */
const KINDS: readonly Omit<Accident, 'after'>[] = [
  { way: 'to server' },
  { way: 'to server', half: true },
  { way: 'to client' },
  { way: 'to client', half: true },
];

for (const [name, deed] of Object.entries(DEEDS)) {
  test(
    `${name} is done once, and its caller knows it, wherever the connection is cut`,
    { timeout: 300_000 },
    async () => {
      const { backlog, other, proxy } = await cutStore();
      // The one that matters most at every moment, the others at some of them.
      const stride = isDeep || name === 'a claim' ? 1 : 5;
      let cuts = 0;
      for (const [kind, accident] of KINDS.entries()) {
        for (let after = 0, happened = true; happened; after += stride) {
          const id = `card-${kind}-${after}`;
          await deed.prepare(other, id);
          const broken = `${JSON.stringify(accident)} ${after}`;
          void proxy.arrange({ ...accident, after });
          expect(await deed.run(backlog, id), broken).toMatchObject(deed.answer(id));
          happened = proxy.disarm();
          cuts += happened ? 1 : 0;
          expect((await other.history({ id })).map(told), broken).toEqual(deed.history);
          const { status, ...card } = await other.get({ id });
          expect({ ...card, status }, broken).toMatchObject(deed.answer(id));
          // What is claimed or done is so for everybody.
          if (status !== 'ready') expect(await other.claim({ owner: 'rival', id }), broken).toBeNull();
        }
      }
      console.log(`${name}: ${cuts} cuts.`);
      expect(cuts).toBeGreaterThan(10);
    },
  );
}

function told({ kind, by }: Change): string {
  return by === null || kind === 'imported' || kind === 'expired' ? kind : `${kind} by ${by}`;
}

test('a claim whose connection is cut again while its outcome is found out is done once all the same', async () => {
  const { backlog, other, proxy } = await cutStore();
  let cuts = 0;
  for (const at of ['COMMIT\0', 'rev_before'] as const) {
    for (let after = 0, happened = true; happened; after += isDeep ? 1 : 3) {
      const id = `card-${at.slice(0, 6)}-${after}`;
      await given(other, { id, phase: id });
      // The commit is made and not told; or the write does not arrive, and the commit on its heels neither.
      const first = proxy.arrange({ way: at === 'COMMIT\0' ? 'to client' : 'to server', at });
      void first.then(() => proxy.arrange({ way: 'to client', after }));
      const broken = `${at} ${after}`;
      expect(await backlog.claim({ owner: 'w', phase: id }), broken).toMatchObject({ id, ...claimed, rev: 2 });
      happened = proxy.disarm();
      cuts += happened ? 1 : 0;
      expect((await other.history({ id })).map(told), broken).toEqual(['imported', 'claimed by w']);
    }
  }
  console.log(`${cuts} second cuts.`);
  expect(cuts).toBeGreaterThan(20);
});

async function cutStore(): Promise<{ readonly backlog: Backlog; readonly other: Backlog; readonly proxy: Proxy }> {
  const store = await newPostgresStore();
  const other = await store.open({ actor: 'test' });
  const proxy = await startProxy(store.url);
  const backlog = await openBacklog({ databaseUrl: proxy.url, actor: 'cut' });
  onTestFinished(async () => {
    await Promise.all([backlog.close(), other.close()]);
    await store.remove();
  });
  // A server that was never reached is not waited for.
  await backlog.stats();
  return { backlog, other, proxy };
}
