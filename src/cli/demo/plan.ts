/**
 * The cards of the demo: `fixtures/plan.jsonl`, the plan of a program like this one, from the ground floor up, with
 * phases, priorities, acceptance criteria, and a graph that is a dozen cards deep. It is shipped with the package.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MosaicError } from '../../errors.ts';
import { ownPackageFolder } from '../../host/own-package.ts';

/** JSON Lines, as `import` reads them. */
export function planLines(): readonly string[] {
  const file = join(ownPackageFolder(), 'fixtures', 'plan.jsonl');
  if (existsSync(file)) return readFileSync(file, 'utf8').trimEnd().split('\n');
  throw new MosaicError({
    code: 'INTERNAL',
    message: 'The plan for the demo is not there: fixtures/plan.jsonl is missing from this installation.',
    hint: 'Install mosaic-fleet again.',
  });
}
