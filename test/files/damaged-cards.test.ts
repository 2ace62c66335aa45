/** An invalid card file is shown with its reason, is never used, never overwritten, and stops nobody. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { given, ids, line } from '../contract/given.ts';
import { refusal } from '../contract/refusal.ts';
import { byHand as it, cardPath, readCard, tree } from './by-hand.ts';

const WELL = '{\n  "id": "A",\n  "title": "Alpha",\n  "priority": 3\n}\n';

/** What stands in the file, and what the reason has to mention. */
const DAMAGE: Readonly<Record<string, { readonly content: string | Buffer; readonly reason: RegExp }>> = {
  'cut off in the middle': { content: WELL.slice(0, 30), reason: /line [23]/ },
  empty: { content: '', reason: /empty/ },
  'not JSON': { content: 'id: A\ntitle: Alpha\n', reason: /line 1/ },
  'JSON with a comma too many': { content: WELL.replace('3\n', '3,\n'), reason: /line [45]/ },
  'not an object': { content: '["A"]\n', reason: /object/ },
  'without a title': { content: '{"id":"A"}', reason: /title/ },
  'with a priority that is none': { content: WELL.replace('3', '"high"'), reason: /priority.*line 4|line 4.*priority/ },
  'with a status that is none': { content: WELL.replace('"priority": 3', '"status": "open"'), reason: /status/ },
  'claimed by nobody': { content: WELL.replace('"priority": 3', '"status": "claimed"'), reason: /claim/ },
  'of another id than its name says': { content: WELL.replace('"A"', '"B"'), reason: /B/ },
  'not text': { content: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), reason: /UTF-8/ },
};

for (const [what, { content, reason }] of Object.entries(DAMAGE)) {
  describe(`a card file that is ${what}`, () => {
    it('is shown as damaged with its reason, and everything else goes on', async ({ store, backlog }) => {
      await given(backlog, { id: 'A', priority: 9 }, { id: 'B' }, { id: 'C', dependsOn: ['A'] });
      writeFileSync(cardPath(store, 'A.json'), content);

      const { cards, damaged } = await backlog.list();
      expect(ids(cards)).toEqual(['B', 'C']);
      expect(damaged).toMatchObject([
        { id: 'A', file: cardPath(store, 'A.json'), reason: expect.stringMatching(reason) },
      ]);
      const error = await refusal(backlog.get({ id: 'A' }), 'CARD_DAMAGED', 'A', 'A.json');
      expect(error.message).toMatch(reason);
      expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'B' });
      expect(await backlog.claim({ owner: 'w' })).toBeNull();
      expect(readFileSync(cardPath(store, 'A.json'))).toEqual(Buffer.from(content));
    });
  });
}

