/**
 * Torture for as long as one likes, in rounds of a minute, each on a store of its own and checked at its end. Ctrl-C
 * ends it with the figures so far.
 *
 *   npm run torture -- --minutes 30 [--seed N] [--processes N]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareProgram } from './program.ts';
import { complaint, Counts } from './report.ts';
import { runRound } from './round.ts';

const ROUND_SECONDS = 60;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    processes: { type: 'string', default: '8' },
  },
});
const minutes = numberOf(values.minutes);
const firstSeed = numberOf(values.seed);
const processes = numberOf(values.processes);

const interrupt = new AbortController();
process.on('SIGINT', () => interrupt.abort());
process.on('SIGTERM', () => interrupt.abort());

const program = mkdtempSync(join(tmpdir(), 'mosaic-torture-program-'));
try {
  process.exitCode = await run();
} finally {
  rmSync(program, { recursive: true, force: true });
}

async function run(): Promise<number> {
  await prepareProgram(program);
  const counts = new Counts();
  const untilMs = performance.now() + minutes * 60_000;
  let isWrong = false;
  for (let seed = firstSeed; performance.now() < untilMs && !interrupt.signal.aborted; seed += 1) {
    const seconds = Math.min(ROUND_SECONDS, (untilMs - performance.now()) / 1000);
    const round = await runRound({ seed, seconds, processes, program, signal: interrupt.signal });
    counts.add(round);
    const verdict = round.violations.length === 0 ? 'all is well' : complaint(round);
    console.log(`seed ${seed}: ${round.calls.length} calls, ${round.records} records: ${verdict}`);
    isWrong ||= round.violations.length > 0;
  }
  console.log(`\nseeds             from ${firstSeed}, ${processes} processes\n${counts.text()}`);
  const missing = interrupt.signal.aborted ? [] : counts.missing();
  for (const sentence of missing) console.log(sentence);
  return isWrong || missing.length > 0 ? 1 : 0;
}

function numberOf(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`${JSON.stringify(text)} is not a number above 0.`);
}
