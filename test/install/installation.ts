/** The installer in real runs: bash starts install.sh, with a prefix and a home that are this test's own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import { type Answer, answerOf, Mosaic, newFolder } from '../cli/mosaic.ts';
import { lines } from './listing.ts';

const STOP_AMID_WORK = fileURLToPath(new URL('programs/stop-amid-work.cjs', import.meta.url));

/** A name that breaks whatever forgets to quote it. */
export const ODD_NAME = `it's $HOME "née" *; #1`;

export interface InstallOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Words before `bash`, which make its surroundings. */
  readonly within?: readonly string[];
}

export interface InstallationOptions {
  /** Of the user's home; everything else is below it. */
  readonly name?: string;
  /** `default`: the installer is told of neither prefix nor home. */
  readonly places?: 'said' | 'default';
}

const started = new Set<ChildProcessWithoutNullStreams>();

afterAll(() => {
  for (const child of started) tellGroup(child, 'SIGKILL');
});

export class Installation {
  /** Of the user who installs. */
  readonly userHome: string;
  readonly prefix: string;
  readonly #places: 'said' | 'default';
  readonly temporary: string;
  readonly mosaic: Mosaic;

  constructor({ name = 'a user', places = 'said' }: InstallationOptions = {}) {
    const within = newFolder();
    this.userHome = join(within, name);
    this.#places = places;
    this.temporary = join(within, 'temporary');
    this.prefix = places === 'said' ? join(this.userHome, 'prefix') : join(this.userHome, '.npm-global');
    const home = places === 'said' ? join(this.userHome, 'home of mosaic') : join(this.userHome, '.config', 'mosaic');
    this.mosaic = new Mosaic(home);
    for (const folder of [this.userHome, this.temporary]) mkdirSync(folder, { recursive: true });
  }

  get home(): string {
    return this.mosaic.home;
  }

  /** `PREFIX/bin/mosaic`. */
  get program(): string {
    return join(this.prefix, 'bin', 'mosaic');
  }

  get current(): string {
    return join(this.prefix, 'lib', 'mosaic-fleet', 'current');
  }

  /** As in `env -i`: of the machine's own settings nothing but the way to its tools; and to ours, as we ask for it. */
  env(): Record<string, string> {
    const { userHome: HOME, temporary: TMPDIR, prefix: MOSAIC_PREFIX, home: MOSAIC_HOME } = this;
    const said = this.#places === 'said' ? { MOSAIC_PREFIX, MOSAIC_HOME } : {};
    return { HOME, TMPDIR, ...said, PATH: `${join(MOSAIC_PREFIX, 'bin')}:${TOOLS}`, USER: 'tester', LANG: 'C.UTF-8' };
  }

  /** Runs the `install.sh` of that package. */
  install(source: string, words: readonly string[] = ['--yes'], options: InstallOptions = {}): Promise<Answer> {
    return ended(this.start(source, words, options));
  }

