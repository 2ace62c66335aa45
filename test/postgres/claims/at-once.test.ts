/** Many at the same thing at once: one card is made, no cycle is closed, and nobody hears of a deadlock. */
import { expect, onTestFinished, test } from 'vitest';
import type { Backlog } from '../../../src/backlog/backlog.ts';
import { openBacklog } from '../../../src/backlog/open.ts';
import { findCyclesIn } from '../../../src/card/cycle.ts';
import { MosaicError } from '../../../src/errors.ts';
import { given, line } from '../../contract/given.ts';
import { refusal } from '../../contract/refusal.ts';
import { randomFrom } from '../../data/generated.ts';
import { connect, query } from '../connection.ts';
import { newDatabase } from '../database.ts';

const isDeep = process.env['MOSAIC_AT_ONCE'] === 'deep';
const ROUNDS = isDeep ? 400 : 25;
const CARDS = 30;
const seed = Number(process.env['MOSAIC_TEST_SEED'] ?? Date.now() % 1_000_000);

interface Given {
  readonly url: string;
  /** As so many programs would have them. */
  readonly handles: readonly Backlog[];
  /** Closes them, and says how many deadlocks they have met in: each session tells when it ends. */
  readonly deadlocks: () => Promise<number>;
}

async function givenHandles(count: number): Promise<Given> {
  console.log(`The seed is ${seed}; repeat it with MOSAIC_TEST_SEED=${seed}.`);
  // Of its own: in one that was used before, a session of then may tell of its deadlocks only now.
  const database = await newDatabase();
  const { url } = database;
  const handles = await Promise.all(
    Array.from({ length: count }, (_, n) => openBacklog({ databaseUrl: url, actor: `handle-${n}` })),
  );
  const close = async (): Promise<void> => {
    await Promise.all(handles.map((handle) => handle.close()));
  };
  onTestFinished(async () => {
    await close();
    await database.remove();
  });
  return {
    url,
    handles,
    async deadlocks() {
      await close();
      return deadlocksOf(url);
    },
  };
}

/** Each row takes a while, in which others write theirs. */
async function slowDown(url: string): Promise<void> {
  const connection = await connect(url);
  await query(
    connection,
    `create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.001); return new; end'`,
  );
  await query(connection, 'create trigger slow before insert on backlog for each row execute function slow()');
  await connection.end();
}

async function deadlocksOf(url: string): Promise<number> {
  const connection = await connect(url);
  const [row] = await query(connection, 'select deadlocks from pg_stat_database where datname = current_database()');
  await connection.end();
  return Number(row?.['deadlocks']);
}

/** They take turns. */
function turn(handles: readonly Backlog[], n: number): Backlog {
  const handle = handles[n % handles.length];
  if (handle === undefined) throw new Error('There is no handle.');
  return handle;
}

function only(handles: readonly Backlog[]): Backlog {
  return turn(handles, 0);
}

test('of forty creates with one idempotency key one makes a card, and all give it', async () => {
  const { handles } = await givenHandles(10);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      turn(handles, n).create({ id: `card-${n}`, title: `Title ${n}`, idempotencyKey: 'once' }),
    ),
  );
  const { cards } = await only(handles).list();
  expect(cards).toHaveLength(1);
  for (const answer of answers) expect(answer).toEqual(cards[0]);
  expect(await only(handles).history()).toHaveLength(1);
});

test('of twenty that create the same id one makes the card, and each other one is told that it is there', async () => {
  const { handles } = await givenHandles(10);
  const creates = Array.from({ length: 20 }, (_, n) => turn(handles, n).create({ id: 'A', title: `Title ${n}` }));
  const answers = await Promise.allSettled(creates);
  const made = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  expect(made).toEqual([await only(handles).get({ id: 'A' })]);
  for (const [n, { status }] of answers.entries()) {
    if (status === 'rejected') await refusal(creates[n] ?? Promise.resolve(), 'CARD_EXISTS', 'A');
  }
  expect(await only(handles).history()).toHaveLength(1);
});

test('imports of the same cards in different orders make each card once, and meet in no deadlock', async () => {
  const { handles, deadlocks, url } = await givenHandles(6);
  await only(handles).stats();
  await slowDown(url);
  const random = randomFrom(seed);
  for (let round = 0; round < 8; round += 1) {
    const lines = Array.from({ length: CARDS }, (_, n) => line({ id: `card-${round}-${n}` }));
    await Promise.all(handles.map((handle) => handle.import({ lines: shuffled(lines, random) })));
  }
  expect((await only(handles).list()).cards).toHaveLength(8 * CARDS);
  expect(await only(handles).history()).toHaveLength(8 * CARDS);
  expect(await deadlocks()).toBe(0);
});

