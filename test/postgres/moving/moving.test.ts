/** Moving house: what one store exports the other takes in, both ways, without the loss of a byte. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Backlog } from '../../../src/backlog/backlog.ts';
import { collect, fromNow, line, type GivenCard } from '../../contract/given.ts';
import { cardOfIssue } from '../../data/beads.ts';
import { generatedCards } from '../../data/generated.ts';
import { newFileStore } from '../../files/file-store.ts';
import { emptyDatabase, opened } from '../opened.ts';

async function inFiles(): Promise<Backlog> {
  const store = await newFileStore();
  const backlog = await store.open({ actor: 'tester' });
  onTestFinished(async () => {
    await backlog.close();
    await store.remove();
  });
  return backlog;
}

async function onServer(): Promise<Backlog> {
  return opened(await emptyDatabase());
}

/** From files to a server and back, and the same the other way round. */
async function movesWithoutLoss(lines: readonly string[]): Promise<readonly string[]> {
  const [files, server, back] = [await inFiles(), await onServer(), await inFiles()];
  await files.import({ lines });
  const exported = await collect(files.export());
  expect(exported).toHaveLength(lines.length);

  const report = await server.import({ lines: exported });
  expect(report.created).toHaveLength(lines.length);
  expect(await collect(server.export())).toEqual(exported);
  expect(await server.import({ lines: exported })).toMatchObject({ created: [], updated: [] });
  expect((await server.list()).cards).toEqual((await files.list()).cards);
  expect((await server.doctor()).findings.map(({ code, subject }) => `${code} ${subject}`).toSorted()).toEqual(
    (await files.doctor()).findings.map(({ code, subject }) => `${code} ${subject}`).toSorted(),
  );

  await back.import({ lines: await collect(server.export()) });
  expect(await collect(back.export())).toEqual(exported);
  return exported;
}

const fixture = (path: string): readonly string[] =>
  readFileSync(new URL(path, import.meta.url), 'utf8')
    .split('\n')
    .filter(isSomething);

function isSomething(text: string): boolean {
  return text !== '';
}

const beads =
  process.env['MOSAIC_TEST_BEADS'] ??
  fileURLToPath(new URL('../../../../shared/data/beads-issues.jsonl', import.meta.url));

describe('from one store into the other and back', () => {
  it('the plan of the demonstration', async () => {
    await movesWithoutLoss(fixture('../../../fixtures/plan.jsonl'));
  });

  it.each([11, 12])('generated cards of seed %i', async (seed) => {
    await movesWithoutLoss(generatedCards(seed, 300).map(line));
  });

  it('real issues', async ({ skip }) => {
    skip(!existsSync(beads), `There is no file ${beads}; name one with MOSAIC_TEST_BEADS.`);
    const issues = readFileSync(beads, 'utf8').split('\n').filter(isSomething);
    const now = Date.now();
    const exported = await movesWithoutLoss(issues.map((issue) => line(cardOfIssue(issue, now))));
    expect(exported.length).toBeGreaterThan(100);
  });

  it('every field at its limits', async () => {
    const exported = await movesWithoutLoss(LIMITS.map(line));
    const byId = new Map(exported.map((text) => [idOf(text), text]));
    expect(byId.get('order')).toContain('"acceptance":{"z":1,"a":{"y":[1,null,{"b":2,"a":1}],"x":""},"m":[]}');
    expect(byId.get('order')).toContain('"result":{"10":2,"z":1,"a":3}');
    expect(byId.get('order')).toContain('"x-z":{"b":1,"a":2},"x-a":[{"d":1,"c":2}],"x-null":null');
    expect(byId.get('dates')).toContain('0000-01-01T00:00:00.000Z');
    expect(byId.get('dates')).toContain('9999-12-31T23:59:59.999Z');
    expect(byId.get('long')).toContain('b'.repeat(2 ** 20));
  });

  it('archived cards, and every card with its revision', async () => {
    const server = await onServer();
    await server.import({ lines: generatedCards(13, 60).map(line) });
    await server.archive();
    for (let n = 0; n < 5; n++) await server.claim({ owner: `w${n}` });
    const exported = await collect(server.export());
    const files = await inFiles();
    await files.import({ lines: exported });
    expect(await collect(files.export())).toEqual(exported);
    const again = await onServer();
    await again.import({ lines: await collect(files.export()) });
    expect(await collect(again.export())).toEqual(exported);
    expect((await again.stats()).byStatus).toEqual((await files.stats()).byStatus);
    await again.archive();
    expect((await again.stats()).archived).toBe((await server.stats()).archived);
  });
});

