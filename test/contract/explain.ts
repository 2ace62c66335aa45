/** `explain`: every reason why a card cannot be claimed now. (Damaged cards are a matter of each store.) */
import { describe, expect } from 'vitest';
import { fromNow, given, ids } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfExplain(it: PromiseTest): void {
  describe('explain', () => {
    it('finds no obstacle for a card that can be claimed', async ({ backlog }) => {
      await given(backlog, { id: 'A', title: 'Alpha' });
      expect(await backlog.explain({ id: 'A' })).toEqual([
        { id: 'A', title: 'Alpha', status: 'ready', claimable: true, obstacles: [] },
      ]);
    });

    it('says who holds a card until when', async ({ backlog }) => {
      const claimedAt = fromNow(-10);
      await given(backlog, { id: 'A', status: 'claimed', claimOwner: 'ann', claimTtlSeconds: 60, claimedAt });
      const expiresAt = new Date(Date.parse(claimedAt) + 60_000).toISOString();
      expect(await backlog.explain({ id: 'A' })).toMatchObject([
        { status: 'claimed', claimable: false, obstacles: [{ kind: 'claimed', owner: 'ann', expiresAt }] },
      ]);
    });

    it('says why a card is blocked, and that a done one is done', async ({ backlog }) => {
      await given(
        backlog,
        { id: 'parked', status: 'blocked', statusReason: 'Waits for legal.' },
        { id: 'unsaid', status: 'blocked' },
        { id: 'over', status: 'done' },
      );
      expect(await backlog.explain({ id: 'parked' })).toMatchObject([
        { claimable: false, obstacles: [{ kind: 'blocked', reason: 'Waits for legal.' }] },
      ]);
      expect(await backlog.explain({ id: 'unsaid' })).toMatchObject([
        { obstacles: [{ kind: 'blocked', reason: null }] },
      ]);
      expect(await backlog.explain({ id: 'over' })).toMatchObject([
        { claimable: false, obstacles: [{ kind: 'done' }] },
      ]);
    });

    it('names every obstacle at once: the date, and each dependency with its state', async ({ backlog }) => {
      const notBefore = fromNow(3600);
      await given(
        backlog,
        { id: 'open' },
        { id: 'parked', status: 'blocked' },
        { id: 'over', status: 'done' },
        { id: 'A', dependsOn: ['open', 'parked', 'over', 'nowhere'], notBefore },
      );
      const [explanation] = await backlog.explain({ id: 'A' });
      expect(explanation).toMatchObject({ status: 'ready', claimable: false });
      expect(explanation?.obstacles).toHaveLength(4);
      expect(explanation?.obstacles).toEqual(
        expect.arrayContaining([
          { kind: 'not-before', notBefore },
          { kind: 'dependency', id: 'open', status: 'ready' },
          { kind: 'dependency', id: 'parked', status: 'blocked' },
          { kind: 'dependency-missing', id: 'nowhere' },
        ]),
      );
    });

    it('without an id explains every ready card, in the order of claims', async ({ backlog }) => {
      await given(
        backlog,
        { id: 'free' },
        { id: 'waits', dependsOn: ['free'], priority: 5 },
        { id: 'parked', status: 'blocked' },
        { id: 'over', status: 'done' },
      );
      const explanations = await backlog.explain();
      expect(ids(explanations)).toEqual(['waits', 'free']);
      expect(explanations.map((explanation) => explanation.claimable)).toEqual([false, true]);
    });

    it('says of every card that it is claimable exactly when claim takes it', async ({ backlog }) => {
      await given(
        backlog,
        { id: 'free' },
        { id: 'waits', dependsOn: ['free'] },
        { id: 'later', notBefore: fromNow(60) },
        { id: 'due', notBefore: fromNow(-60) },
        { id: 'held', status: 'claimed', claimOwner: 'w', claimTtlSeconds: 60, claimedAt: fromNow(0) },
        { id: 'expired', status: 'claimed', claimOwner: 'w', claimTtlSeconds: 60, claimedAt: fromNow(-3600) },
      );
      const explanations = [];
      for (const id of ['held', 'waits', 'later', 'due', 'free', 'expired']) {
        explanations.push(...(await backlog.explain({ id })));
      }
      for (const { id, claimable } of explanations) {
        expect(claimable, id).toBe((await backlog.claim({ owner: 'x', id })) !== null);
      }
    });

    it('changes nothing', async ({ backlog }) => {
      await given(backlog, { id: 'A' });
      await backlog.explain();
      expect(await backlog.history()).toHaveLength(1);
    });

    it('of an id that is not there is an error', async ({ backlog }) => {
      await refusal(backlog.explain({ id: 'nowhere' }), 'CARD_NOT_FOUND', 'nowhere');
    });
  });
}
