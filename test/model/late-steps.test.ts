/**
 * One process is stopped at every call in turn, while another takes over from it and makes two changes; in the middle of
 * those, at one call after the other, the stopped one wakes and goes on to its end. Beside it, single stories that take
 * more steps than that.
 */
import { describe, expect, test, vi } from 'vitest';
import { copyOf, newWorld, type Operation, reader, type Round, run, type Runner, type World, writer } from './crew.ts';
import type { Lie } from './stepper.ts';
import { verify } from './verify.ts';

const LATE = 2;
const QUICK = 3;
const READER = 4;
const LAST = 5;
/** The number the late one takes when one change has been made before. */
const TAKEN = 4;
const MOST_CALLS_AWAKE = 40;
const LOCK = '/home/fleet/backlog/registry.lock';
/** Of the calls at which the late one wakes, every so many-th is tried, each time others. */
const STRIDE = process.env['MOSAIC_MODEL'] === 'deep' ? 1 : 12;

vi.setConfig({ testTimeout: 900_000 });

interface Plan {
  /** Made before the story begins. */
  readonly given: readonly Operation[];
  readonly late: readonly Operation[];
  readonly quick: readonly Operation[];
}

const ADDS: Plan = { given: [], late: ['add'], quick: ['add', 'add'] };
const ARCHIVES: Plan = { given: ['complete'], late: ['archive'], quick: ['archive', 'reopen'] };
const REOPENS: Plan = { given: ['complete', 'archive'], late: ['reopen'], quick: ['add', 'reopen'] };

describe('a process that is taken over changes nothing any more, wherever it was stopped and whenever it wakes', () => {
  test.each([ADDS, ARCHIVES, REOPENS])('$late against $quick', (plan) => {
    const ways = everyWay(plan);
    console.log(`${ways} ways to be late: ${plan.late.join()} against ${plan.quick.join()}`);
    expect(ways).toBeGreaterThan(500);
  });
});

describe('a process that is stopped twice, first when it has just taken the lock, changes nothing any more', () => {
  test('whenever it wakes, and wherever it is stopped again', () => {
    const ways = everySecondStop();
    console.log(`${ways} ways to be stopped twice`);
    expect(ways).toBeGreaterThan(400);
  });
});

describe('the model finds out', () => {
  test('a file that is taken away by its own name, past the fence', () => {
    const unfenced: Lie = (call, [from, to], real, disk) => {
      const isTaking = call === 'rename' && typeof from === 'string' && String(to).includes('/staging/');
      return isTaking ? disk.remove(from) : real();
    };
    expect(() => everyWay(ARCHIVES, () => unfenced)).toThrow('Nobody did this');
  });

  test('a holder that does not ask whether the lock is still its own once it has read the journal', () => {
    const trusting = (): Lie => {
      let asked = 0;
      return (call, [path], real, _disk, process) => {
        if (process !== LATE || call !== 'stat' || path !== `${LOCK}/${TAKEN + 1}`) return real();
        asked += 1;
        // The first time it asks, it is told that nobody has come after it.
        return asked === 1 ? null : real();
      };
    };
    expect(() => everySecondStop(trusting)).toThrow(/Nobody did this|stands/);
  });
});

describe('a number that was used up and pruned between a look and a taking', () => {
  test('costs the latecomer nothing, and nobody has to wait', () => {
    const world = newWorld();
    const late = writer(world, LATE, 'patient', rounds(LATE, ['add', 'add']));
    stopAfter(world, late, (call) => call.includes(' list ') && call.includes('registry.lock'));
    const busy = Array.from({ length: 60 }, (): Operation => 'add');
    expect(run(world, writer(world, QUICK, 'patient', rounds(QUICK, busy)))).toBe(true);
    expect(run(world, late)).toBe(true);
    expect(world.begun.filter(({ fate }) => fate?.kind !== 'acknowledged')).toEqual([]);
    verify(world, LAST);
  });
});

describe('a process that was taken over, and takes over in turn', () => {
  test('is fenced off for the lock it has lost, however late, and never for the one it holds now', () => {
    const start = newWorld();
    for (let ways = 0; ; ways += 1) {
      const world = copyOf(start);
      const late = writer(world, LATE, 'impatient', rounds(LATE, ['add', 'add']));
      const quick = writer(world, QUICK, 'impatient', rounds(QUICK, ['add']));
      stopAfter(world, late, (call) => call.includes(' flushData '));
      // It has the lock, and knows whom to fence off.
      stopAfter(world, quick, (call) => call.includes(' link ') && call.includes(LOCK));
      stopAfter(world, quick, (call) => call.includes(' list ') && call.endsWith(LOCK));
      const isOver = run(world, late, ways);
      run(world, quick);
      if (!isOver) run(world, late);
      expect([ways, world.begun.find(({ round }) => round.token === `${LATE}.1`)?.fate?.kind]).toEqual([
        ways,
        'acknowledged',
      ]);
      verify(world, LAST);
      if (!isOver) continue;
      expect(ways).toBeGreaterThan(50);
      return;
    }
  });
});

