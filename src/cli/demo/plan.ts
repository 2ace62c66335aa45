/**
 * The cards of the demo: `fixtures/plan.jsonl`, the plan of a program like this one, from the ground floor up, with
 * phases, priorities, acceptance criteria, and a graph that is a dozen cards deep. It is shipped with the package.
 */
import { existsSync, readFileSync } from 'node:fs';
import { MosaicError } from '../../errors.ts';

/** Seen from the bundle, and from the library, where this file lies deeper. */
const PLACES: readonly string[] = ['../../fixtures/plan.jsonl', '../../../fixtures/plan.jsonl'];

/** JSON Lines, as `import` reads them. */
export function planLines(): readonly string[] {
  const file = PLACES.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url));
  if (file === undefined) {
    throw new MosaicError({
      code: 'INTERNAL',
      message: 'The plan for the demo is not there: fixtures/plan.jsonl is missing from this installation.',
      hint: 'Install mosaic-fleet again.',
    });
  }
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}
