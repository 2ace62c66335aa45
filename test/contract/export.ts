/** `export`: JSON Lines, a card a line, from which a fresh store becomes the same. */
import { describe, expect } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { abandoned, collect, contents, fromNow, given } from './given.ts';
import type { PromiseTest } from './promise.ts';

async function variedCards(backlog: Backlog): Promise<void> {
  await given(
    backlog,
    abandoned('held', { extra: ['kept', { x: null }] }),
    { id: 'over', result: { text: 'Zeile\n\u2028 🦔' } },
    { id: 'waits', dependsOn: ['over', 'nowhere'], labels: ['a', 'b'] },
    { id: 'parked', status: 'blocked', statusReason: 'Because.' },
    { id: 'ä/../..', title: '"quoted" \\ and \t tabbed', notBefore: fromNow(60), acceptance: ['one', 'two'] },
  );
  await backlog.complete({ id: 'over', result: { ok: [1, 2.5, -0.25, 1e21, ''] } });
  await backlog.archive();
  await backlog.create({ id: 'keyed', title: 'Keyed', idempotencyKey: 'k', maxAttempts: 3, priority: -9 });
  await backlog.claim({ owner: 'w', id: 'keyed' });
}

export function promisesOfExport(it: PromiseTest): void {
  describe('export', () => {
    it('gives every card on a line of its own, as get gives it', async ({ backlog }) => {
      await variedCards(backlog);
      const lines = await collect(backlog.export());
      expect(lines).toHaveLength(6);
      for (const text of lines) {
        expect(text).not.toMatch(/[\r\n]/);
        const card: unknown = JSON.parse(text);
        const id = typeof card === 'object' && card !== null && 'id' in card ? String(card.id) : '';
        expect(card).toEqual(await backlog.get({ id }));
      }
    });

    it('imported into a fresh store gives equal cards, and exports the same lines again', async ({
      backlog,
      elsewhere,
    }) => {
      await variedCards(backlog);
      const lines = await collect(backlog.export());
      await elsewhere.import({ lines });
      expect((await collect(elsewhere.export())).toSorted()).toEqual(lines.toSorted());
      for (const { id } of (await backlog.list({ archived: true })).cards) {
        expect(await elsewhere.get({ id })).toEqual(await backlog.get({ id }));
      }
      expect((await elsewhere.list()).cards.map((card) => card.id)).toEqual(
        expect.arrayContaining((await backlog.list()).cards.map((card) => card.id)),
      );
    });

    it('imported into its own store changes nothing', async ({ backlog }) => {
      await variedCards(backlog);
      const before = await contents(backlog);
      const report = await backlog.import({ lines: backlog.export() });
      expect(report).toMatchObject({ created: [], updated: [] });
      expect(report.unchanged).toHaveLength(6);
      expect(await contents(backlog)).toEqual(before);
    });

    it('of an empty store gives nothing', async ({ backlog }) => {
      expect(await collect(backlog.export())).toEqual([]);
    });
  });
}
