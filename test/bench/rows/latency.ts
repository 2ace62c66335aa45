/** How long a committed change takes to whoever watches, and to whoever waits for a card. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backlog, OpenOptions } from '../../../src/backlog/backlog.ts';
import { openBacklog } from '../../../src/backlog/open.ts';
import { type Bench, mosaic, program } from '../bench.ts';
import { Companion, node } from '../child.ts';
import { type Figure, measured, Series } from '../figures.ts';

/** So long after a knock the next one, until somebody answers. */
const KNOCK_MS = 100;

/** Apart from one another, so that each is a change of its own to whoever follows. */
const PAUSE_MS = 15;

export async function latencyRows(bench: Bench): Promise<readonly Figure[]> {
  const home = bench.home(bench.sizes.someCards);
  const watcher = new Companion(mosaic(home, 'watch', '--json'));
  const watched = await latencies(bench, { mosaicHome: home }, watcher, 'watched');

  const empty = bench.fresh('waiting');
  const claimer = new Companion(node(program('waiting-claimer'), empty));
  await claimer.hears();
  const waited = await latencies(bench, { mosaicHome: empty }, claimer, 'waited');
  return [
    latencyFigure('from a committed change to the line of `watch`, p99', 'watch', watched, 10),
    latencyFigure("from a committed change to a waiting claimer's answer, p99", 'claim --wait', waited, 25),
  ];
}

/** Creates cards, and times each from the acknowledgement to the line that names it. @returns milliseconds */
export async function latencies(
  bench: Bench,
  store: OpenOptions,
  companion: Companion,
  name: string,
): Promise<readonly number[]> {
  const backlog = await openBacklog(store);
  const times: number[] = [];
  try {
    await answers(backlog, companion);
    for (let index = 0; index < bench.sizes.changes; index += 1) {
      const id = `${name}-${index}`;
      const heard = heardOf(companion, id);
      await backlog.create({ id, title: id });
      const committed = performance.now();
      times.push((await heard) - committed);
      await sleep(PAUSE_MS);
    }
  } finally {
    await backlog.close();
    await companion.end();
  }
  return times;
}

/**
 * Creates cards until the first is heard of. When a companion is there cannot be known otherwise, and on a busy machine
 * no pause is long enough: of what came before it, a watcher says nothing.
 */
async function answers(backlog: Backlog, companion: Companion): Promise<void> {
  let heard = false;
  const answer = companion.hears().finally(() => (heard = true));
  for (let knock = 0; !heard; knock += 1) {
    const id = `knock-${knock}`;
    await backlog.create({ id, title: id });
    await Promise.race([answer, sleep(KNOCK_MS)]);
  }
  await answer;
}

async function heardOf(companion: Companion, id: string): Promise<number> {
  for (;;) {
    const line = await companion.hears();
    if (line.includes(id)) return performance.now();
  }
}

export function latencyFigure(row: string, name: string, times: readonly number[], goal: number): Figure {
  const ours = measured(name, 'ms', times);
  return {
    row,
    ours,
    peer: null,
    value: new Series(times).quantile(0.99),
    goal: { sense: 'at most', goal, bar: null },
  };
}
