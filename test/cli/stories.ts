/** Stories of people and workers with the real program, from the first card to the last, wherever the backlog is. */
import { describe, expect, it } from 'vitest';
import type { NewMosaic } from './every-command.ts';
import { MOSAIC_FLEET } from './mosaic.ts';

export function stories(newMosaic: NewMosaic): void {
  describe('a worker', () => {
    it('claims the most urgent card that can be worked on, renews it and completes it', async () => {
      const mosaic = await newMosaic();
      await mosaic.create('A1', '--priority', '1');
      await mosaic.create('A2', '--priority', '9', '--depends-on', 'A1');
      await mosaic.create('A3', '--priority', '5');

      expect(await mosaic.json(['claim', '--owner', 'coder0', '--ttl', '15m'])).toMatchObject({
        id: 'A3',
        status: 'claimed',
        claimOwner: 'coder0',
        claimTtlSeconds: 900,
        attempts: 1,
      });
      expect(await mosaic.json(['renew', 'A3', '--owner', 'coder0', '--attempt', '1', '--ttl', '1h'])).toMatchObject({
        claimTtlSeconds: expect.toSatisfy((ttl: number) => ttl >= 3600),
      });
      const done = ['complete', 'A3', '--owner', 'coder0', '--attempt', '1', '--result', '{"commit":"1f2e3d"}'];
      expect(await mosaic.json(done)).toMatchObject({ status: 'done', result: { commit: '1f2e3d' }, claimOwner: null });
      expect(await mosaic.json(['claim', '--owner', 'coder0'])).toMatchObject({ id: 'A1' });
    });

    it('gets null when nothing can be claimed, and exit status 3 only when it asks for one', async () => {
      const mosaic = await newMosaic();
      expect(await mosaic.backlog(['claim', '--owner', 'coder0', '--json'])).toEqual({
        status: 0,
        stdout: 'null\n',
        stderr: '',
      });
      const asked = await mosaic.backlog(['claim', '--owner', 'coder0', '--json', '--exit-code']);
      expect(asked).toEqual({ status: 3, stdout: 'null\n', stderr: '' });
    });

    it('takes several cards at once with --count, as an array', async () => {
      const mosaic = await newMosaic();
      await mosaic.create('A1');
      await mosaic.create('A2');
      await mosaic.create('A3');
      expect(await mosaic.json(['claim', '--owner', 'coder0', '--count', '2'])).toMatchObject([
        { id: 'A1' },
        { id: 'A2' },
      ]);
      expect(await mosaic.json(['claim', '--owner', 'coder0', '--count', '2'])).toMatchObject([{ id: 'A3' }]);
      expect(await mosaic.json(['claim', '--owner', 'coder0', '--count', '2'])).toEqual([]);
    });

    it('is told its attempt, the expiry and the next commands, which work as they stand', async () => {
      const mosaic = await newMosaic();
      await mosaic.create("it's odd");
      const { stdout } = await mosaic.backlog(['claim', '--owner', 'coder 0']);
      expect(stdout).toContain('Claimed by coder 0, attempt 1, expires in 15 min');
      expect(stdout).toContain(String.raw`mosaic fleet backlog complete 'it'\''s odd' --owner 'coder 0' --attempt 1`);
    });

    it('that was overtaken is refused, and the card stays with the other', async () => {
      const mosaic = await newMosaic();
      await mosaic.create('A1');
      await mosaic.json(['claim', '--owner', 'slow']);
      await mosaic.json(['reclaim', 'A1']);
      await mosaic.json(['claim', '--owner', 'quick']);
      const late = await mosaic.backlog(['complete', 'A1', '--owner', 'slow', '--attempt', '1', '--json']);
      expect(late).toMatchObject({ status: 1, stdout: '' });
      expect(JSON.parse(late.stderr)).toMatchObject({ error: { code: 'CLAIM_LOST' } });
      expect(await mosaic.json(['show', 'A1'])).toMatchObject({ claimOwner: 'quick' });
    });
  });

  describe('a planner', () => {
    it('repeats a create with the same key without making a second card', async () => {
      const mosaic = await newMosaic();
      const words = ['create', 'A1', '--title', 'Once', '--idempotency-key', 'k1'];
      expect((await mosaic.backlog(words)).stdout).toBe('Created: A1  Once (○ ready)\n');
      expect((await mosaic.backlog(words)).stdout).toBe('Already there: A1  Once (○ ready)\n');
    });

    it('gives acceptance as points or as JSON', async () => {
      const mosaic = await newMosaic();
      await mosaic.create('A1', '--acceptance', 'tests pass; docs updated;');
      await mosaic.create('A2', '--acceptance', '{"tests":["unit"]}');
      expect(await mosaic.json(['show', 'A1'])).toMatchObject({ acceptance: ['tests pass', 'docs updated'] });
      expect(await mosaic.json(['show', 'A2'])).toMatchObject({ acceptance: { tests: ['unit'] } });
    });

    it('defers a card with a duration, and takes the date away with an empty value', async () => {
      const mosaic = await newMosaic();
      await mosaic.create('A1', '--not-before', '4h');
      expect(await mosaic.json(['claim', '--owner', 'coder0'])).toBeNull();
      expect((await mosaic.backlog(['explain', 'A1'])).stdout).toContain('which is in 4 h');
      expect(await mosaic.json(['update', 'A1', '--not-before', ''])).toMatchObject({ notBefore: null });
      expect(await mosaic.json(['claim', '--owner', 'coder0'])).toMatchObject({ id: 'A1' });
    });

    it('moves a backlog to another home without loss', async () => {
      const [here, there] = [await newMosaic(), await newMosaic()];
      await here.create('A1', '--labels', 'a,b', '--body', 'two\nlines\u2028and more');
      await here.create('A2', '--depends-on', 'A1');
      const { stdout } = await here.backlog(['export']);
      expect(await there.json(['import', '-'], { stdin: stdout })).toMatchObject({ created: ['A1', 'A2'] });
      expect(await there.json(['list'])).toEqual(await here.json(['list']));
    });

    it('sees what waits for what as a tree', async () => {
      const mosaic = await newMosaic();
      await mosaic.create('A1');
      await mosaic.create('A2', '--depends-on', 'A1');
      await mosaic.create('A3', '--depends-on', 'A1,A2,Z9');
      await mosaic.json(['complete', 'A1']);
      expect((await mosaic.backlog(['list', '--tree'])).stdout).toBe(
        ['○ A3  Card A3', '├─ ✓ A1', '├─ ○ A2  Card A2', '│  └─ ✓ A1', '└─ ? Z9  there is no such card', ''].join('\n'),
      );
    });
  });

  describe('the program', () => {
    it('goes by two names', async () => {
      const mosaic = await newMosaic();
      await mosaic.create('A1');
      const short = await mosaic.run(['backlog', 'show', 'A1', '--json'], { program: MOSAIC_FLEET });
      expect(JSON.parse(short.stdout)).toMatchObject({ id: 'A1' });
    });

    it('says its version', async () => {
      const { status, stdout } = await (await newMosaic()).run(['--version']);
      expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    });

    it('understands what agents guess, and hints at the name', async () => {
      const mosaic = await newMosaic();
      await mosaic.create('A1');
      const guessed = await mosaic.backlog(['next', '--owner', 'coder0']);
      expect(guessed).toMatchObject({ status: 0, stderr: 'hint: "next" is "claim" here.\n' });
      expect(await mosaic.backlog(['done', 'A1', '--json'])).toMatchObject({ status: 0, stderr: '' });
    });

    it('records who did it', async () => {
      const mosaic = await newMosaic();
      await mosaic.create('A1');
      await mosaic.json(['block', 'A1'], { env: { MOSAIC_ACTOR: 'ada' } });
      expect(await mosaic.json(['history', 'A1'])).toMatchObject([{ by: 'tester' }, { by: 'ada', kind: 'blocked' }]);
    });
  });
}
