/** Real processes through the library and the command line, killed and stopped at the worst moments; every promise. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prepareProgram } from './program.ts';
import { complaint, Counts } from './report.ts';
import { runRound } from './round.ts';

const seed = Number(process.env['MOSAIC_TEST_SEED'] ?? Date.now() % 1_000_000);
const SECONDS = 15;
const PROCESSES = 8;

test('nothing is lost, done twice, or refused without a reason, whoever is killed or stopped', async () => {
  console.log(`The seed is ${seed}; repeat it with MOSAIC_TEST_SEED=${seed}.`);
  const program = mkdtempSync(join(tmpdir(), 'mosaic-torture-program-'));
  onTestFinished(() => rmSync(program, { recursive: true, force: true }));
  await prepareProgram(program);
  const round = await runRound({ seed, seconds: SECONDS, processes: PROCESSES, program });
  const counts = new Counts();
  counts.add(round);
  console.log(counts.text());
  expect(round.violations, complaint(round)).toEqual([]);
  expect(counts.missing()).toEqual([]);
});
