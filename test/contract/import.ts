/** `import`: one atomic, repeatable step. */
import { describe, expect } from 'vitest';
import { collect, contents, fromNow, given, ids, line } from './given.ts';
import { atLine, refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfImport(it: PromiseTest): void {
  describe('import', () => {
    whatComesIn(it);
    again(it);
    update(it);
    allOrNothing(it);
    badLines(it);
  });
}

function whatComesIn(it: PromiseTest): void {
  it('needs an id and a title, and fills the rest with the defaults of create', async ({ backlog, elsewhere }) => {
    const report = await backlog.import({ lines: ['{"id":"A","title":"Alpha"}'] });
    expect(report).toEqual({ created: ['A'], updated: [], unchanged: [], dryRun: false });
    const made = await elsewhere.create({ id: 'A', title: 'Alpha' });
    const card = await backlog.get({ id: 'A' });
    expect(card).toEqual({ ...made, createdAt: card.createdAt, updatedAt: card.updatedAt });
    expect(Date.now() - Date.parse(card.createdAt)).toBeLessThan(60_000);
  });

  it('takes every field as it stands, extra ones too', async ({ backlog }) => {
    const card = {
      id: 'A',
      title: 'Alpha',
      body: 'Text\n',
      phase: 'M1',
      priority: -3,
      status: 'claimed' as const,
      dependsOn: ['B', 'nowhere'],
      claimOwner: 'w',
      claimTtlSeconds: 77,
      claimedAt: fromNow(-7),
      attempts: 4,
      idempotencyKey: 'k',
      acceptance: { all: ['of', 'it'] },
      createdAt: '2020-02-02T02:02:02.002Z',
      updatedAt: '2021-02-02T02:02:02.002Z',
      rev: 17,
      labels: ['x'],
      maxAttempts: 5,
      notBefore: '2020-02-02T02:02:02.003Z',
      statusReason: 'Once red.',
      result: [null, 1],
      extra: { kept: true },
    };
    await backlog.import({ lines: [JSON.stringify(card)] });
    expect(await backlog.get({ id: 'A' })).toEqual(card);
    expect(await backlog.complete({ id: 'A', owner: 'w', attempt: 4 })).toMatchObject({ rev: 18, status: 'done' });
  });

  it('takes edges to later lines, and in any order of the lines', async ({ backlog }) => {
    await given(backlog, { id: 'c', dependsOn: ['b'] }, { id: 'b', dependsOn: ['a'] }, { id: 'a' });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'a' });
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
  });

  it('reads lines as a file has them: blank ones, line ends of any kind, a byte order mark', async ({ backlog }) => {
    await backlog.import({ lines: [`\ufeff${line({ id: 'a' })}\n`, '', '   \n', `${line({ id: 'b' })}\r\n`] });
    expect(ids((await backlog.list()).cards).toSorted()).toEqual(['a', 'b']);
  });

  it('reads lines that arrive one by one', async ({ backlog }) => {
    async function* arriving(): AsyncGenerator<string> {
      for (const id of ['a', 'b', 'c']) {
        await Promise.resolve();
        yield line({ id });
      }
    }
    expect(await backlog.import({ lines: arriving() })).toMatchObject({ created: ['a', 'b', 'c'] });
  });

  it('of nothing changes nothing', async ({ backlog }) => {
    expect(await backlog.import({ lines: [] })).toEqual({ created: [], updated: [], unchanged: [], dryRun: false });
    expect(await backlog.history()).toEqual([]);
  });

  it('reports its progress', async ({ backlog }) => {
    const seen: number[] = [];
    await backlog.import({
      lines: Array.from({ length: 300 }, (_, n) => line({ id: `card-${n}` })),
      onProgress: ({ done, total }) => {
        expect(done).toBeLessThanOrEqual(total);
        seen.push(done);
      },
    });
    expect(seen.at(-1)).toBe(300);
  });
}

