/**
 * Switches the deliberate bugs on, one at a time, in a copy of the repository, and says which test catches each of
 * them, and after how long. First of all the same tests must pass without any.
 *
 *   npm run mutants [-- NAME...]     with names: only these, and docs/mutants.md stays as it is
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve as absolute } from 'node:path';
import { type Mutant, mutated } from './mutant.ts';
import { MUTANTS } from './mutants.ts';

/** A bug that makes a test go on for ever is caught as well. */
const LONGEST_MS = 600_000;
const SEED = '1';

interface Caught {
  readonly mutant: Mutant;
  /** Null for a bug that no test has noticed. */
  readonly by: string | null;
  readonly seconds: number;
}

const chosen = process.argv.slice(2);
const mutants = chosen.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => chosen.includes(name));
const copy = mkdtempSync(join(tmpdir(), 'mosaic-mutants-'));
let running: ChildProcess | null = null;
process.on('SIGINT', () => stop(130));
process.on('SIGTERM', () => stop(143));

try {
  process.exitCode = await run();
} finally {
  rmSync(copy, { recursive: true, force: true });
}

async function run(): Promise<number> {
  copyRepository();
  for (const tests of new Set(mutants.flatMap((mutant) => mutant.tests))) {
    const failed = await failingTest(tests);
    if (failed === null) continue;
    say(`Without any bug, ${failed} fails. Mend that first.`);
    return 2;
  }
  const all: Caught[] = [];
  for (const mutant of mutants) {
    const caught = await hunt(mutant);
    all.push(caught);
    say(`${mutant.name}: ${caught.by ?? 'NOT CAUGHT'} (${caught.seconds.toFixed(1)} s)`);
  }
  const survivors = all.filter(({ by }) => by === null).length;
  say(`${all.length - survivors} of ${all.length} caught`);
  if (chosen.length === 0) {
    writeFileSync('docs/mutants.md', page(all));
    execFileSync('npx', ['prettier', '--write', '--log-level', 'warn', 'docs/mutants.md']);
  }
  return survivors === 0 ? 0 : 1;
}

function copyRepository(): void {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { encoding: 'utf8' });
  for (const file of files.split('\0').filter((name) => name !== '')) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    cpSync(file, join(copy, file));
  }
  symlinkSync(absolute('node_modules'), join(copy, 'node_modules'));
}

async function hunt(mutant: Mutant): Promise<Caught> {
  const originals = new Map(mutant.edits.map(({ file }) => [file, readFileSync(join(copy, file), 'utf8')]));
  const began = performance.now();
  try {
    for (const edit of mutant.edits) {
      const path = join(copy, edit.file);
      writeFileSync(path, mutated(readFileSync(path, 'utf8'), edit));
    }
    let by: string | null = null;
    for (const tests of mutant.tests) {
      by = await failingTest(tests);
      if (by !== null) break;
    }
    return { mutant, by, seconds: (performance.now() - began) / 1000 };
  } finally {
    for (const [file, text] of originals) writeFileSync(join(copy, file), text);
  }
}

/** The name of the first test that fails; null when all of them pass. */
function failingTest(tests: string): Promise<string | null> {
  const words = ['vitest', 'run', tests, '--bail', '1', '--reporter', 'json', '--outputFile', 'result.json'];
  const env = { ...process.env, MOSAIC_TEST_SEED: SEED, CI: 'true' };
  rmSync(join(copy, 'result.json'), { force: true });
  const child = spawn('npx', words, { cwd: copy, env, stdio: 'ignore', detached: true });
  running = child;
  const timer = setTimeout(() => end(child), LONGEST_MS);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve(status === 0 ? null : (firstFailure() ?? `${tests} does not end`));
    });
  });
}

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function firstFailure(): string | null {
  let text: string;
  try {
    text = readFileSync(join(copy, 'result.json'), 'utf8');
  } catch {
    return null;
  }
  const results: Results = JSON.parse(text);
  for (const { name, assertionResults } of results.testResults) {
    const failure = assertionResults.find(({ status }) => status === 'failed');
    if (failure !== undefined) return `${name.slice(copy.length + 1)}: ${failure.fullName}`;
  }
  return null;
}

function page(all: readonly Caught[]): string {
  const rows = all.map(({ mutant, by, seconds }) => {
    const [file, ...test] = (by ?? 'nobody').split(': ');
    const name = test.join(': ').replaceAll('|', '\\|');
    return `| ${mutant.name} | ${mutant.breaks} | \`${file}\`${name === '' ? '' : `: ${name}`} | ${seconds.toFixed(1)} s |`;
  });
  return `# Mutants

Deliberate bugs in the lock, the journal, the commit and the recovery, switched on one at a time in a copy of the code.
Each has to be caught by the tests. The time is that from starting the tests to the first that fails, the start of the
test runner included, on ${availableParallelism()} cores. Written by:

    npm run mutants

${all.filter(({ by }) => by !== null).length} of ${all.length} were caught.

| Mutant | What it breaks | Caught by | After |
| --- | --- | --- | ---: |
${rows.join('\n')}
`;
}

/** The tests' runner has children of its own, so its whole group ends. */
function end(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
}

function stop(status: number): never {
  if (running !== null) end(running);
  rmSync(copy, { recursive: true, force: true });
  process.exit(status);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
