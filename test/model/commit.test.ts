/** The shipped lock, commit and recovery code under every interleaving of its file-system calls. */
import { expect, test } from 'vitest';
import { explore } from './explore.ts';

test('two processes, one of which takes over at once whatever it finds held', () => {
  const t = performance.now();
  const explored = explore({ processes: ['patient', 'impatient'], maxSwitches: 2, killEvery: 1000 });
  console.log(explored, performance.now() - t);
  expect(explored.endings).toBeGreaterThan(1);
});