function again(it: PromiseTest): void {
  it('of the same lines again changes nothing', async ({ backlog }) => {
    const lines = [line({ id: 'a', labels: ['x'] }), line({ id: 'b', dependsOn: ['a'], body: 'Text' })];
    await backlog.import({ lines });
    const before = await contents(backlog);
    const unchanged = { created: [], updated: [], unchanged: ['a', 'b'], dryRun: false };
    expect(await backlog.import({ lines })).toEqual(unchanged);
    expect(await backlog.import({ lines, update: true })).toEqual(unchanged);
    expect(await contents(backlog)).toEqual(before);
  });

  it('of the same lines with one more creates that one', async ({ backlog }) => {
    await given(backlog, { id: 'a' });
    expect(await backlog.import({ lines: [line({ id: 'a' }), line({ id: 'b' })] })).toMatchObject({
      created: ['b'],
      unchanged: ['a'],
    });
  });

  it('as a dry run says what would happen and changes nothing', async ({ backlog }) => {
    await given(backlog, { id: 'a' }, { id: 'b' });
    const before = await contents(backlog);
    const lines = [line({ id: 'a' }), line({ id: 'b', title: 'Other' }), line({ id: 'c' })];
    expect(await backlog.import({ lines, update: true, dryRun: true })).toEqual({
      created: ['c'],
      updated: ['b'],
      unchanged: ['a'],
      dryRun: true,
    });
    await refusal(backlog.import({ lines, dryRun: true }), 'IMPORT_REFUSED', 'b');
    expect(await contents(backlog)).toEqual(before);
  });
}

function update(it: PromiseTest): void {
  it('refuses an id that exists with other content', async ({ backlog }) => {
    await given(backlog, { id: 'a' });
    const before = await contents(backlog);
    const lines = [line({ id: 'b' }), line({ id: 'a', title: 'Other' })];
    const error = await refusal(backlog.import({ lines }), 'IMPORT_REFUSED', atLine(2), 'a');
    expect(`${error.message} ${error.hint}`).toContain('update');
    expect(await contents(backlog)).toEqual(before);
  });

  it('with update replaces it, as one change of the card', async ({ backlog }) => {
    await given(backlog, { id: 'a', labels: ['x'], extra: 1 });
    const lines = [line({ id: 'a', title: 'Other', priority: 4 })];
    expect(await backlog.import({ lines, update: true })).toMatchObject({ created: [], updated: ['a'] });
    expect(await backlog.get({ id: 'a' })).toMatchObject({ title: 'Other', priority: 4, rev: 2 });
    expect((await backlog.history({ id: 'a' })).at(-1)).toMatchObject({ kind: 'imported', rev: 2 });
    expect(await backlog.import({ lines, update: true })).toMatchObject({ updated: [], unchanged: ['a'] });
  });

  it('with update takes an export in which something was changed, and the same one again changes nothing', async ({
    backlog,
  }) => {
    await given(backlog, { id: 'a', labels: ['x'] }, { id: 'b' });
    await backlog.update({ id: 'a', priority: 2 });
    const lines = (await collect(backlog.export())).map((text) => text.replace('Card a', 'Other title'));
    expect(await backlog.import({ lines, update: true })).toMatchObject({ updated: ['a'], unchanged: ['b'] });
    expect(await backlog.get({ id: 'a' })).toMatchObject({ title: 'Other title', priority: 2, labels: ['x'], rev: 3 });
    const before = await contents(backlog);
    expect(await backlog.import({ lines, update: true })).toMatchObject({ updated: [] });
    expect(await contents(backlog)).toEqual(before);
  });
}

