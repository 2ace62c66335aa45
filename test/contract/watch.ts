/** `watch`: the same changes as they happen, from a given point on, without gaps or repeats. */
import { describe, expect } from 'vitest';
import type { Backlog, Change } from '../../src/backlog/backlog.ts';
import { collect, given, take } from './given.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfWatch(it: PromiseTest): void {
  describe('watch', () => {
    whatItGives(it);
    howItEnds(it);
  });
}

function seqs(changes: readonly Change[]): readonly number[] {
  return changes.map((change) => change.seq);
}

/** Makes cards until the iteration has given something: only then is it known to have begun. */
async function firstChange(changes: AsyncIterator<Change>, backlog: Backlog): Promise<Change> {
  const first = changes.next();
  let begun = false;
  void first.then(() => (begun = true));
  for (let n = 0; n < 200 && !begun; n += 1) {
    await backlog.create({ id: `ping-${n}`, title: 'Ping' });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { value, done } = await first;
  if (done === true) throw new Error('The watch ended before it gave anything.');
  return value;
}

function whatItGives(it: PromiseTest): void {
  it('gives what history gives, from the given point on', async ({ backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B' });
    await backlog.claim({ owner: 'w' });
    await backlog.complete({ id: 'A' });
    const all = await backlog.history();
    expect(await take(backlog.watch({ since: 0 }), 4)).toEqual(all);
    expect(await take(backlog.watch({ since: all[1]?.seq ?? 0 }), 2)).toEqual(all.slice(2));
  });

  it('gives what another handle does while it happens, every change once and in order', async ({ backlog, other }) => {
    await backlog.create({ id: 'start', title: 'Start' });
    const since = (await backlog.history()).at(-1)?.seq ?? 0;
    const watched = take(backlog.watch({ since }), 90);
    for (let n = 0; n < 30; n += 1) {
      const writer = n % 2 === 0 ? other : backlog;
      await writer.create({ id: `card-${n}`, title: 'Card', priority: n });
      await writer.claim({ owner: 'w', id: `card-${n}` });
      await writer.complete({ id: `card-${n}`, owner: 'w' });
    }
    const changes = await watched;
    expect(seqs(changes)).toEqual(Array.from({ length: 90 }, (_, n) => since + 1 + n));
    expect(changes).toEqual(await backlog.history({ since }));
  });

  it('gives all changes of one step', async ({ backlog, other }) => {
    const watched = take(backlog.watch({ since: 0 }), 50);
    await given(other, ...Array.from({ length: 50 }, (_, n) => ({ id: `card-${n}` })));
    expect(seqs(await watched)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });

  it('begins with now where no point is given', async ({ backlog, other }) => {
    await given(backlog, { id: 'before' });
    const changes = backlog.watch()[Symbol.asyncIterator]();
    const first = await firstChange(changes, other);
    expect(first).toMatchObject({ kind: 'created', id: expect.stringMatching(/^ping-/) });
    await other.create({ id: 'after', title: 'After' });
    const rest = await backlog.history({ since: first.seq });
    for (const change of rest) expect(await changes.next()).toEqual({ done: false, value: change });
    await changes.return?.();
  });

  it('gives each of several watchers everything', async ({ backlog, other }) => {
    const watchers = [backlog, backlog, other].map((handle) => take(handle.watch({ since: 0 }), 3));
    await given(backlog, { id: 'A' });
    await other.claim({ owner: 'w' });
    await backlog.complete({ id: 'A' });
    const all = await backlog.history();
    for (const watched of watchers) expect(await watched).toEqual(all);
  });
}

function howItEnds(it: PromiseTest): void {
  it('ends quietly when its signal is aborted, also while it waits', async ({ backlog }) => {
    await given(backlog, { id: 'A' });
    const controller = new AbortController();
    const watched: Change[] = [];
    for await (const change of backlog.watch({ since: 0, signal: controller.signal })) {
      watched.push(change);
      setTimeout(() => controller.abort(), 50);
    }
    expect(watched).toMatchObject([{ kind: 'imported', id: 'A' }]);
  });

  it('ends at once when its signal was aborted before', async ({ backlog }) => {
    await given(backlog, { id: 'A' });
    expect(await collect(backlog.watch({ signal: AbortSignal.abort() }))).toEqual([]);
  });

  it('ends when its handle is closed', async ({ store, backlog }) => {
    const watching = await store.open({ actor: 'leaving' });
    await given(backlog, { id: 'A' });
    const changes = watching.watch({ since: 0 })[Symbol.asyncIterator]();
    await changes.next();
    const ended = changes.next();
    await watching.close();
    await Promise.allSettled([ended]);
  });
}