describe('a damaged card', () => {
  it('is never overwritten, whatever is asked', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B' });
    writeFileSync(cardPath(store, 'A.json'), 'not json');
    const attempts = [
      backlog.claim({ owner: 'w', id: 'A' }),
      backlog.complete({ id: 'A' }),
      backlog.release({ id: 'A' }),
      backlog.fail({ id: 'A' }),
      backlog.renew({ id: 'A', owner: 'w' }),
      backlog.block({ id: 'A' }),
      backlog.unblock({ id: 'A' }),
      backlog.update({ id: 'A', title: 'New' }),
      backlog.link({ from: 'A', to: 'B' }),
      backlog.unlink({ from: 'A', to: 'B' }),
      backlog.reclaim({ id: 'A' }),
    ];
    for (const attempt of attempts) await refusal(attempt, 'CARD_DAMAGED', 'A');
    await refusal(backlog.import({ lines: [line({ id: 'A' })], update: true }), 'IMPORT_REFUSED', 'A');
    await refusal(backlog.batch({ lines: ['{"op":"complete","id":"A"}'] }), 'BATCH_REFUSED', 'A');
    await expect(backlog.create({ id: 'A', title: 'Again' })).rejects.toThrow('A');
    await backlog.reclaim();
    await backlog.archive();
    await backlog.doctor();
    expect(readFileSync(cardPath(store, 'A.json'), 'utf8')).toBe('not json');
  });

  it('is not lost when doctor repairs what it can: what stood in the file is kept', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' });
    writeFileSync(cardPath(store, 'A.json'), 'not json, and dear to somebody');
    await backlog.doctor({ fix: true });
    expect([...tree(store.root).values()]).toContain('not json, and dear to somebody');
    const { cards, damaged } = await backlog.list();
    expect(cards.length + damaged.length).toBe(1);
  });

  it('holds back what depends on it, and explain says why', async ({ store, backlog }) => {
    await given(backlog, { id: 'A', status: 'done' }, { id: 'B', dependsOn: ['A'] });
    writeFileSync(cardPath(store, 'A.json'), 'not json');
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    expect(await backlog.explain({ id: 'B' })).toMatchObject([
      {
        claimable: false,
        obstacles: [{ kind: 'dependency-damaged', id: 'A', reason: expect.stringContaining('line 1') }],
      },
    ]);
    expect(await backlog.explain({ id: 'A' })).toMatchObject([
      {
        status: 'damaged',
        claimable: false,
        obstacles: [{ kind: 'damaged', reason: expect.stringContaining('line 1') }],
      },
    ]);
  });

  it('is counted by stats and found by doctor', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B' });
    writeFileSync(cardPath(store, 'A.json'), '{');
    expect(await backlog.stats()).toMatchObject({ damaged: 1, byStatus: { ready: 1 } });
    const report = await backlog.doctor();
    expect(report.healthy).toBe(false);
    expect(report.findings).toMatchObject([{ code: 'damaged-card', severity: 'error', subject: 'A' }]);
  });

  it('is well again when its file is mended', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B', dependsOn: ['A'] });
    const content = readFileSync(cardPath(store, 'A.json'));
    writeFileSync(cardPath(store, 'A.json'), '{');
    expect((await backlog.list()).damaged).toHaveLength(1);
    writeFileSync(cardPath(store, 'A.json'), content);
    expect(await backlog.list()).toMatchObject({ damaged: [], cards: [{ id: 'A' }, { id: 'B' }] });
    expect(await backlog.complete({ id: 'A' })).toMatchObject({ status: 'done' });
    expect((await backlog.doctor()).healthy).toBe(true);
  });

  it('does not stop others from being created, imported, exported or archived', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B', status: 'done' });
    writeFileSync(cardPath(store, 'A.json'), '{');
    await backlog.create({ id: 'C', title: 'C', dependsOn: ['A'] });
    await given(backlog, { id: 'D' });
    expect(await backlog.archive()).toEqual(['B']);
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'D' });
  });

  it('may be a folder in the place of a file', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B' });
    rmSync(cardPath(store, 'A.json'));
    mkdirSync(cardPath(store, 'A.json'));
    expect(await backlog.list()).toMatchObject({ cards: [{ id: 'B' }], damaged: [{ id: 'A' }] });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'B' });
  });

  it('may have been damaged while no process was there', async ({ store, backlog }) => {
    await given(backlog, { id: 'A', priority: 5 }, { id: 'B' });
    await backlog.close();
    writeFileSync(cardPath(store, 'A.json'), '{');
    const next = await store.open({ actor: 'next' });
    expect(await next.claim({ owner: 'w' })).toMatchObject({ id: 'B' });
    expect((await next.list()).damaged).toMatchObject([{ id: 'A' }]);
    await next.close();
  });
});

describe('a cycle made by hand', () => {
  it('is explained, found by doctor, and stops nobody else', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B', dependsOn: ['A'] }, { id: 'C', priority: -1 });
    writeFileSync(cardPath(store, 'A.json'), JSON.stringify({ ...readCard(store, 'A.json'), dependsOn: ['B'] }));
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'C' });
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
    const [explanation] = await backlog.explain({ id: 'A' });
    const cycle = explanation?.obstacles.find((obstacle) => obstacle.kind === 'dependency-cycle')?.cycle;
    expect(new Set(cycle)).toEqual(new Set(['A', 'B']));
    expect((await backlog.doctor()).findings.map((finding) => finding.code)).toContain('dependency-cycle');
  });
});

it('a damaged file is known to every process, not only to the one that met it first', async ({ store, backlog }) => {
  await given(backlog, { id: 'A' });
  writeFileSync(cardPath(store, 'new.json'), '{ "id": "new", "title": ');
  expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A' });
  await backlog.close();
  const next = await store.open({ actor: 'next' });
  await refusal(next.get({ id: 'new' }), 'CARD_DAMAGED', 'new.json');
  await next.doctor({ fix: true });
  await refusal(next.get({ id: 'new' }), 'CARD_NOT_FOUND', 'new');
  await next.close();
});
