/** `archive`: done cards leave the working set and nothing else changes. */
import { describe, expect } from 'vitest';
import { collect, given, ids } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfArchive(it: PromiseTest): void {
  describe('archive', () => {
    it('moves done cards out of the working set, and names them', async ({ backlog, other }) => {
      await given(
        backlog,
        { id: 'a', status: 'done' },
        { id: 'b', status: 'done' },
        { id: 'c' },
        { id: 'd', status: 'blocked' },
      );
      expect((await backlog.archive()).toSorted()).toEqual(['a', 'b']);
      expect(ids((await other.list()).cards).toSorted()).toEqual(['c', 'd']);
      expect(ids((await other.list({ status: 'done' })).cards)).toEqual([]);
      expect(ids((await other.list({ archived: true })).cards).toSorted()).toEqual(['a', 'b', 'c', 'd']);
      expect(await backlog.archive()).toEqual([]);
    });

    it('leaves a card that can still be shown, and that history and stats know', async ({ backlog }) => {
      await given(backlog, { id: 'a' }, { id: 'b' });
      const done = await backlog.complete({ id: 'a', result: { ok: true } });
      await backlog.archive();
      expect(await backlog.get({ id: 'a' })).toMatchObject({
        id: 'a',
        status: 'done',
        result: { ok: true },
        createdAt: done.createdAt,
      });
      expect((await backlog.history({ id: 'a' })).at(-1)).toMatchObject({ kind: 'archived', from: 'done', to: 'done' });
      expect(await backlog.stats()).toMatchObject({ archived: 1, byStatus: { ready: 1 } });
    });

    it('still satisfies dependencies', async ({ backlog }) => {
      await given(backlog, { id: 'base', status: 'done' }, { id: 'top', dependsOn: ['base'] });
      await backlog.archive();
      expect(await backlog.explain({ id: 'top' })).toMatchObject([{ claimable: true }]);
      expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'top' });
      await backlog.create({ id: 'new', title: 'New', dependsOn: ['base'] });
      expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'new' });
      expect((await backlog.doctor()).findings).toEqual([]);
    });

    it('keeps the id and the idempotency key taken', async ({ backlog }) => {
      await backlog.create({ id: 'a', title: 'A', idempotencyKey: 'k' });
      await backlog.complete({ id: 'a' });
      await backlog.archive();
      await refusal(backlog.create({ id: 'a', title: 'Again' }), 'CARD_EXISTS', 'a');
      expect(await backlog.create({ id: 'z', title: 'Again', idempotencyKey: 'k' })).toMatchObject({
        id: 'a',
        status: 'done',
      });
    });

    it('takes only cards that have been done for the time that is asked for', async ({ backlog }) => {
      await given(backlog, { id: 'old', status: 'done', updatedAt: '2026-01-01T00:00:00.000Z' }, { id: 'young' });
      await backlog.complete({ id: 'young' });
      expect(await backlog.archive({ olderThanSeconds: 3600 })).toEqual(['old']);
      expect(ids((await backlog.list()).cards)).toEqual(['young']);
    });

    it('is part of an export, and completing an archived card again changes nothing', async ({ backlog }) => {
      await given(backlog, { id: 'a', status: 'done' });
      await backlog.archive();
      const before = await backlog.history();
      expect(await backlog.complete({ id: 'a' })).toMatchObject({ status: 'done' });
      expect(await backlog.history()).toEqual(before);
      const exported = await collect(backlog.export());
      expect(exported.map((text): unknown => JSON.parse(text))).toMatchObject([{ id: 'a', status: 'done' }]);
    });
  });
}
