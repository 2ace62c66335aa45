/** `link` and `unlink`: edges come and go, and repeating changes nothing. (Cycles have a file of their own.) */
import { describe, expect } from 'vitest';
import { contents, given } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfEdges(it: PromiseTest): void {
  describe('link and unlink', () => {
    it('link makes the first card wait for the second', async ({ backlog }) => {
      await given(backlog, { id: 'roof', priority: 9 }, { id: 'walls' });
      expect(await backlog.link({ from: 'roof', to: 'walls' })).toMatchObject({
        id: 'roof',
        dependsOn: ['walls'],
        rev: 2,
      });
      expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'walls' });
      expect(await backlog.claim({ owner: 'w' })).toBeNull();
      await backlog.complete({ id: 'walls' });
      expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'roof' });
    });

    it('unlink lets it go on', async ({ backlog }) => {
      await given(
        backlog,
        { id: 'roof', dependsOn: ['walls', 'frame'] },
        { id: 'walls' },
        { id: 'frame', status: 'done' },
      );
      expect(await backlog.unlink({ from: 'roof', to: 'walls' })).toMatchObject({ dependsOn: ['frame'], rev: 2 });
      expect(await backlog.claim({ owner: 'w', id: 'roof' })).toMatchObject({ id: 'roof' });
    });

    it('repeating either changes nothing', async ({ backlog }) => {
      await given(backlog, { id: 'a' }, { id: 'b' });
      const linked = await backlog.link({ from: 'a', to: 'b' });
      expect(await backlog.link({ from: 'a', to: 'b' })).toEqual(linked);
      const unlinked = await backlog.unlink({ from: 'a', to: 'b' });
      const before = await contents(backlog);
      expect(await backlog.unlink({ from: 'a', to: 'b' })).toEqual(unlinked);
      expect(await contents(backlog)).toEqual(before);
    });

    it('link refuses a card that is not there, at either end', async ({ backlog }) => {
      await given(backlog, { id: 'a' });
      const before = await contents(backlog);
      await refusal(backlog.link({ from: 'a', to: 'nowhere' }), 'CARD_NOT_FOUND', 'nowhere');
      await refusal(backlog.link({ from: 'nowhere', to: 'a' }), 'CARD_NOT_FOUND', 'nowhere');
      expect(await contents(backlog)).toEqual(before);
    });

    it('unlink refuses a card that is not there, at either end', async ({ backlog }) => {
      await given(backlog, { id: 'a' });
      await refusal(backlog.unlink({ from: 'a', to: 'nowhere' }), 'CARD_NOT_FOUND', 'nowhere');
      await refusal(backlog.unlink({ from: 'nowhere', to: 'a' }), 'CARD_NOT_FOUND', 'nowhere');
    });

    it('a dependency that is reopened holds its dependents back again', async ({ backlog }) => {
      await given(backlog, { id: 'base', status: 'done' }, { id: 'top', dependsOn: ['base'] });
      await backlog.block({ id: 'base' });
      expect(await backlog.claim({ owner: 'w' })).toBeNull();
      await backlog.complete({ id: 'base' });
      expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'top' });
    });
  });
}
