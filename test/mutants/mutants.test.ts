/** The deliberate bugs fit the source they are made of. What catches each of them, `npm run mutants` says. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutated } from './mutant.ts';
import { MUTANTS } from './mutants.ts';

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s can be made of the source', (_, mutant) => {
  const changed = new Map<string, string>();
  for (const edit of mutant.edits) {
    const source = changed.get(edit.file) ?? readFileSync(edit.file, 'utf8');
    const next = mutated(source, edit);
    expect(next).not.toBe(source);
    changed.set(edit.file, next);
  }
  for (const file of mutant.tests) expect(existsSync(file), file).toBe(true);
});

test('each has a name of its own', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});
