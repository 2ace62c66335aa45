/** `update`: each field it may change, and the revision that makes it conditional. */
import { describe, expect } from 'vitest';
import { contents, fromNow, given, ids } from './given.ts';
import { call, refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfUpdate(it: PromiseTest): void {
  describe('update', () => {
    const fields = {
      title: 'New title',
      body: 'New body',
      phase: 'M9',
      priority: 7,
      labels: ['x', 'y'],
      acceptance: ['It works.'],
      maxAttempts: 4,
      notBefore: fromNow(-5),
    };
    for (const [field, value] of Object.entries(fields)) {
      it(`changes ${field} and nothing else`, async ({ backlog }) => {
        const card = await backlog.create({ id: 'A', title: 'A', body: 'B', phase: 'P', labels: ['l'], priority: 1 });
        const updated = await backlog.update({ id: 'A', [field]: value });
        expect(updated).toEqual({ ...card, [field]: value, rev: 2, updatedAt: updated.updatedAt });
        expect(await backlog.get({ id: 'A' })).toEqual(updated);
      });
    }

    it('takes away what is set to null', async ({ backlog }) => {
      await backlog.create({
        id: 'A',
        title: 'A',
        body: 'B',
        phase: 'P',
        acceptance: [1],
        maxAttempts: 2,
        notBefore: fromNow(60),
      });
      const nothing = { body: null, phase: null, acceptance: null, maxAttempts: null, notBefore: null };
      expect(await backlog.update({ id: 'A', ...nothing, labels: [] })).toMatchObject(nothing);
      expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A' });
    });

    it('that makes no difference changes nothing', async ({ backlog }) => {
      const card = await backlog.create({ id: 'A', title: 'A', labels: ['x'], acceptance: { b: 1, a: [2] } });
      const before = await contents(backlog);
      expect(await backlog.update({ id: 'A', title: 'A', labels: ['x'], acceptance: { a: [2], b: 1 } })).toEqual(card);
      expect(await contents(backlog)).toEqual(before);
    });

    it('changes the order at once', async ({ backlog, other }) => {
      await given(backlog, { id: 'a', priority: 1 }, { id: 'b' });
      await other.update({ id: 'b', priority: 2 });
      expect(ids((await backlog.list()).cards)).toEqual(['b', 'a']);
      expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'b' });
    });

    it('leaves a claim as it is', async ({ backlog }) => {
      await backlog.create({ id: 'A', title: 'A' });
      const claimed = await backlog.claim({ owner: 'w' });
      const updated = await backlog.update({ id: 'A', title: 'B' });
      expect(updated).toEqual({ ...claimed, title: 'B', rev: 3, updatedAt: updated.updatedAt });
      expect(await backlog.complete({ id: 'A', owner: 'w', attempt: 1 })).toMatchObject({ status: 'done', title: 'B' });
    });

    it('with a revision applies only to that revision', async ({ backlog }) => {
      await backlog.create({ id: 'A', title: 'A' });
      expect(await backlog.update({ id: 'A', title: 'B', rev: 1 })).toMatchObject({ title: 'B', rev: 2 });
      const before = await contents(backlog);
      await refusal(backlog.update({ id: 'A', title: 'C', rev: 1 }), 'REVISION_CONFLICT', 'A', '1', '2');
      await refusal(backlog.update({ id: 'A', title: 'B', rev: 1 }), 'REVISION_CONFLICT', 'A', '1', '2');
      expect(await contents(backlog)).toEqual(before);
    });

    it('with the same revision from many sides applies once', async ({ backlog, other }) => {
      await backlog.create({ id: 'A', title: 'A' });
      const answers = await Promise.allSettled(
        Array.from({ length: 6 }, (_, n) =>
          (n % 2 === 0 ? backlog : other).update({ id: 'A', title: `Title ${n}`, rev: 1 }),
        ),
      );
      expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    });

    for (const field of [
      'status',
      'claimOwner',
      'dependsOn',
      'attempts',
      'createdAt',
      'result',
      'idempotencyKey',
      'colour',
    ]) {
      it(`refuses ${field}, which is not its own`, async ({ backlog }) => {
        await backlog.create({ id: 'A', title: 'A' });
        await refusal(call(backlog, 'update', { id: 'A', [field]: null }), 'INVALID_INPUT', field);
        expect(await backlog.get({ id: 'A' })).toMatchObject({ rev: 1 });
      });
    }

    it('of an id that is not there is an error', async ({ backlog }) => {
      await refusal(backlog.update({ id: 'nowhere', title: 'A' }), 'CARD_NOT_FOUND', 'nowhere');
    });
  });
}