test(
  'edges that eight handles add at random, one by one and several at once, close no cycle',
  {
    timeout: 1_800_000,
  },
  async () => {
    const { handles } = await givenHandles(8);
    const backlog = only(handles);
    await given(backlog, ...Array.from({ length: CARDS }, (_, n) => ({ id: `card-${n}` })));
    const added = new Set<string>();
    let refusals = 0;
    await Promise.all(
      handles.map(async (handle, h) => {
        const random = randomFrom(seed + h);
        const edge = (): { readonly from: string; readonly to: string } => ({
          from: `card-${Math.floor(random() * CARDS)}`,
          to: `card-${Math.floor(random() * CARDS)}`,
        });
        for (let round = 0; round < ROUNDS; round += 1) {
          const edges = Array.from({ length: random() < 0.3 ? 3 : 1 }, edge);
          try {
            await link(handle, edges);
            for (const { from, to } of edges) added.add(`${from} ${to}`);
          } catch (error) {
            if (!isCycle(error)) throw error;
            refusals += 1;
          }
        }
      }),
    );
    const { cards } = await backlog.list();
    const needs = new Map(cards.map(({ id, dependsOn }) => [id, dependsOn]));
    expect(findCyclesIn([...needs.keys()], (id) => needs.get(id) ?? [])).toEqual([]);
    const there = cards.flatMap(({ id, dependsOn }) => dependsOn.map((need) => `${id} ${need}`));
    expect(there.toSorted(), 'what was acknowledged, and nothing else').toEqual([...added].toSorted());
    console.log(`${added.size} edges, ${refusals} refusals.`);
    expect(refusals).toBeGreaterThan(0);
    expect((await backlog.doctor()).findings).toEqual([]);
  },
);

test('the two halves of a cycle, one in a new card and one in a link, are never both there', async () => {
  const { handles } = await givenHandles(2);
  const backlog = only(handles);
  for (let round = 0; round < ROUNDS; round += 1) {
    const [old, late] = [`old-${round}`, `late-${round}`];
    // It waits for a card that is not there yet.
    await backlog.create({ id: old, title: 'Old', dependsOn: [late] });
    await given(backlog, { id: `middle-${round}` });
    const answers = await Promise.allSettled([
      turn(handles, 0).create({ id: late, title: 'Late', dependsOn: [`middle-${round}`] }),
      turn(handles, 1).link({ from: `middle-${round}`, to: old }),
    ]);
    const refused = answers.flatMap((answer): readonly unknown[] =>
      answer.status === 'rejected' ? [answer.reason] : [],
    );
    expect(refused).toHaveLength(1);
    expect(isCycle(refused[0]), String(refused[0])).toBe(true);
  }
});

test('handles that change the edges of the same cards by links and by imports never meet in a deadlock', async () => {
  const { handles, deadlocks } = await givenHandles(6);
  await given(only(handles), { id: 'A' }, { id: 'B' }, { id: 'C' });
  await Promise.all(
    handles.map(async (handle, h) => {
      const [from, to] = h % 2 === 0 ? (['A', 'B'] as const) : (['B', 'A'] as const);
      for (let round = 0; round < ROUNDS; round += 1) {
        const linked: Promise<unknown> =
          h < 4 ? handle.link({ from, to }) : handle.import({ lines: linesOf(from, to), update: true });
        await linked.catch((error: unknown) => {
          if (!isCycle(error)) throw error;
        });
        await handle.unlink({ from, to });
      }
    }),
  );
  expect(await deadlocks()).toBe(0);
});

function linesOf(from: string, to: string): readonly string[] {
  return [line({ id: from, dependsOn: [to, 'C'] }), line({ id: 'C' })];
}

test(
  'batches that change the same cards in different orders all succeed, each as one',
  { timeout: 600_000 },
  async () => {
    const { handles } = await givenHandles(6);
    const backlog = only(handles);
    const ids = Array.from({ length: 8 }, (_, n) => `card-${n}`);
    await given(backlog, ...ids.map((id) => ({ id })));
    const rounds = Math.ceil(ROUNDS / 5);
    await Promise.all(
      handles.map(async (handle, h) => {
        const random = randomFrom(seed + h);
        for (let round = 0; round < rounds; round += 1) {
          const title = `By ${h} in round ${round}`;
          const lines = shuffled(ids, random).map((id) => JSON.stringify({ op: 'update', id, title }));
          await handle.batch({ lines });
        }
      }),
    );
    const { cards } = await backlog.list();
    expect(new Set(cards.map(({ title }) => title)).size, 'all are of one batch').toBe(1);
    expect(cards.map(({ rev }) => rev)).toEqual(ids.map(() => 1 + handles.length * rounds));
  },
);

async function link(backlog: Backlog, edges: readonly { readonly from: string; readonly to: string }[]): Promise<void> {
  const [first] = edges;
  if (edges.length === 1 && first !== undefined) await backlog.link(first);
  else await backlog.batch({ lines: edges.map((edge) => JSON.stringify({ op: 'link', ...edge })) });
}

/** A batch and an import name the line, and say what they met there. */
function isCycle(error: unknown): boolean {
  if (!(error instanceof MosaicError)) return false;
  const isOfLines = error.code === 'BATCH_REFUSED' || error.code === 'IMPORT_REFUSED';
  return error.code === 'DEPENDENCY_CYCLE' || (isOfLines && /cycle|itself/i.test(error.message));
}

function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  return values
    .map((value) => ({ value, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
