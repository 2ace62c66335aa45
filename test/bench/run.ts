/**
 * The benchmark: every row of docs/performance.md, ours and the peer in turn in one run.
 *
 *   npm run bench [-- --short] [--only WORDS] [--json FILE] [--profile]
 *
 * --short runs everything once, so that it cannot rot; its figures mean nothing. --profile says instead where the
 * microseconds of one claim go, call by call.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Bench, FULL, SHORT } from './bench.ts';
import { type Figure, type Measured, type Verdict, verdictOf } from './figures.ts';
import { machine, machineSentence } from './machine.ts';
import { profile } from './profile.ts';
import { coldRows, memoryRow, pgliteRow } from './rows/cold.ts';
import { flatRow, importRow } from './rows/flat.ts';
import { latencyRows } from './rows/latency.ts';
import { postgresRow, slowDiskRows, sqliteRows } from './rows/pairs.ts';
import { serverRows } from './rows/server.ts';

/** Below the repository: temporary folders may be in memory, and what is measured is a disk. */
const PLACE = 'dist';

/** Where `.ci/bench/run.mjs` puts it. */
const PEERS = '.ci/bench/node_modules';

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
});

interface Part {
  readonly name: string;
  /** The one peer that has to be made here, below the folder of its package. */
  readonly peer?: string;
  /** Whether it needs a C compiler, and a C library that lets itself be overlaid. */
  readonly needsCompiler?: true;
  readonly measure: (bench: Bench) => Promise<readonly Figure[]>;
}

const SQLITE = 'better-sqlite3/build/Release/better_sqlite3.node';

const PARTS: readonly Part[] = [
  { name: 'cold', measure: async (bench) => coldRows(bench) },
  { name: 'memory', measure: async (bench) => [memoryRow(bench)] },
  { name: 'pglite', measure: async (bench) => [pgliteRow(bench)] },
  { name: 'sqlite', peer: SQLITE, measure: sqliteRows },
  { name: 'slow-disk', peer: SQLITE, needsCompiler: true, measure: slowDiskRows },
  { name: 'postgres', measure: async (bench) => [await postgresRow(bench)] },
  { name: 'server', measure: serverRows },
  { name: 'flat', measure: async (bench) => [await flatRow(bench)] },
  { name: 'latency', measure: latencyRows },
  { name: 'import', measure: async (bench) => [importRow(bench)] },
];

const WORD: Readonly<Record<Verdict, string>> = { goal: 'goal', bar: 'bar', short: 'SHORT' };

mkdirSync(PLACE, { recursive: true });
const folder = mkdtempSync(join(PLACE, '.bench-'));
// Postgres does not run as root; the user that it runs as then has to get here.
chmodSync(folder, 0o755);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const here = machine(folder);
console.log(`${machineSentence(here)}\n`);
if (options.profile) {
  await profile(new Bench(options.short ? SHORT : FULL, folder));
} else {
  await measureAll();
}

async function measureAll(): Promise<void> {
  const figures: Figure[] = [];
  for (const part of PARTS.filter(({ name }) => name.includes(options.only))) {
    const { name, measure } = part;
    const missing = whatIsMissing(part);
    if (missing !== null) {
      console.log(`LEFT OUT: ${name}, because ${missing}.\n`);
      continue;
    }
    // A bench of its own for each, so that the disk does not fill with what earlier parts have left.
    const place = join(folder, name);
    const bench = new Bench(options.short ? SHORT : FULL, place);
    for (const figure of await measure(bench)) {
      figures.push(figure);
      console.log(text(figure));
    }
    rmSync(place, { recursive: true, force: true });
  }
  if (options.json !== undefined) {
    const rows = figures.map((figure) => ({ ...figure, verdict: verdictOf(figure.value, figure.goal) }));
    writeFileSync(options.json, `${JSON.stringify({ machine: here, short: options.short, rows }, null, 2)}\n`);
  }
  if (options.short) console.log('\nThis was the short form: that everything runs is all it says.');
}

function whatIsMissing({ peer, needsCompiler }: Part): string | null {
  if (peer !== undefined && !existsSync(`${PEERS}/${peer}`)) return `${peer} could not be installed`;
  if (needsCompiler !== true) return null;
  if (process.platform !== 'linux') return 'only Linux lets a flush be made slower';
  return spawnSync('cc', ['--version']).status === 0 ? null : 'there is no C compiler';
}

function text({ row, ours, peer, value, goal }: Figure): string {
  const bar = goal.bar === null ? '' : `, bar ${goal.bar}`;
  const sides = [ours, ...(peer === null ? [] : [peer])].map((side) => `    ${sideText(side)}\n`).join('');
  return `${row}\n${sides}    ${round(value)}: ${WORD[verdictOf(value, goal)]} (${goal.sense} ${goal.goal}${bar})\n`;
}

function sideText({ name, median, from, to, samples, unit }: Measured): string {
  return `${name.padEnd(36)} ${round(median).padStart(8)} ${unit}  (${round(from)} to ${round(to)}, ${samples} times)`;
}

function round(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: value >= 1000 ? 4 : 3, useGrouping: true });
}
