/** `batch`: several operations in one step, all or none. */
import { describe, expect } from 'vitest';
import type { BatchOperation } from '../../src/backlog/backlog.ts';
import { contents, given } from './given.ts';
import { atLine, refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

function lines(...operations: readonly BatchOperation[]): readonly string[] {
  return operations.map((operation) => JSON.stringify(operation));
}

export function promisesOfBatch(it: PromiseTest): void {
  describe('batch', () => {
    whatItDoes(it);
    allOrNone(it);
  });
}

function whatItDoes(it: PromiseTest): void {
  it('does every operation in turn, each on what the ones before it have left', async ({ backlog }) => {
    const report = await backlog.batch({
      lines: lines(
        { op: 'create', id: 'base', title: 'Base' },
        { op: 'create', id: 'top', title: 'Top', priority: 9 },
        { op: 'link', from: 'top', to: 'base' },
        { op: 'claim', owner: 'w' },
        { op: 'renew', id: 'base', owner: 'w', ttlSeconds: 60 },
        { op: 'complete', id: 'base', owner: 'w', attempt: 1, result: 'done' },
        { op: 'claim', owner: 'w', ttlSeconds: 5 },
        { op: 'fail', id: 'top', owner: 'w', reason: 'Red.' },
        { op: 'claim', owner: 'w', id: 'top' },
        { op: 'reclaim', id: 'top' },
        { op: 'release', id: 'top' },
        { op: 'block', id: 'top', reason: 'Parked.' },
        { op: 'unblock', id: 'top' },
        { op: 'update', id: 'top', title: 'New top' },
        { op: 'unlink', from: 'top', to: 'base' },
      ),
    });
    expect(report.dryRun).toBe(false);
    expect(report.results.map((result) => result.line)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
    expect(report.results[3]).toMatchObject({ op: 'claim', card: { id: 'base', status: 'claimed' } });
    expect(report.results[6]).toMatchObject({ op: 'claim', card: { id: 'top', attempts: 1 } });
    expect(report.results[9]).toMatchObject({ op: 'reclaim', ids: ['top'] });
    expect(report.results[14]?.card).toEqual(await backlog.get({ id: 'top' }));
    expect(await backlog.get({ id: 'base' })).toMatchObject({ status: 'done', result: 'done' });
    expect(await backlog.get({ id: 'top' })).toMatchObject({ status: 'ready', title: 'New top', dependsOn: [] });
  });

  it('gives null for a claim that finds nothing, as claim itself does', async ({ backlog }) => {
    const report = await backlog.batch({ lines: lines({ op: 'claim', owner: 'w' }) });
    expect(report.results).toEqual([{ line: 1, op: 'claim', card: null, ids: [] }]);
  });

  it('skips blank lines, and counts them', async ({ backlog }) => {
    const [create = ''] = lines({ op: 'create', id: 'A', title: 'A' });
    const report = await backlog.batch({ lines: ['', create, '  ', '\n'] });
    expect(report.results).toMatchObject([{ line: 2, op: 'create', card: { id: 'A' } }]);
  });

  it('writes one change for each operation that made one', async ({ backlog }) => {
    await backlog.batch({
      lines: lines(
        { op: 'create', id: 'A', title: 'A' },
        { op: 'unblock', id: 'A' },
        { op: 'complete', id: 'A' },
        { op: 'complete', id: 'A' },
      ),
    });
    expect((await backlog.history()).map((change) => change.kind)).toEqual(['created', 'completed']);
  });

  it('as a dry run says what would happen and changes nothing', async ({ backlog }) => {
    await given(backlog, { id: 'A' });
    const before = await contents(backlog);
    const report = await backlog.batch({
      lines: lines(
        { op: 'claim', owner: 'w' },
        { op: 'complete', id: 'A', owner: 'w' },
        { op: 'create', id: 'B', title: 'B' },
      ),
      dryRun: true,
    });
    expect(report.dryRun).toBe(true);
    expect(report.results).toMatchObject([
      { op: 'claim', card: { id: 'A', status: 'claimed' } },
      { op: 'complete', card: { id: 'A', status: 'done' } },
      { op: 'create', card: { id: 'B', status: 'ready' } },
    ]);
    expect(await contents(backlog)).toEqual(before);
  });
}

function allOrNone(it: PromiseTest): void {
  it('changes nothing when one operation is refused, and names the line and the reason', async ({ backlog }) => {
    await given(backlog, { id: 'A' });
    const before = await contents(backlog);
    const refused = lines(
      { op: 'create', id: 'B', title: 'B' },
      { op: 'claim', owner: 'w' },
      { op: 'complete', id: 'nowhere' },
    );
    await refusal(backlog.batch({ lines: refused }), 'BATCH_REFUSED', atLine(3), 'nowhere');
    await refusal(backlog.batch({ lines: refused, dryRun: true }), 'BATCH_REFUSED', atLine(3), 'nowhere');
    expect(await contents(backlog)).toEqual(before);
  });

  it('is refused for a lost claim and for a cycle, like the operations themselves', async ({ backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B', dependsOn: ['A'] });
    const before = await contents(backlog);
    await refusal(
      backlog.batch({ lines: lines({ op: 'complete', id: 'A', owner: 'w' }) }),
      'BATCH_REFUSED',
      atLine(1),
      'A',
    );
    await refusal(
      backlog.batch({ lines: lines({ op: 'link', from: 'A', to: 'B' }) }),
      'BATCH_REFUSED',
      atLine(1),
      'A',
      'B',
    );
    expect(await contents(backlog)).toEqual(before);
  });

  const malformed = {
    'a line that is not JSON': '{"op":',
    'a line that is no object': '[1]',
    'a line without op': '{"id":"A"}',
    'an operation that does not exist': '{"op":"destroy","id":"A"}',
    'an operation that only reads': '{"op":"list"}',
    'an option that does not exist': '{"op":"complete","id":"A","force":true}',
    'a value of the wrong kind': '{"op":"create","id":"B","title":7}',
    'a claim that waits': '{"op":"claim","owner":"w","waitSeconds":5}',
  };
  for (const [what, bad] of Object.entries(malformed)) {
    it(`is refused as a whole for ${what}`, async ({ backlog }) => {
      await given(backlog, { id: 'A' });
      const before = await contents(backlog);
      const [good = ''] = lines({ op: 'create', id: 'C', title: 'C' });
      await refusal(backlog.batch({ lines: [good, bad] }), 'BATCH_REFUSED', atLine(2));
      expect(await contents(backlog)).toEqual(before);
    });
  }
}