  /** The same for one that must succeed. @returns what it says */
  async ok(source: string, words?: readonly string[], options?: InstallOptions): Promise<string> {
    const { status, stdout, stderr } = await this.install(source, words, options);
    if (status !== 0) throw new Error(`The installer ended with ${status}: ${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }

  /** Running on, in a process group of its own. */
  start(
    source: string,
    words: readonly string[] = ['--yes'],
    { env = {}, cwd = this.userHome, within = [] }: InstallOptions = {},
  ): ChildProcessWithoutNullStreams {
    const command = [...within, 'bash', join(source, 'install.sh'), ...words];
    const child = spawn('env', command, { cwd, env: { ...this.env(), ...env }, detached: true });
    started.add(child);
    child.once('close', () => started.delete(child));
    return child;
  }

  /**
   * Stopped while it has the lock and copies the package. `SIGCONT` lets it go on.
   *
   * @returns it, and its end
   */
  async stoppedAmidWork(source: string): Promise<readonly [ChildProcessWithoutNullStreams, Promise<Answer>]> {
    const versions = join(dirname(this.current), 'versions');
    const child = this.start(source, ['--yes'], {
      env: { NODE_OPTIONS: `--require ${JSON.stringify(STOP_AMID_WORK)}` },
    });
    const over = ended(child);
    while (!(existsSync(versions) && readdirSync(versions).some((name) => name.startsWith('.')))) {
      if (child.exitCode !== null) throw new Error('The installer was through before it was seen at work.');
      await setImmediate();
    }
    tellGroup(child, 'SIGSTOP');
    return [child, over];
  }

  /** `PREFIX/bin/mosaic words`, as the user's shell would start it. */
  run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ended(this.startProgram(words, env));
  }

  startProgram(words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
    return this.startWith([this.program, ...words], env);
  }

  /** Any command, in the surroundings of the installer. */
  startWith(
    [command = 'true', ...words]: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ChildProcessWithoutNullStreams {
    return spawn(command, words, { cwd: this.userHome, env: { ...this.env(), ...env } });
  }

  /** The JSON value of a command of the fleet. */
  async json(...words: readonly string[]): Promise<unknown> {
    const { status, stdout, stderr } = await this.run(['fleet', ...words, '--json']);
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** The version that `PREFIX/bin/mosaic` says it has; throws when it does not work. */
  async version(): Promise<string> {
    const { status, stdout, stderr } = await this.run(['--version']);
    if (status !== 0) throw new Error(`${this.program} ended with ${status}: ${stderr}`);
    return stdout.trim();
  }

  /** The names that whoever imports the installed package finds. */
  async exported(): Promise<readonly string[]> {
    const script = 'import(process.argv[1]).then((all) => console.log(Object.keys(all).join()))';
    const url = pathToFileURL(join(this.current, 'dist', 'index.js')).href;
    const { stdout, stderr } = await ended(this.startWith([process.execPath, '-e', script, url]));
    if (stderr !== '') throw new Error(stderr);
    return stdout.trim().split(',');
  }

  /** The folders under `versions`, and which of them is the current one. */
  versions(): { readonly all: readonly string[]; readonly current: string } {
    const all = readdirSync(join(dirname(this.current), 'versions')).toSorted();
    return { all, current: basename(readlinkSync(this.current)) };
  }

  /** Everything about prefix and home: equal when nobody has touched anything. */
  everything(): readonly string[] {
    return [...lines(this.prefix, 'everything'), ...lines(this.home, 'everything')];
  }

  /** What runs have left in the folder for temporary files. */
  leftovers(): readonly string[] {
    return readdirSync(this.temporary);
  }
}

/** Of a process that reads nothing. */
export function ended(child: ChildProcessWithoutNullStreams): Promise<Answer> {
  child.stdin.on('error', () => undefined);
  child.stdin.end();
  return answerOf(child);
}

/** Tells a run of the installer and everything that it has started; nobody where that is over already. */
export function tellGroup({ pid }: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // As above.
  }
}

/** Resolves as soon as a running program has complained of it, or told it aside. */
export function complains(child: ChildProcessWithoutNullStreams, text: string): Promise<void> {
  let seen = '';
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (part: Buffer) => {
      seen += part.toString();
      if (seen.includes(text)) resolve();
    });
    child.once('close', () => reject(new Error(`The program ended before it said ${text}; it said: ${seen}`)));
  });
}

/** The machine's tools with the Node that runs the tests, and nothing of the packages this project was built with. */
export const TOOLS: string = [
  dirname(process.execPath),
  ...(process.env['PATH'] ?? '/usr/bin:/bin').split(delimiter).filter((folder) => !folder.includes('node_modules')),
].join(delimiter);

/** A PATH to all the machine's tools but these. */
export function toolsWithout(...missing: readonly string[]): string {
  const folder = newFolder();
  const seen = new Set(missing);
  for (const place of TOOLS.split(delimiter)) {
    for (const name of programsIn(place)) {
      if (seen.has(name)) continue;
      seen.add(name);
      symlinkSync(join(place, name), join(folder, name));
    }
  }
  return folder;
}

function programsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => isExecutable(join(folder, name)));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
