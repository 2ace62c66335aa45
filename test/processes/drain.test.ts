/** Twelve processes drain a backlog of 2,000 cards, while three of them are killed and started again at random. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ids, line } from '../contract/given.ts';
import { randomFrom } from '../data/generated.ts';
import { newFileStore } from '../files/file-store.ts';
import { judge } from './judge.ts';
import { type Program, type Said, start } from './program.ts';

const CARDS = 2000;
const WORKERS = 12;
const VICTIMS = 3;
/** Short, so that the cards of the killed come back soon; long for a worker that is only slow. */
const TTL_SECONDS = '2';

const seed = Number(process.env['MOSAIC_TEST_SEED'] ?? Date.now() % 1_000_000);

interface Worker {
  readonly owner: string;
  readonly program: Program;
}

test(
  'twelve processes complete 2,000 cards, each exactly once, while three of them are killed again and again',
  {
    // About 20 seconds where the machine has nothing else to do; the rest is for machines that have.
    timeout: 180_000,
  },
  async () => {
    console.log(`The seed is ${seed}; repeat it with MOSAIC_TEST_SEED=${seed}.`);
    const store = await newFileStore();
    onTestFinished(() => store.remove());
    const backlog = await store.open({ actor: 'test' });
    const random = randomFrom(seed);
    await backlog.import({
      lines: Array.from({ length: CARDS }, (_, n) => line({ id: `card-${n}`, priority: Math.floor(random() * 3) })),
    });

    const started = performance.now();
    const { workers, killed } = await drain(store.mosaicHome, random);
    const seconds = (performance.now() - started) / 1000;

    const verdict = judge(await backlog.history());
    console.log(
      `${CARDS} cards in ${seconds.toFixed(1)} s, ${killed.size} kills, ${verdict.takeovers} takeovers, ` +
        `${saidBy(workers, 'lost').length} claims lost by workers that were slow.`,
    );
    expect(verdict.wrong).toEqual([]);
    expect(verdict.completed.size).toBe(CARDS);
    expect(verdict.takeovers, 'each victim left at least one card behind').toBeGreaterThanOrEqual(VICTIMS);

    const acknowledged = saidBy(workers, 'completed');
    expect(new Set(ids(acknowledged)).size, 'no card was acknowledged twice').toBe(acknowledged.length);
    for (const { owner, id, attempt } of acknowledged) {
      expect(verdict.completed.get(id), id).toEqual({ by: owner, attempt });
    }
    // Who completes a card and is killed before it can say so is the only one who may be missing.
    const missing = [...verdict.completed].filter(([id]) => !acknowledged.some((event) => event.id === id));
    for (const [id, { by }] of missing) expect([...killed], `${id} was completed by ${by}`).toContain(by);

    const { cards } = await backlog.list();
    expect(cards.every((card) => card.status === 'done')).toBe(true);
    for (const card of cards) expect(card.attempts, card.id).toBe(verdict.completed.get(card.id)?.attempt);
    // The killed leave something to tidy up behind them, and nothing worse.
    const { findings } = await backlog.doctor();
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    await backlog.close();
  },
);

/** Runs the workers until every card is done. */
async function drain(
  mosaicHome: string,
  random: () => number,
): Promise<{ readonly workers: readonly Worker[]; readonly killed: ReadonlySet<string> }> {
  const workers: Worker[] = [];
  const killed = new Set<string>();
  let over = false;
  const hire = (owner: string, ...hangAt: readonly string[]): Worker => {
    const worker = { owner, program: start('worker.mjs', mosaicHome, owner, TTL_SECONDS, ...hangAt) };
    workers.push(worker);
    onTestFinished(() => worker.program.kill());
    return worker;
  };

  const steady = Array.from({ length: WORKERS - VICTIMS }, (_, n) => hire(`steady-${n}`).program.ended);
  const victims = Array.from({ length: VICTIMS }, async (_, n) => {
    for (let life = 1; !over; life += 1) {
      const owner = `victim-${n}-life-${life}`;
      // In its first life a victim surely dies with a card in its hands.
      const worker = life === 1 ? hire(owner, String(1 + Math.floor(random() * 20))) : hire(owner);
      if (life === 1) await worker.program.hasSaid('hanging');
      // Long enough to start, to work for a while, and to leave the others some of the machine.
      else await Promise.race([sleep(1500 + random() * 3000), worker.program.ended]);
      worker.program.kill();
      if ((await worker.program.ended) === null) killed.add(owner);
    }
  });
  await Promise.all(steady).finally(() => (over = true));
  await Promise.all(victims);
  return { workers, killed };
}

function saidBy(workers: readonly Worker[], kind: string): readonly (Said & { readonly owner: string })[] {
  return workers.flatMap(({ owner, program }) =>
    program.said.filter((event) => event.kind === kind).map((event) => ({ ...event, owner })),
  );
}
