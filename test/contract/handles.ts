/** Handles: what one has been told is there for the next, and a closed one does nothing more. */
import { describe, expect } from 'vitest';
import { contents, given, line } from './given.ts';
import { call, refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfHandles(it: PromiseTest): void {
  describe('a handle', () => {
    it('finds what an earlier one has left', async ({ store }) => {
      const first = await store.open({ actor: 'first' });
      await given(first, { id: 'a', status: 'done' }, { id: 'b', dependsOn: ['a'] }, { id: 'c', labels: ['x'] });
      await first.claim({ owner: 'w', id: 'c' });
      await first.archive();
      const before = await contents(first);
      await first.close();

      const second = await store.open({ actor: 'second' });
      expect(await contents(second)).toEqual(before);
      expect(await second.claim({ owner: 'w' })).toMatchObject({ id: 'b' });
      expect((await second.history()).at(-1)?.seq).toBe(6);
      await second.close();
    });

    it('that is closed refuses every operation, and says so', async ({ store }) => {
      const closed = await store.open({ actor: 'closed' });
      await closed.close();
      await closed.close();
      const calls = {
        create: { id: 'A', title: 'A' },
        get: { id: 'A' },
        list: {},
        claim: { owner: 'w' },
        claimMany: { owner: 'w', count: 1 },
        renew: { id: 'A', owner: 'w' },
        release: { id: 'A' },
        complete: { id: 'A' },
        fail: { id: 'A' },
        reclaim: {},
        link: { from: 'A', to: 'B' },
        unlink: { from: 'A', to: 'B' },
        block: { id: 'A' },
        unblock: { id: 'A' },
        update: { id: 'A', title: 'B' },
        batch: { lines: [] },
        explain: {},
        stats: undefined,
        history: {},
        watch: { since: 0 },
        import: { lines: [line({ id: 'A' })] },
        export: undefined,
        archive: {},
        doctor: {},
      } as const;
      for (const [operation, options] of Object.entries(calls)) {
        await refusal(call(closed, isOperation(operation, calls), options), 'STORE_CLOSED');
      }
    });

    it('ends what it had begun before it is closed', async ({ store, other }) => {
      const closing = await store.open({ actor: 'closing' });
      const creates = Array.from({ length: 20 }, (_, n) => closing.create({ id: `card-${n}`, title: 'Card' }));
      const answers = Promise.allSettled(creates);
      await closing.close();
      const made = (await answers).filter((answer) => answer.status === 'fulfilled');
      expect((await other.list()).cards).toHaveLength(made.length);
    });

    it('sees the changes of others however many there are at once', async ({ backlog, other }) => {
      await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          (n % 2 === 0 ? backlog : other).create({ id: `card-${n}`, title: 'Card' }),
        ),
      );
      expect((await backlog.list()).cards).toHaveLength(60);
      expect((await other.history()).map((change) => change.seq)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    });
  });
}

function isOperation<Calls extends object>(name: string, calls: Calls): keyof Calls {
  const own = Object.keys(calls).find((key): key is Extract<keyof Calls, string> => key === name);
  if (own === undefined) throw new Error(`There is no operation ${name}.`);
  return own;
}
