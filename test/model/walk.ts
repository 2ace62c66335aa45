/** A random walk through a world, by a seed: what exhaustive search cannot reach, because it takes many steps. */
import { CARDS, newWorld, type Operation, reader, type Round, run, type Runner, writer, type World } from './crew.ts';
import type { Lie } from './stepper.ts';
import { verify } from './verify.ts';

export interface WalkSettings {
  readonly seed: number;
  /** How many processes there are at once. */
  readonly width: number;
  /** How many there are in all; each that ends or is killed makes room for the next. */
  readonly processes: number;
  readonly lie?: Lie;
}

export interface Walked {
  readonly calls: number;
  readonly changes: number;
  readonly takenOver: number;
  readonly kills: number;
}

const KILL = 0.004;
const READER = 0.15;
const IMPATIENT = 0.4;
const CHECKPOINT = 0.2;
const MOST_ROUNDS = 6;
const SHORT_RUN = 4;
const LONG_RUN = 120;
const MOST_CALLS_IN_THE_END = 10;

/** @throws Error with the seed and the last calls, when a promise is broken */
export function walk(settings: WalkSettings): Walked {
  const world = newWorld();
  try {
    const kills = wander(world, settings);
    verify(world, settings.processes + 2);
    return {
      kills,
      calls: world.calls.length,
      changes: world.begun.filter(({ fate }) => fate?.kind === 'acknowledged').length,
      takenOver: world.begun.filter(({ fate }) => fate?.kind === 'refused' || fate?.kind === 'unknown').length,
    };
  } catch (error) {
    const last = world.calls.slice(-MOST_CALLS_IN_THE_END).join('\n');
    throw new Error(`Seed ${settings.seed}: ${String(error)}\n…\n${last}`, { cause: error });
  }
}

/** @returns how many were killed */
function wander(world: World, { seed, width, processes, lie }: WalkSettings): number {
  const random = randomFrom(seed);
  const living: Runner[] = [];
  let [born, kills] = [0, 0];
  for (;;) {
    for (; living.length < width && born < processes; born += 1) living.push(bear(world, born + 2, seed));
    const index = Math.floor(random() * living.length);
    const runner = living[index];
    if (runner === undefined) return kills;
    if (random() < KILL) {
      world.dead.add(runner.process);
      world.calls.push(`${runner.process} is killed`);
      living.splice(index, 1);
      kills += 1;
      continue;
    }
    const limit = 1 + Math.floor(random() * (random() < 0.5 ? SHORT_RUN : LONG_RUN));
    if (run(world, runner, limit, lie)) living.splice(index, 1);
  }
}

function bear(world: World, process: number, seed: number): Runner {
  const random = randomFrom(seed * 1000 + process);
  if (random() < READER) return reader(world, process);
  const patience = random() < IMPATIENT ? 'impatient' : 'patient';
  const rounds = Array.from({ length: 1 + Math.floor(random() * MOST_ROUNDS) }, (_, round): Round => ({
    token: `${process}.${round}`,
    operation: operationOf(random()),
    id: CARDS[Math.floor(random() * CARDS.length)] ?? 'a',
    checkpoint: random() < CHECKPOINT ? 'now' : 'when-due',
  }));
  return writer(world, process, patience, rounds);
}

function operationOf(chance: number): Operation {
  if (chance < 0.4) return 'add';
  if (chance < 0.6) return 'complete';
  return chance < 0.8 ? 'archive' : 'reopen';
}

/** A small generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