describe('a reader of the history', () => {
  test.each([
    ['its last line', 1],
    ['all that it has left to do', undefined],
  ])('never shows what a takeover has sealed off, whenever it looks: the late one does %s', (_, calls) => {
    const start = newWorld();
    let ways = 0;
    for (let taken = 1; ; taken += 1) {
      const world = copyOf(start);
      const late = writer(world, LATE, 'patient', rounds(LATE, ['add']));
      stopAfter(world, late, (call) => call.includes(' open ') && call.endsWith('write'));
      const quick = writer(world, QUICK, 'impatient', rounds(QUICK, ['add']));
      const isOver = run(world, quick, taken);
      // The line that comes too late.
      run(world, late, calls);
      ways += everyLook(world, quick);
      if (isOver) break;
    }
    expect(ways).toBeGreaterThan(500);
  });
});

/** Every point at which a reader, once it has begun, may be overtaken by the rest of `quick`. */
function everyLook(world: World, quick: Runner): number {
  for (let looked = 0; ; looked += 1) {
    const copy: World = { ...copyOf(world), begun: [], dead: new Set(world.dead) };
    const eyes = reader(copy, READER);
    const isOver = run(copy, eyes, looked);
    run(copy, { ...quick });
    run(copy, eyes);
    verify(copy, LAST);
    if (isOver) return looked + 1;
  }
}

/** @returns how many ways there were */
function everyWay(plan: Plan, newLie?: () => Lie): number {
  const start = newWorld();
  run(start, writer(start, LAST, 'patient', rounds(LAST, plan.given)));
  let ways = 0;
  for (let stop = 1; ; stop += 1) {
    for (let wake = 1 + (stop % STRIDE); ; wake += STRIDE) {
      const world = copyOf(start);
      const lie = newLie?.();
      const late = writer(world, LATE, 'patient', rounds(LATE, plan.late));
      const quick = writer(world, QUICK, 'impatient', rounds(QUICK, plan.quick));
      if (run(world, late, stop, lie)) return ways;
      const isOver = run(world, quick, wake, lie);
      try {
        const isDone = run(world, late, undefined, lie);
        if (!isOver && !run(world, quick, undefined, lie)) throw new Error('The quick one has to wait.');
        if (!isDone && !run(world, late, undefined, lie)) throw new Error('The late one has to wait.');
        verify(world, LAST + 1);
      } catch (error) {
        throw new Error(`Stopped after ${stop} calls, awake after ${wake}: ${String(error)}`, { cause: error });
      }
      ways += 1;
      if (isOver) break;
    }
  }
}

/** The late one wakes for a few calls while the quick one works, and again when that one is at its end. */
function everySecondStop(newLie?: () => Lie): number {
  const start = newWorld();
  run(start, writer(start, LAST, 'patient', rounds(LAST, ['complete'])));
  let ways = 0;
  for (let wake = 1; ; wake += STRIDE) {
    for (let more = 1; more <= MOST_CALLS_AWAKE; more += 1) {
      const world = copyOf(start);
      const lie = newLie?.();
      const late = writer(world, LATE, 'patient', rounds(LATE, ['add']));
      const quick = writer(world, QUICK, 'impatient', rounds(QUICK, ['add', 'archive']));
      stopAfter(world, late, (call) => call.endsWith(`${LOCK}/${TAKEN}`));
      run(world, late, 1, lie);
      if (run(world, quick, wake, lie)) return ways;
      const isDone = run(world, late, more, lie);
      try {
        run(world, quick, undefined, lie);
        if (!isDone && !run(world, late, undefined, lie)) throw new Error('The late one has to wait.');
        verify(world, LAST + 1);
      } catch (error) {
        throw new Error(`Awake after ${wake} calls, for ${more}: ${String(error)}`, { cause: error });
      }
      ways += 1;
    }
  }
}

function stopAfter(world: World, runner: Runner, isIt: (call: string) => boolean): void {
  do {
    if (run(world, runner, 1)) throw new Error('It never came to that call.');
  } while (!isIt(world.calls.at(-1) ?? ''));
}

function rounds(process: number, operations: readonly Operation[]): readonly Round[] {
  return operations.map((operation, index) => ({
    operation,
    id: 'a',
    token: `${process}.${index}`,
    checkpoint: 'when-due',
  }));
}
