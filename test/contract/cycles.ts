/** Cycles of dependencies: refused wherever an edge can come from, and named in full. */
import { describe, expect } from 'vitest';
import { contents, given, line } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfCycles(it: PromiseTest): void {
  describe('a dependency that would close a cycle', () => {
    it('is refused in a card that depends on itself', async ({ backlog }) => {
      const loop = backlog.create({ id: 'loop', title: 'Loop', dependsOn: ['loop'] });
      await refusal(loop, 'DEPENDENCY_CYCLE', 'loop');
      expect((await backlog.list()).cards).toEqual([]);
    });

    it('is refused through a card that named this id before it existed', async ({ backlog }) => {
      await backlog.create({ id: 'early', title: 'Early', dependsOn: ['late'] });
      await refusal(
        backlog.create({ id: 'late', title: 'Late', dependsOn: ['early'] }),
        'DEPENDENCY_CYCLE',
        'early',
        'late',
      );
      await refusal(backlog.get({ id: 'late' }), 'CARD_NOT_FOUND', 'late');
      expect(await backlog.create({ id: 'late', title: 'Late' })).toMatchObject({ dependsOn: [] });
    });

    it('is refused through a chain of cards, and every one of them is named', async ({ backlog }) => {
      await given(
        backlog,
        { id: 'ant', dependsOn: ['bee'] },
        { id: 'bee', dependsOn: ['cat'] },
        { id: 'cat', dependsOn: ['dog'] },
      );
      const before = await contents(backlog);
      await refusal(
        backlog.create({ id: 'dog', title: 'Dog', dependsOn: ['ant', 'elk'] }),
        'DEPENDENCY_CYCLE',
        ...['ant', 'bee', 'cat', 'dog'],
      );
      expect(await contents(backlog)).toEqual(before);
    });

    it('is refused by link, and the card is as it was', async ({ backlog }) => {
      await given(backlog, { id: 'ant', dependsOn: ['bee'] }, { id: 'bee', dependsOn: ['cat'] }, { id: 'cat' });
      const before = await contents(backlog);
      await refusal(backlog.link({ from: 'cat', to: 'ant' }), 'DEPENDENCY_CYCLE', 'ant', 'bee', 'cat');
      await refusal(backlog.link({ from: 'cat', to: 'cat' }), 'DEPENDENCY_CYCLE', 'cat');
      expect(await contents(backlog)).toEqual(before);
    });

    it('is refused through done and archived cards too', async ({ backlog }) => {
      await given(backlog, { id: 'ant' }, { id: 'bee', dependsOn: ['ant'] });
      await backlog.complete({ id: 'ant' });
      await backlog.complete({ id: 'bee' });
      await refusal(backlog.link({ from: 'ant', to: 'bee' }), 'DEPENDENCY_CYCLE', 'ant', 'bee');
      await backlog.archive();
      await refusal(
        backlog.import({ lines: [line({ id: 'ant', dependsOn: ['bee'] })], update: true }),
        'IMPORT_REFUSED',
        'ant',
        'bee',
      );
    });

    it('is refused in an import, within its lines and through cards that are there', async ({ backlog }) => {
      await given(backlog, { id: 'ant', dependsOn: ['bee'] });
      const before = await contents(backlog);
      const within = [line({ id: 'cat', dependsOn: ['dog'] }), line({ id: 'dog', dependsOn: ['cat'] })];
      await refusal(backlog.import({ lines: within }), 'IMPORT_REFUSED', 'cat', 'dog');
      await refusal(
        backlog.import({ lines: [line({ id: 'bee', dependsOn: ['ant'] })] }),
        'IMPORT_REFUSED',
        'ant',
        'bee',
      );
      expect(await contents(backlog)).toEqual(before);
    });

    it('is refused when two handles add the two halves of it at once', async ({ backlog, other }) => {
      await given(backlog, { id: 'ant' }, { id: 'bee' });
      const answers = await Promise.allSettled([
        backlog.link({ from: 'ant', to: 'bee' }),
        other.link({ from: 'bee', to: 'ant' }),
      ]);
      expect(answers.map((answer) => answer.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });

    it('is no cycle where two ways lead to the same card', async ({ backlog }) => {
      await given(backlog, { id: 'base' }, { id: 'left', dependsOn: ['base'] }, { id: 'right', dependsOn: ['base'] });
      const top = await backlog.create({ id: 'top', title: 'Top', dependsOn: ['left', 'right', 'base'] });
      expect(top.dependsOn).toEqual(['left', 'right', 'base']);
    });
  });
}
