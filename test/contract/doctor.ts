/** `doctor` on a store that is well, and on what every store can have. */
import { describe, expect } from 'vitest';
import { contents, given } from './given.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfDoctor(it: PromiseTest): void {
  describe('doctor', () => {
    it('finds nothing wrong with a store that is well', async ({ backlog }) => {
      await given(backlog, { id: 'a', status: 'done' }, { id: 'b' }, { id: 'c', dependsOn: ['b'] });
      await backlog.archive();
      await backlog.claim({ owner: 'w' });
      const lastSeq = (await backlog.history()).at(-1)?.seq;
      expect(await backlog.doctor()).toMatchObject({ healthy: true, findings: [], cards: 2, archived: 1, lastSeq });
    });

    it('lists a dependency on a card that does not exist, and the store is healthy all the same', async ({
      backlog,
    }) => {
      await given(backlog, { id: 'roof', dependsOn: ['walls'] });
      const report = await backlog.doctor();
      expect(report.healthy).toBe(true);
      expect(report.findings).toMatchObject([{ code: 'dangling-dependency', subject: 'roof', severity: 'warning' }]);
      expect(report.findings[0]?.message).toContain('walls');
    });

    it('changes no card, with fix neither', async ({ backlog }) => {
      await given(backlog, { id: 'roof', dependsOn: ['walls'] }, { id: 'b' });
      const before = await contents(backlog);
      await backlog.doctor();
      await backlog.doctor({ fix: true });
      expect(await contents(backlog)).toEqual(before);
    });
  });
}
