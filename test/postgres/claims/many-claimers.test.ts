/** Sixty-four workers on many hosts drain one backlog: nothing is claimed twice, and nothing is lost. */
import { expect, onTestFinished, test } from 'vitest';
import { line } from '../../contract/given.ts';
import { randomFrom } from '../../data/generated.ts';
import { judge } from '../../processes/judge.ts';
import { newPostgresStore } from '../postgres-store.ts';
import { type Said, startHost } from './host.ts';

const isDeep = process.env['MOSAIC_CLAIMERS'] === 'deep';
const WORKERS = 64;
const HOSTS = isDeep ? WORKERS : 8;
const CARDS = isDeep ? 6400 : 320;
const seed = Number(process.env['MOSAIC_TEST_SEED'] ?? Date.now() % 1_000_000);

/** A third of them wait for others, so that what can be claimed changes all the time. */
function cards(): readonly string[] {
  const random = randomFrom(seed);
  return Array.from({ length: CARDS }, (_, n) => {
    const dependsOn = n > 20 && random() < 0.33 ? [`card-${Math.floor(random() * n)}`] : [];
    return line({ id: `card-${n}`, priority: Math.floor(random() * 3), dependsOn });
  });
}

function ownersOf(host: number): readonly string[] {
  return Array.from({ length: WORKERS / HOSTS }, (_, n) => `host-${host}-worker-${n}`);
}

test(
  `${WORKERS} workers at once complete ${CARDS} cards, each exactly once, whatever their hosts think of the time`,
  { timeout: isDeep ? 1_800_000 : 120_000 },
  async () => {
    console.log(`The seed is ${seed}; repeat it with MOSAIC_TEST_SEED=${seed}.`);
    const store = await newPostgresStore();
    onTestFinished(() => store.remove());
    const backlog = await store.open({ actor: 'test' });
    await backlog.import({ lines: cards() });
    const started = { wallMs: Date.now(), ms: performance.now() };
    const hosts = Array.from({ length: HOSTS }, (_, n) =>
      // Of three hosts one is right, one a day behind and one a day ahead: any claim would expire, or none ever.
      startHost({ url: store.url, owners: ownersOf(n), ttlSeconds: 900, clockHours: ((n % 3) - 1) * 24 }),
    );
    await Promise.all(hosts.map((host) => host.ended));
    console.log(`${CARDS} cards in ${((performance.now() - started.ms) / 1000).toFixed(1)} s.`);

    const history = await backlog.history();
    const said = hosts.flatMap((host) => host.said);
    const verdict = judge(history);
    expect(verdict).toMatchObject({ wrong: [], takeovers: 0 });
    expect(verdict.completed.size).toBe(CARDS);
    expect(history, 'each card was imported, claimed and completed, and nothing else').toHaveLength(3 * CARDS);
    for (const kind of ['claimed', 'completed']) {
      // Who was promised something is who did it, and everybody was told what he did.
      const done = history.filter((change) => change.kind === kind).map(({ id, by }) => `${id} by ${by}`);
      expect(namesOf(said, kind).toSorted(), kind).toEqual(done.toSorted());
    }
    const { cards: after } = await backlog.list({ status: 'done' });
    expect(after.map(({ attempts }) => attempts)).toEqual(Array.from({ length: CARDS }, () => 1));
    expect(new Set(said.map(({ owner }) => owner)).size, 'nobody starved').toBe(WORKERS);
    for (const { at } of said) {
      expect(Math.abs(Date.parse(at) - started.wallMs), "the time is the server's").toBeLessThan(3_600_000);
    }
    expect((await backlog.doctor()).findings).toEqual([]);
    await backlog.close();
  },
);

test('no card is claimed before all that it depends on is done', async () => {
  const store = await newPostgresStore();
  onTestFinished(() => store.remove());
  const backlog = await store.open({ actor: 'test' });
  // Ten layers of eight, each card on two of the layer below.
  const lines = Array.from({ length: 80 }, (_, n) => {
    const below = Math.floor(n / 8) * 8 - 8;
    const dependsOn = below < 0 ? [] : [`card-${below + (n % 8)}`, `card-${below + ((n + 3) % 8)}`];
    return line({ id: `card-${n}`, dependsOn, priority: n });
  });
  await backlog.import({ lines });
  const hosts = Array.from({ length: 4 }, (_, n) =>
    startHost({ url: store.url, owners: [`a${n}`, `b${n}`, `c${n}`, `d${n}`], ttlSeconds: 900 }),
  );
  await Promise.all(hosts.map((host) => host.ended));
  const history = await backlog.history();
  expect(judge(history)).toMatchObject({ wrong: [], takeovers: 0 });
  const doneAt = new Map(history.filter(({ kind }) => kind === 'completed').map(({ id, seq }) => [id, seq]));
  expect(doneAt.size).toBe(80);
  const { cards: all } = await backlog.list();
  const needs = new Map(all.map(({ id, dependsOn }) => [id, dependsOn]));
  for (const { id, seq, kind } of history) {
    if (kind !== 'claimed') continue;
    for (const need of needs.get(id) ?? []) expect(doneAt.get(need), `${need} before ${id}`).toBeLessThan(seq);
  }
  await backlog.close();
});

function namesOf(said: readonly Said[], kind: string): string[] {
  return said.filter((one) => one.kind === kind).map(({ id, owner }) => `${id} by ${owner}`);
}