function allOrNothing(it: PromiseTest): void {
  it('names every bad line and changes nothing', async ({ backlog }) => {
    await given(backlog, { id: 'there' });
    const before = await contents(backlog);
    const lines = [
      line({ id: 'good' }),
      '{"id":"no-title"}',
      '',
      '{"title":"no id"}',
      'not json',
      line({ id: 'fine' }),
      '{"id":"x","title":"x","priority":"high"}',
    ];
    const error = await refusal(
      backlog.import({ lines }),
      'IMPORT_REFUSED',
      atLine(2),
      atLine(4),
      atLine(5),
      atLine(7),
    );
    expect(error.message).not.toMatch(/\bline [136]\b/i);
    expect(error.message).toMatch(/line 7.*priority must be a whole number/i);
    expect(await contents(backlog)).toEqual(before);
  });

  it('changes nothing when its lines break off', async ({ backlog }) => {
    async function* breaking(): AsyncGenerator<string> {
      yield line({ id: 'a' });
      await Promise.resolve();
      throw new Error('The pipe broke.');
    }
    await expect(backlog.import({ lines: breaking() })).rejects.toThrow('The pipe broke.');
    expect(await backlog.history()).toEqual([]);
  });

  it('is seen by other handles as a whole or not at all', async ({ backlog, other }) => {
    const lines = Array.from({ length: 200 }, (_, n) => line({ id: `card-${n}` }));
    const importing = backlog.import({ lines });
    const seen = new Set<number>();
    let over = false;
    void importing.finally(() => (over = true));
    while (!over) {
      seen.add((await other.history()).length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await importing;
    for (const count of seen) expect([0, 200]).toContain(count);
  });
}

function badLines(it: PromiseTest): void {
  const bad = {
    'a line cut off': '{"id":"x","title":"x"',
    'a line that is no object': '["x"]',
    'an id that cannot be': JSON.stringify({ id: 'a\nb', title: 'x' }),
    'a blank title': JSON.stringify({ id: 'x', title: '  ' }),
    'a status that does not exist': JSON.stringify({ id: 'x', title: 'x', status: 'open' }),
    'a claim without an owner': JSON.stringify({ id: 'x', title: 'x', status: 'claimed' }),
    'an owner without a claim': JSON.stringify({ id: 'x', title: 'x', status: 'ready', claimOwner: 'w' }),
    'dependencies that are no list': JSON.stringify({ id: 'x', title: 'x', dependsOn: 'a' }),
    'a date that is none': JSON.stringify({ id: 'x', title: 'x', createdAt: 'yesterday' }),
    'a negative number of attempts': JSON.stringify({ id: 'x', title: 'x', attempts: -1 }),
    'a dependency on itself': JSON.stringify({ id: 'x', title: 'x', dependsOn: ['x'] }),
  };
  for (const [what, text] of Object.entries(bad)) {
    it(`refuses ${what}`, async ({ backlog }) => {
      await refusal(backlog.import({ lines: [line({ id: 'good' }), text] }), 'IMPORT_REFUSED', atLine(2));
      expect((await backlog.list()).cards).toEqual([]);
    });
  }

  it('refuses two lines for one id with different content', async ({ backlog }) => {
    const lines = [line({ id: 'a' }), line({ id: 'a', title: 'Other' })];
    await refusal(backlog.import({ lines, update: true }), 'IMPORT_REFUSED', atLine(2), 'a');
    expect((await backlog.list()).cards).toEqual([]);
  });

  it('refuses an idempotency key that another card has', async ({ backlog }) => {
    await given(backlog, { id: 'a', idempotencyKey: 'k' });
    await refusal(
      backlog.import({ lines: [line({ id: 'b', idempotencyKey: 'k' })] }),
      'IMPORT_REFUSED',
      atLine(1),
      'idempotencyKey',
    );
    const twice = [line({ id: 'c', idempotencyKey: 'm' }), line({ id: 'd', idempotencyKey: 'm' })];
    await refusal(backlog.import({ lines: twice }), 'IMPORT_REFUSED', atLine(2), 'idempotencyKey');
    expect(ids((await backlog.list()).cards)).toEqual(['a']);
  });
}
