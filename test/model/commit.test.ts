/**
 * The shipped lock, commit and recovery under every interleaving of their file-system calls, with takeovers at the worst
 * moments, late steps of those who were taken over, and kills. `MOSAIC_MODEL=deep` goes further and takes minutes.
 */
import { describe, expect, test } from 'vitest';
import { explore, type Exploration } from './explore.ts';
import type { Lie } from './stepper.ts';

const QUICK: readonly Exploration[] = [
  { processes: ['patient', 'impatient'], maxSwitches: 2, killEvery: 20 },
  { processes: ['impatient', 'impatient'], maxSwitches: 2, killEvery: 100 },
];
const DEEP: readonly Exploration[] = [
  { processes: ['patient', 'impatient'], maxSwitches: 4, killEvery: 10 },
  { processes: ['impatient', 'impatient'], maxSwitches: 3, killEvery: 10 },
  { processes: ['patient', 'impatient', 'impatient'], maxSwitches: 2, killEvery: 50 },
];
const CHOSEN = process.env['MOSAIC_MODEL'] === 'deep' ? [...QUICK, ...DEEP] : QUICK;

describe('every acknowledged change is there once, every refused one is not', () => {
  test.each(CHOSEN)(
    '$processes, interrupted $maxSwitches times',
    (exploration) => {
      const { states, endings, kills } = explore(exploration);
      console.log(`${states} states, ${endings} endings, ${kills} kills: ${exploration.processes.join(', ')}`);
      expect(endings).toBeGreaterThan(1);
      expect(kills).toBeGreaterThan(100);
    },
    900_000,
  );
});

describe('the model finds out', () => {
  const worst: Exploration = { processes: ['patient', 'impatient'], maxSwitches: 2, killEvery: 50 };

  test('a takeover that does not fence off the holder before it', () => {
    const unfenced: Lie = (call, [path], real) => {
      const isFence = typeof path === 'string' && path.includes('/staging/0');
      return isFence && (call === 'remove' || call === 'removeFolder') ? true : real();
    };
    expect(() => explore({ ...worst, lie: unfenced })).toThrow('broken promise');
  });

  test('a lock name that can be taken twice', () => {
    const overwriting: Lie = (call, [, name], real, disk) => {
      if (call === 'link' && typeof name === 'string' && name.includes('registry.lock')) disk.remove(name);
      return real();
    };
    expect(() => explore({ ...worst, lie: overwriting })).toThrow('broken promise');
  });

  test('a holder that does not look whether the lock is still its own', () => {
    // Both things it looks at are kept from it: the next number, and that its identity is gone.
    const unaware: Lie = (call, [path], real, disk, process) => {
      if (call !== 'stat' || process !== 0 || typeof path !== 'string') return real();
      if (path.endsWith('registry.lock/3')) return null;
      return path.endsWith('staging/0/identity.json')
        ? (real() ?? disk.stat('/home/fleet/backlog/registry.lock/2'))
        : real();
    };
    expect(() => explore({ ...worst, lie: unaware })).toThrow('broken promise');
  });
});
