/** `stats`: the numbers of a backlog. */
import { describe, expect } from 'vitest';
import { abandoned, fromNow, given } from './given.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfStats(it: PromiseTest): void {
  describe('stats', () => {
    it('of an empty store are all zero', async ({ backlog }) => {
      expect(await backlog.stats()).toEqual({
        total: 0,
        byStatus: { ready: 0, claimed: 0, blocked: 0, done: 0 },
        claimable: 0,
        waitingOnDependencies: 0,
        damaged: 0,
        archived: 0,
        oldestReadyAgeSeconds: null,
        expiredClaimCount: 0,
        byPhase: [],
        byOwner: [],
      });
    });

    it('count by status, phase and owner, and what waits for what', async ({ backlog }) => {
      const held = { ...abandoned('x'), claimedAt: fromNow(0), claimOwner: 'ann' };
      await given(
        backlog,
        { id: 'free', phase: 'M1', createdAt: fromNow(-100) },
        { id: 'waits', phase: 'M1', dependsOn: ['free'], createdAt: fromNow(-1000) },
        { id: 'dangling', phase: 'M2', dependsOn: ['nowhere'], createdAt: fromNow(-10) },
        { id: 'later', notBefore: fromNow(60), createdAt: fromNow(-10) },
        { ...held, id: 'held', phase: 'M2' },
        { ...held, id: 'held too' },
        abandoned('expired'),
        { id: 'parked', status: 'blocked', phase: 'M1' },
        { id: 'over', status: 'done', createdAt: fromNow(-9999) },
      );
      const stats = await backlog.stats();
      expect(stats).toMatchObject({
        total: 9,
        byStatus: { ready: 4, claimed: 3, blocked: 1, done: 1 },
        waitingOnDependencies: 2,
        damaged: 0,
        archived: 0,
        expiredClaimCount: 1,
      });
      expect(stats.oldestReadyAgeSeconds).toBeGreaterThanOrEqual(1000);
      expect(stats.oldestReadyAgeSeconds).toBeLessThan(1060);
      expect(stats.byOwner.toSorted((a, b) => (a.owner < b.owner ? -1 : 1))).toEqual([
        { owner: 'ann', claimed: 2 },
        { owner: 'ghost', claimed: 1 },
      ]);
      const phases = new Map(stats.byPhase.map((count) => [count.phase, count]));
      expect(new Set(phases.keys())).toEqual(new Set(['M1', 'M2', null]));
      expect(stats.byPhase).toHaveLength(3);
      expect(phases.get('M1')).toEqual({
        phase: 'M1',
        total: 3,
        byStatus: { ready: 2, claimed: 0, blocked: 1, done: 0 },
      });
      expect(phases.get('M2')?.total).toBe(2);
      expect(phases.get(null)?.total).toBe(4);
    });

    it('count as claimable what list --ready-only shows', async ({ backlog }) => {
      await given(backlog, { id: 'a' }, { id: 'b' }, { id: 'c', dependsOn: ['a'] }, abandoned('d'));
      const { cards } = await backlog.list({ readyOnly: true });
      expect((await backlog.stats()).claimable).toBe(cards.length);
    });

    it('follow every change', async ({ backlog, other }) => {
      await given(backlog, { id: 'a' }, { id: 'b', dependsOn: ['a'] });
      await other.claim({ owner: 'w' });
      expect(await backlog.stats()).toMatchObject({ byStatus: { ready: 1, claimed: 1 }, claimable: 0 });
      await other.complete({ id: 'a' });
      expect(await backlog.stats()).toMatchObject({
        byStatus: { ready: 1, done: 1 },
        claimable: 1,
        waitingOnDependencies: 0,
      });
    });
  });
}
