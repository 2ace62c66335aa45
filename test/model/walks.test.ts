/**
 * Many processes on random ways, by a seed, and single ones killed at every call. `MOSAIC_MODEL=deep` walks for minutes.
 */
import { describe, expect, test } from 'vitest';
import { copyOf, newWorld, type Operation, type Round, run, writer } from './crew.ts';
import type { Lie } from './stepper.ts';
import { verify } from './verify.ts';
import { walk, type Walked } from './walk.ts';

const WALKS = process.env['MOSAIC_MODEL'] === 'deep' ? 2000 : 60;
const CREWS = [
  { width: 3, processes: 12 },
  { width: 4, processes: 16 },
];

describe('on any way through the store, every promise holds', () => {
  test.each(CREWS)(
    '$width processes at once, $processes in all',
    (crew) => {
      const sum = { calls: 0, changes: 0, takenOver: 0, kills: 0 };
      for (let seed = 1; seed <= WALKS; seed += 1) add(sum, walk({ ...crew, seed }));
      console.log(
        `${WALKS} walks: ${sum.calls} calls, ${sum.changes} changes, ` +
          `${sum.takenOver} that were taken over, ${sum.kills} kills`,
      );
      expect(sum.changes).toBeGreaterThan(1000);
      expect(sum.takenOver).toBeGreaterThan(50);
      expect(sum.kills).toBeGreaterThan(10);
    },
    900_000,
  );
});

describe('a process that is killed at any call has made its change whole or not at all', () => {
  const given: readonly (readonly Operation[])[] = [
    ['add'],
    ['complete', 'archive'],
    ['complete', 'archive', 'add'],
    ['complete', 'archive', 'reopen'],
  ];

  test.each(given.map((operations) => ({ before: operations.slice(0, -1), last: operations.slice(-1) })))(
    '$last after $before',
    ({ before, last }) => {
      const start = newWorld();
      run(start, writer(start, 2, 'patient', rounds(2, before)));
      for (let calls = 1; ; calls += 1) {
        const world = copyOf(start);
        const isOver = run(world, writer(world, 3, 'patient', rounds(3, last)), calls);
        verify(world, 4);
        if (!isOver) continue;
        expect(calls).toBeGreaterThan(20);
        return;
      }
    },
  );
});

describe('the walks find out', () => {
  test('a takeover that does not fence off the holder before it', () => {
    const unfenced: Lie = (call, [path], real, _disk, process) => {
      const isRemoval = (call === 'remove' || call === 'removeFolder') && typeof path === 'string';
      return isRemoval && path.includes('/staging/') && !path.includes(`/staging/${process}f`) ? true : real();
    };
    // A broken promise, or a holder that finds its files gone.
    expect(() => walkAll(unfenced)).toThrow(/Seed \d+: /);
  });

  test('a taking that finds every generation released, and so neither fences nor recovers', () => {
    const careless: Lie = (call, [path], real, disk) => {
      if (call !== 'list' || typeof path !== 'string' || !path.endsWith('registry.lock')) return real();
      const names = disk.list(path) ?? [];
      return [...new Set([...names, ...names.filter((name) => /^\d+$/.test(name)).map((name) => `${name}.free`)])];
    };
    expect(() => walkAll(careless)).toThrow(/Seed \d+: /);
  });
});

function walkAll(lie: Lie): void {
  for (let seed = 1; seed <= WALKS; seed += 1) walk({ seed, width: 3, processes: 12, lie });
}

function add(sum: { calls: number; changes: number; takenOver: number; kills: number }, walked: Walked): void {
  sum.calls += walked.calls;
  sum.changes += walked.changes;
  sum.takenOver += walked.takenOver;
  sum.kills += walked.kills;
}

function rounds(process: number, operations: readonly Operation[]): readonly Round[] {
  return operations.map((operation, index) => ({
    operation,
    id: 'a',
    token: `${process}.${index}`,
    checkpoint: 'when-due',
  }));
}
