/** Claim and complete, as many as go: ours beside better-sqlite3 and beside Postgres, in one process and in eight. */
import { resolve as absolute } from 'node:path';
import { startServer } from '../../postgres/server.ts';
import { type Bench, program } from '../bench.ts';
import { mustRun, node } from '../child.ts';
import type { Figure } from '../figures.ts';
import { atLeast, besides, fairness, type Side, windowCount, type Windows, windows } from '../windows.ts';

const MANY_PROCESSES = 8;
const CALLERS = 32;
/** So many cards for each second of work that no side runs out of them, on a faster machine either. */
const CARDS_A_SECOND = { flushed: 6000, unflushed: 25_000 };

export async function sqliteRows(bench: Bench): Promise<readonly Figure[]> {
  const one = await windows(bench, 1, [ours(bench), sqlite(bench, 'full'), contract(bench)]);
  const limit = await windows(bench, 1, [onlyCalls(bench), sqlite(bench, 'full')]);
  const atOnce = await windows(bench, 1, [ours(bench), sqlite(bench, 'full'), contract(bench)].map(manyCallers));
  const eight = await windows(bench, MANY_PROCESSES, [ours(bench), sqlite(bench, 'full'), contract(bench)]);
  const eightAtOnce = await windows(
    bench,
    MANY_PROCESSES,
    [ours(bench), sqlite(bench, 'full'), contract(bench)].map(manyCallers),
  );
  const relaxed = await windows(bench, 1, [ours(bench, 'relaxed'), sqlite(bench, 'normal')]);
  const relaxedEight = await windows(bench, MANY_PROCESSES, [ours(bench, 'relaxed'), sqlite(bench, 'normal')]);
  return [
    besides('durable claim+complete, one process, beside better-sqlite3 FULL', one, atLeast(1.5, 1)),
    besides('the calls alone that each change cannot do without, beside the same', limit, atLeast(1, null)),
    besides('one process for thirty-two callers at once', atOnce, atLeast(1.5, 1)),
    besides('eight processes', eight, atLeast(1.5, 1)),
    besides('eight processes for thirty-two callers each', eightAtOnce, atLeast(1.5, 1)),
    fairness('least to most served of the eight', eight, atLeast(0.7, 0.5)),
    besides('MOSAIC_DURABILITY=relaxed beside better-sqlite3 NORMAL, one process', relaxed, atLeast(1, null)),
    besides('the same with eight processes', relaxedEight, atLeast(1, null)),
    besideContract('one process, beside SQLite that keeps this contract', one),
    besideContract('one process for thirty-two callers at once, beside the same', atOnce),
    besideContract('eight processes, beside the same', eight),
    besideContract('eight processes for thirty-two callers each, beside the same', eightAtOnce),
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

/** The limit of any program that keeps its promises in this way: see `programs/calls.mjs`. */
function onlyCalls(bench: Bench): Side {
  return { name: 'the calls alone', worker: node(program('drain'), 'calls', bench.fresh('calls')) };
}

/** No bar of ours: it says how much of the distance is the contract, and how much is keeping it in files. */
function besideContract(row: string, [mine, , peer]: readonly Windows[]): Figure {
  return besides(row, [mine, peer], atLeast(1, null));
}

function manyCallers({ name, worker }: Side): Side {
  return {
    name: `${name}, ${CALLERS} callers`,
    worker: { ...worker, env: { ...worker.env, CALLERS: String(CALLERS) } },
  };
}

function ours(bench: Bench, durability: 'full' | 'relaxed' = 'full'): Side {
  const worker = node(program('drain'), 'mosaic', bench.home(cardsFor(bench, 'flushed')));
  return { name: `mosaic, ${durability}`, worker: { ...worker, env: { MOSAIC_DURABILITY: durability } } };
}

function sqlite(bench: Bench, synchronous: 'full' | 'normal'): Side {
  const speed = synchronous === 'full' ? 'flushed' : 'unflushed';
  return onSqlite(bench, { name: `better-sqlite3, ${synchronous}`, kind: 'sqlite', synchronous, speed });
}

/** The same database, with all that a card, a claim and a history are here: see `programs/sqlite-contract.mjs`. */
function contract(bench: Bench): Side {
  const name = 'better-sqlite3, full, this contract';
  return onSqlite(bench, { name, kind: 'sqlite-contract', synchronous: 'full', speed: 'flushed' });
}

interface OnSqlite {
  readonly name: string;
  readonly kind: string;
  readonly synchronous: 'full' | 'normal';
  readonly speed: keyof typeof CARDS_A_SECOND;
}

function onSqlite(bench: Bench, { name, kind, synchronous, speed }: OnSqlite): Side {
  const file = bench.fresh(kind);
  mustRun(node(program('fill-sqlite'), kind, file, String(cardsFor(bench, speed))));
  return { name, worker: node(program('drain'), kind, file, synchronous) };
}

function cardsFor({ sizes }: Bench, speed: keyof typeof CARDS_A_SECOND): number {
  const aWindow = Math.ceil((sizes.windowMs * CARDS_A_SECOND[speed]) / 1000);
  // However short the window is, every caller claims one card in it.
  return windowCount(sizes, MANY_PROCESSES) * (aWindow + MANY_PROCESSES * CALLERS);
}
