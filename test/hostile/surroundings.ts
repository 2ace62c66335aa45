/**
 * The shipped program in surroundings of its own: other namespaces, users, clocks, limits. Everything is done by a shell
 * script that runs in them, with the program as `$MOSAIC` and the store's home as `$MOSAIC_HOME`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the tests of the file have ended. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mosaic-test-hostile-'));
  folders.push(folder);
  return folder;
}

let copy: string | null = null;

/** The built program where every user of the machine can run it. */
export function programForAll(): string {
  if (copy === null) {
    copy = newFolder();
    const packages = ['commander', 'yaml', 'zod'].map((name) => `node_modules/${name}`);
    for (const part of ['bin', 'dist', 'fixtures', 'package.json', ...packages]) {
      // What begins with a dot comes and goes there while other tests run.
      const filter = (path: string): boolean => !path.startsWith(`${join(root, 'dist')}/.`);
      cpSync(join(root, part), join(copy, part), { recursive: true, filter });
    }
    cpSync(process.execPath, join(copy, 'node'));
    spawnSync('chmod', ['-R', 'a+rX', copy]);
  }
  return `${copy}/node ${copy}/bin/mosaic.js`;
}

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScriptOptions {
  /** The words before `sh -c`, which make the surroundings. */
  readonly within?: readonly string[];
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `$MOSAIC`, when it is not the program where it was built. */
  readonly program?: string;
}

/** Runs a shell script. `$MOSAIC words` runs a command of the backlog. */
export function script(text: string, options: ScriptOptions = {}): Promise<Outcome> {
  const program = options.program ?? `${process.execPath} ${join(root, 'bin/mosaic.js')}`;
  const home = options.home ?? newFolder();
  const child = spawn('env', [...(options.within ?? []), 'sh', '-c', text], {
    cwd: '/',
    env: {
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
      HOME: home,
      LANG: 'C.UTF-8',
      MOSAIC_HOME: home,
      MOSAIC: `${program} fleet backlog`,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** As `script`, for scripts that end well. @returns what they say */
export async function mustRun(text: string, options: ScriptOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await script(text, options);
  if (status !== 0) throw new Error(`The script ended with ${status}: ${stderr}\n${stdout}`);
  return stdout;
}

/** A test for machines on which a command works that makes the surroundings; elsewhere it is skipped, and says so. */
export function where(...probe: readonly string[]): typeof test | typeof test.skip {
  const [command = 'true', ...words] = probe;
  if (spawnSync(command, words, { stdio: 'ignore' }).status === 0) return test;
  process.stderr.write(`Skipped, because this machine cannot do it: ${probe.join(' ')}\n`);
  return test.skip;
}
