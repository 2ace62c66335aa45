/**
 * A user's systemd for one test, in a control group of its own: two managers in one group would meet in the groups of
 * their units, and each would end the processes of the other.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SYSTEMD = '/usr/lib/systemd/systemd';
const LOOK_AGAIN_MS = 20;
/** Moves the shell into the groups, and becomes systemd. */
const ENTER = 'for group in "$@"; do echo $$ > "$group/cgroup.procs" || exit 1; done; exec "$0" --user';

/** Whether one can be run here. */
export function canRunSystemd(): boolean {
  if (!existsSync(SYSTEMD) || spawnSync('systemctl', ['--version']).status !== 0) return false;
  try {
    // `systemctl` wants this folder, also where systemd is not the init system.
    mkdirSync('/run/systemd/system', { recursive: true });
    const groups = makeGroups();
    removeGroups(groups);
    return groups.length > 0;
  } catch {
    return false;
  }
}

/** Whether `freeze` can be had: the older control groups have none. */
export function canFreeze(): boolean {
  return hierarchies().some((root) => existsSync(join(root, 'cgroup.controllers')));
}

export class TestSystemd {
  readonly #environment: Readonly<Record<string, string>>;
  /** Its sockets lie in there, and their paths may not be long. */
  readonly runtimeFolder: string = mkdtempSync(join(tmpdir(), 'mosaic-xdg-'));
  #groups: readonly string[] = [];
  #manager: ChildProcess | null = null;

  /** @param environment of the manager, and of all that it starts */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = { ...environment, XDG_RUNTIME_DIR: this.runtimeFolder };
  }

  /** Ends when default.target has been reached, and whatever it wants was started. */
  async start(): Promise<void> {
    this.#groups = makeGroups();
    mkdirSync(this.runtimeFolder, { recursive: true, mode: 0o700 });
    this.#manager = spawn('sh', ['-c', ENTER, SYSTEMD, ...this.#groups], { env: this.#environment, stdio: 'ignore' });
    while (!existsSync(join(this.runtimeFolder, 'systemd', 'private'))) await sleep(LOOK_AGAIN_MS);
    while (!['running', 'degraded'].includes(this.ask('is-system-running'))) await sleep(LOOK_AGAIN_MS);
  }

  ask(...words: readonly string[]): string {
    const all = ['--user', '--no-pager', ...words];
    return spawnSync('systemctl', all, { encoding: 'utf8', env: this.#environment }).stdout.trim();
  }

  /** From now on the process hangs: it hears of nothing, and only SIGKILL ends it. */
  freeze(pid: number): void {
    const group = this.#groups.find((one) => existsSync(join(one, 'cgroup.freeze')));
    if (group === undefined) throw new Error('There is no cgroup2 here to freeze a process in.');
    const frozen = join(group, `frozen-${pid}`);
    mkdirSync(frozen);
    writeFileSync(join(frozen, 'cgroup.procs'), String(pid));
    writeFileSync(join(frozen, 'cgroup.freeze'), '1');
  }

  /** As when the power is cut: it ends at once, with everything that it has started. */
  async crash(): Promise<void> {
    const manager = this.#manager;
    if (manager === null) return;
    // First, so that it starts nothing anew.
    manager.kill('SIGKILL');
    for (let pids = pidsIn(this.#groups); pids.length > 0; pids = pidsIn(this.#groups)) {
      pids.forEach(kill);
      await sleep(LOOK_AGAIN_MS);
    }
    removeGroups(this.#groups);
    rmSync(this.runtimeFolder, { recursive: true, force: true });
    this.#manager = null;
  }
}

let made = 0;

/** One in each hierarchy that systemd keeps its books in. */
function makeGroups(): readonly string[] {
  made += 1;
  return hierarchies().map((root) => {
    const group = join(root, `mosaic-test-${process.pid}-${made}`);
    mkdirSync(group);
    return group;
  });
}

function hierarchies(): readonly string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return mounts.flatMap((mount) => {
    const [, place = '', type, options = ''] = mount.split(' ');
    const isItsOwn = type === 'cgroup2' || (type === 'cgroup' && options.split(',').includes('name=systemd'));
    return isItsOwn ? [place] : [];
  });
}

function pidsIn(groups: readonly string[]): readonly number[] {
  return groups.flatMap((group) => {
    const own = readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    return [...own, ...pidsIn(groupsIn(group))];
  });
}

function groupsIn(group: string): readonly string[] {
  const entries = readdirSync(group, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(group, name));
}

function removeGroups(groups: readonly string[]): void {
  for (const group of groups) {
    removeGroups(groupsIn(group));
    rmdirSync(group);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
