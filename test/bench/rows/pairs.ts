/** Claim and complete, as many as go: ours beside better-sqlite3 and beside Postgres, in one process and in eight. */
import { resolve as absolute } from 'node:path';
import { startServer } from '../../postgres/server.ts';
import { type Bench, program } from '../bench.ts';
import { type Command, Companion, mustRun, node } from '../child.ts';
import { compared, type Figure, type Goal, type Measured, measured } from '../figures.ts';

const MANY_PROCESSES = 8;
/** So many cards for each second of work that no side runs out of them, on a faster machine either. */
const CARDS_A_SECOND = { flushed: 13_000, unflushed: 50_000 };

/** One worker's part in each window, in pairs a second. */
type Shares = readonly number[];

interface Side {
  readonly name: string;
  /** What starts one more worker on the same store. */
  readonly worker: Command;
}

export async function sqliteRows(bench: Bench): Promise<readonly Figure[]> {
  const one = await windows(bench, 1, [ours(bench), sqlite(bench, 'full')]);
  const eight = await windows(bench, MANY_PROCESSES, [ours(bench), sqlite(bench, 'full')]);
  const relaxed = await windows(bench, 1, [ours(bench, 'relaxed'), sqlite(bench, 'normal')]);
  const relaxedEight = await windows(bench, MANY_PROCESSES, [ours(bench, 'relaxed'), sqlite(bench, 'normal')]);
  return [
    besides('durable claim+complete, one process, beside better-sqlite3 FULL', one, atLeast(1.5, 1)),
    besides('the same with eight processes', eight, atLeast(1.5, 1)),
    fairness('least to most served of the eight', eight, atLeast(0.7, 0.5)),
    besides('MOSAIC_DURABILITY=relaxed beside better-sqlite3 NORMAL, one process', relaxed, atLeast(1, null)),
    besides('the same with eight processes', relaxedEight, atLeast(1, null)),
  ];
}

/** On a disk whose flush takes a millisecond longer, as those of many laptops do: what the flushes cost, and how many. */
export async function slowDiskRows(bench: Bench): Promise<readonly Figure[]> {
  const library = absolute(bench.fresh('slow-flush.so'));
  mustRun({ words: ['cc', '-O2', '-shared', '-fPIC', '-o', library, 'test/bench/programs/slow-flush.c', '-ldl'] });
  const slowed = ({ name, worker }: Side): Side => ({
    name: `${name}, slow disk`,
    worker: { ...worker, env: { ...worker.env, LD_PRELOAD: library, SLOW_FLUSH_US: '1000' } },
  });
  const one = await windows(bench, 1, [slowed(ours(bench)), slowed(sqlite(bench, 'full'))]);
  const eight = await windows(bench, MANY_PROCESSES, [slowed(ours(bench)), slowed(sqlite(bench, 'full'))]);
  return [
    besides('durable claim+complete on a slow disk, one process, beside better-sqlite3 FULL', one, atLeast(1, null)),
    besides('the same with eight processes', eight, atLeast(1, null)),
  ];
}

export async function postgresRow(bench: Bench): Promise<Figure> {
  const server = await startServer({ place: bench.fresh('postgres') });
  try {
    const url = server.url();
    mustRun(node(program('fill-postgres'), url, String(cardsFor(bench, 'flushed'))));
    const postgres = { name: 'Postgres', worker: node(program('drain'), 'postgres', url) };
    const eight = await windows(bench, MANY_PROCESSES, [ours(bench), postgres]);
    return besides('eight processes beside Postgres, SKIP LOCKED, fsync on', eight, atLeast(2, null));
  } finally {
    await server.remove();
  }
}

function ours(bench: Bench, durability: 'full' | 'relaxed' = 'full'): Side {
  const worker = node(program('drain'), 'mosaic', bench.home(cardsFor(bench, 'flushed')));
  return { name: `mosaic, ${durability}`, worker: { ...worker, env: { MOSAIC_DURABILITY: durability } } };
}

function sqlite(bench: Bench, synchronous: 'full' | 'normal'): Side {
  const file = bench.fresh('sqlite');
  const cards = cardsFor(bench, synchronous === 'full' ? 'flushed' : 'unflushed');
  mustRun(node(program('fill-sqlite'), file, String(cards)));
  return { name: `better-sqlite3, ${synchronous}`, worker: node(program('drain'), 'sqlite', file, synchronous) };
}

function cardsFor({ sizes }: Bench, speed: keyof typeof CARDS_A_SECOND): number {
  return Math.ceil((sizes.windows * sizes.windowMs * CARDS_A_SECOND[speed]) / 1000);
}

interface Windows {
  readonly name: string;
  /** By window, what each worker did. */
  readonly shares: readonly Shares[];
}

/** Each side works for one window, then the next one does; the workers of all sides are there all the time. */
async function windows({ sizes }: Bench, workers: number, sides: readonly Side[]): Promise<readonly Windows[]> {
  const crews = sides.map(({ worker }) => Array.from({ length: workers }, () => new Companion(worker)));
  try {
    for (const member of crews.flat()) await member.hears();
    const shares = sides.map((): Shares[] => []);
    for (let window = 0; window < sizes.windows; window += 1) {
      for (const [index, crew] of crews.entries()) {
        for (const member of crew) member.tell(String(sizes.windowMs));
        const pairs = await Promise.all(crew.map((member) => member.hears()));
        shares[index]?.push(pairs.map((count) => (Number(count) * 1000) / sizes.windowMs));
      }
    }
    return sides.map(({ name }, index) => ({ name, shares: shares[index] ?? [] }));
  } finally {
    await Promise.all(crews.flat().map((member) => member.end()));
  }
}

function total({ name, shares }: Windows): Measured {
  const sums = shares.map((window) => window.reduce((sum, share) => sum + share, 0));
  return measured(name, 'pairs/s', sums);
}

function besides(row: string, [mine, peer]: readonly Windows[], goal: Goal): Figure {
  if (mine === undefined || peer === undefined) throw new Error(`${row}: one side is missing.`);
  return compared(row, total(mine), total(peer), goal);
}

/** The median of the windows: who starved in one of them shows. */
function fairness(row: string, [mine, peer]: readonly Windows[], goal: Goal): Figure {
  if (mine === undefined || peer === undefined) throw new Error(`${row}: one side is missing.`);
  const ratio = ({ name, shares }: Windows): Measured =>
    measured(
      name,
      'ratio',
      shares.map((window) => Math.min(...window) / Math.max(...window)),
    );
  return { row, ours: ratio(mine), peer: ratio(peer), value: ratio(mine).median, goal };
}

function atLeast(goal: number, bar: number | null): Goal {
  return { sense: 'at least', goal, bar };
}