it('a claim survives the move: its holder goes on, and its end is where it was', async () => {
  const [files, server] = [await inFiles(), await onServer()];
  await files.create({ id: 'a', title: 'A', maxAttempts: 3 });
  const claimed = await files.claim({ owner: 'w', ttlSeconds: 600 });
  await server.import({ lines: await collect(files.export()) });
  expect(await server.get({ id: 'a' })).toEqual(claimed);
  expect(await server.claim({ owner: 'other' })).toBeNull();
  expect(await server.complete({ id: 'a', owner: 'w', attempt: 1, result: { z: 1, a: 2 } })).toMatchObject({
    status: 'done',
    rev: 3,
  });
});

it('what is refused on the way in leaves the server as it was', async () => {
  const server = await onServer();
  await server.create({ id: 'a', title: 'A' });
  const lines = [line({ id: 'b' }), line({ id: 'a', title: 'Other' }), '{"id":"c"}'];
  await expect(server.import({ lines })).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
  expect((await server.list()).cards).toMatchObject([{ id: 'a', title: 'A' }]);
});

function idOf(text: string): string {
  return /^\{"id":"([^"]*)"/.exec(text)?.[1] ?? '';
}

const EDGE = '\u{1f994}\ufeff\u00a0\u2028\u2029\u0001\u001f\u007f\t\r\n"\\/\u00e9e\u0301\uffff\u{10ffff}';

const LIMITS: readonly GivenCard[] = [
  { id: 'plain', title: 'T', body: 'b' },
  { id: 'long', title: 'T', body: 'b'.repeat(2 ** 20) },
  { id: 'text', title: `x${EDGE}`, body: EDGE, statusReason: EDGE, acceptance: [EDGE, { [EDGE]: EDGE }] },
  {
    id: 'order',
    acceptance: { z: 1, a: { y: [1, null, { b: 2, a: 1 }], x: '' }, m: [] },
    status: 'done',
    result: { z: 1, '10': 2, a: 3 },
    'x-z': { b: 1, a: 2 },
    'x-a': [{ d: 1, c: 2 }],
    'x-null': null,
    'x-number': 1.5,
  },
  {
    id: 'dates',
    status: 'claimed',
    claimOwner: 'w',
    claimTtlSeconds: 2_147_483_647,
    claimedAt: fromNow(-1),
    attempts: 1,
    createdAt: '0000-01-01T00:00:00.000Z',
    updatedAt: '9999-12-31T23:59:59.999Z',
    notBefore: '0000-02-29T12:00:00.001Z',
  },
  { id: 'late', notBefore: '9999-12-31T23:59:59.999Z', createdAt: '1969-12-31T23:59:59.999Z' },
  { id: 'leap', createdAt: '2016-12-31T23:59:59.999Z', updatedAt: '0001-01-01T00:00:00.000Z' },
  { id: 'high', priority: 2_147_483_647, rev: Number.MAX_SAFE_INTEGER, attempts: 2_147_483_647 },
  { id: 'low', priority: -2_147_483_648, maxAttempts: 1 },
  {
    id: 'numbers',
    acceptance: [0, -0, 0.1, 1e21, 1e-7, 1.7976931348623157e308, 5e-324, -9007199254740991, 2 ** 63, 3.0],
  },
  { id: 'scalars', acceptance: 'text', result: false },
  { id: 'empties', acceptance: {}, result: [], 'x-empty': '', body: '' },
  { id: 'null-like', title: 'null', body: 'NULL', acceptance: 'null', labels: ['null', 'NULL', '{}', ','] },
  { id: 'labels', labels: ['"', '\\', '{a,b}', "'", '\u{1f994}', 'a b', 'é'] },
  { id: 'quote\'"\\', dependsOn: ['{', ',', 'nowhere\\', "'; drop table backlog; --"], idempotencyKey: 'k\'"' },
  { id: 'deep', acceptance: JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`) },
  { id: 'x'.repeat(128), phase: 'é'.repeat(64) },
];
