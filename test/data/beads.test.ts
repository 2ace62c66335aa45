/** Real issues of a public tracker, where the file with them is at hand; it is no part of this project. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { line } from '../contract/given.ts';
import { cardOfIssue } from './beads.ts';
import { journey } from './journey.ts';

const file =
  process.env['MOSAIC_TEST_BEADS'] ??
  fileURLToPath(new URL('../../../shared/data/beads-issues.jsonl', import.meta.url));

test(
  'real issues come in, are listed, claimed in the right order, and go out again without loss',
  {
    timeout: 120_000,
  },
  async ({ skip }) => {
    skip(
      !existsSync(file),
      `There is no file ${file}; name one with MOSAIC_TEST_BEADS. Generated cards cover the same ground.`,
    );
    const issues = readFileSync(file, 'utf8')
      .split('\n')
      .filter((text) => text !== '');
    const now = Date.now();
    const cards = issues.map((issue) => cardOfIssue(issue, now));
    expect(cards.length).toBeGreaterThan(100);
    expect(cards.map(line).join('\n')).toContain('"dependsOn":["');
    await journey(cards);
  },
);
