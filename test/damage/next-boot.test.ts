/**
 * Bytes flipped, cut off, doubled, lost, in every file of a store: nothing crashes, nobody gets a wrong card, the damage
 * is named, the rest works, and `doctor --fix` leaves a store that is well, with nothing lost that any file still held.
 */
import { test } from 'vitest';
import { fuzz } from './fuzz.ts';

test(
  'whatever happens to one file while the machine is off is named, stops nobody, and can be mended',
  { timeout: 3_600_000 },
  () => fuzz('next boot', 1),
);
