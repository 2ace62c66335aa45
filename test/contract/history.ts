/** `history`: every change, once, in order, with who and why. */
import { describe, expect } from 'vitest';
import { abandoned, given } from './given.ts';
import { refusal } from './refusal.ts';
import { ACTOR, type PromiseTest } from './promise.ts';

export function promisesOfHistory(it: PromiseTest): void {
  describe('history', () => {
    it('tells every change of a card: what, by whom, from which state to which, and why', async ({ backlog }) => {
      await given(backlog, { id: 'base', status: 'done' });
      await backlog.create({ id: 'A', title: 'A', maxAttempts: 9 });
      await backlog.link({ from: 'A', to: 'base' });
      await backlog.unlink({ from: 'A', to: 'base' });
      await backlog.claim({ owner: 'ann' });
      await backlog.renew({ id: 'A', owner: 'ann' });
      await backlog.release({ id: 'A', owner: 'ann' });
      await backlog.claim({ owner: 'bob' });
      await backlog.fail({ id: 'A', owner: 'bob', reason: 'Red.' });
      await backlog.claim({ owner: 'bob' });
      await backlog.reclaim({ id: 'A' });
      await backlog.block({ id: 'A', reason: 'Parked.' });
      await backlog.unblock({ id: 'A' });
      await backlog.update({ id: 'A', title: 'B' });
      await backlog.complete({ id: 'A' });

      const changes = await backlog.history({ id: 'A' });
      const told = changes.map(({ kind, by, from, to, reason }) => [kind, by, from, to, reason]);
      expect(told).toEqual([
        ['created', ACTOR, null, 'ready', null],
        ['linked', ACTOR, 'ready', 'ready', expect.anything()],
        ['unlinked', ACTOR, 'ready', 'ready', expect.anything()],
        ['claimed', 'ann', 'ready', 'claimed', null],
        ['renewed', 'ann', 'claimed', 'claimed', null],
        ['released', 'ann', 'claimed', 'ready', null],
        ['claimed', 'bob', 'ready', 'claimed', null],
        ['failed', 'bob', 'claimed', 'ready', 'Red.'],
        ['claimed', 'bob', 'ready', 'claimed', null],
        ['reclaimed', ACTOR, 'claimed', 'ready', expect.anything()],
        ['blocked', ACTOR, 'ready', 'blocked', 'Parked.'],
        ['unblocked', ACTOR, 'blocked', 'ready', null],
        ['updated', ACTOR, 'ready', 'ready', null],
        ['completed', ACTOR, 'ready', 'done', null],
      ]);
      expect(changes.map((change) => change.rev)).toEqual(changes.map((_, n) => n + 1));
      expect(new Set(changes.map((change) => change.id))).toEqual(new Set(['A']));
      for (const { at } of changes) expect(new Date(at).toISOString()).toBe(at);
    });

    it('numbers the changes of all cards without a gap', async ({ backlog, other }) => {
      await given(backlog, { id: 'A' }, { id: 'B' });
      await other.claim({ owner: 'w' });
      await backlog.claim({ owner: 'v' });
      await other.complete({ id: 'A' });
      await backlog.batch({ lines: ['{"op":"create","id":"C","title":"C"}', '{"op":"block","id":"C"}'] });
      const seqs = (await backlog.history()).map((change) => change.seq);
      expect(seqs).toHaveLength(7);
      expect(seqs).toEqual(seqs.map((_, n) => (seqs[0] ?? 0) + n));
      expect(await other.history()).toEqual(await backlog.history());
    });

    it('begins after the change that is asked for', async ({ backlog }) => {
      await given(backlog, { id: 'A' }, { id: 'B' }, { id: 'C' });
      await backlog.complete({ id: 'B' });
      const all = await backlog.history();
      const second = all[1]?.seq ?? 0;
      expect(await backlog.history({ since: second })).toEqual(all.slice(2));
      expect(await backlog.history({ since: second, id: 'B' })).toEqual(all.slice(3));
      expect(await backlog.history({ since: all.at(-1)?.seq ?? 0 })).toEqual([]);
      expect(await backlog.history({ since: 0 })).toEqual(all);
    });

    it('says of an imported card that it was imported, and of a takeover whose claim it was', async ({ backlog }) => {
      await given(backlog, abandoned('A'));
      await backlog.claim({ owner: 'w' });
      const changes = await backlog.history({ id: 'A' });
      expect(changes).toMatchObject([
        { kind: 'imported', from: null, to: 'claimed', by: ACTOR },
        { kind: 'expired', from: 'claimed', to: 'ready', reason: expect.stringContaining('ghost') },
        { kind: 'claimed', by: 'w' },
      ]);
    });

    it('does not mention what changed nothing', async ({ backlog }) => {
      await backlog.create({ id: 'A', title: 'A', idempotencyKey: 'k' });
      await backlog.complete({ id: 'A' });
      const before = await backlog.history();
      await backlog.complete({ id: 'A' });
      await backlog.create({ id: 'A', title: 'A', idempotencyKey: 'k' });
      await backlog.update({ id: 'A', title: 'A' });
      await backlog.reclaim();
      await backlog.claim({ owner: 'w' });
      await backlog.list();
      await backlog.doctor();
      expect(await backlog.history()).toEqual(before);
    });

    it('of an id that is not there is an error', async ({ backlog }) => {
      await refusal(backlog.history({ id: 'nowhere' }), 'CARD_NOT_FOUND', 'nowhere');
    });
  });
}
