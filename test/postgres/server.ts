/**
 * A real Postgres of the tests' own: on 127.0.0.1 and a free port, in a folder of its own under the system's temporary
 * one, flushing every commit. It can be stopped in every way and comes back on the same port with the same data.
 *
 * Nothing of it stays: `remove` takes it away, and where the process that started it dies first, a small guard does.
 * Postgres refuses to run as root; started by root it runs as `nobody`.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve as absolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { copyBinaries } from './binaries.ts';
import { connect, query, type Row } from './connection.ts';

export interface ServerOptions {
  /** Where its folder is made; else among the temporary ones, which may be in memory. */
  readonly place?: string;
  /** Any of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The whole of pg_hba.conf, instead of a password from everywhere. */
  readonly hba?: string;
  /** Put into the folder of the data by these names, readable by the server alone: certificates and keys. */
  readonly files?: Readonly<Record<string, string>>;
}

/** `fast` ends every session, `immediate` lets the start recover from the log; `kill` is SIGKILL, as when memory ran out. */
export type StopMode = 'fast' | 'immediate' | 'kill';

export interface Server {
  readonly port: number;
  readonly user: 'postgres';
  readonly password: string;
  /** Of the superuser, to the given database or to `postgres`. */
  url(database?: string): string;
  stop(mode: StopMode): Promise<void>;
  /** After a stop: the same port, the same data. Resolves when it answers. */
  start(): Promise<void>;
  /** Stops it, when it runs, and leaves nothing behind. */
  remove(): Promise<void>;
  createDatabase(): Promise<{ readonly name: string; readonly url: string }>;
  /** As superuser, in the database `postgres`, over a connection that is closed again. */
  query(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /** What it has written to its log until now. */
  log(): Promise<string>;
}

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
  // It may all lie in memory.
  max_wal_size: '256MB',
  // In its folder, so that a killed server leaves nothing in /dev/shm.
  dynamic_shared_memory_type: 'mmap',
};

/** Long: on a busy machine the recovery of a killed server has to wait for its turn. */
const START_MS = 60_000;

const GUARD = join(
  dirname(createRequire(import.meta.url).resolve('mosaic-fleet/package.json')),
  'test/postgres/programs/guard.mjs',
);

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const place = absolute(options.place ?? tmpdir());
  await mkdir(place, { recursive: true });
  const folder = await mkdtemp(join(place, 'mosaic-postgres-'));
  const guard = spawn(process.execPath, [GUARD, folder], { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
  const house = new House(folder, guard, await ownUser());
  try {
    await house.furnish(options);
    await house.startSomewhere();
  } catch (error) {
    await house.remove();
    throw error;
  }
  return house;
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

class House implements Server {
  readonly user = 'postgres';
  readonly password: string = newPassword();
  port = 0;
  readonly #folder: string;
  readonly #guard: ChildProcess;
  readonly #runsAs: User;
  #settings: Readonly<Record<string, string>> = SETTINGS;
  #process: ChildProcess | null = null;
  #databases = 0;

  constructor(folder: string, guard: ChildProcess, runsAs: User) {
    this.#folder = folder;
    this.#guard = guard;
    this.#runsAs = runsAs;
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  get #log(): string {
    return join(this.#folder, 'log');
  }

  async furnish({ settings, hba, files = {} }: ServerOptions): Promise<void> {
    this.#settings = { ...SETTINGS, ...settings };
    await copyBinaries(this.#folder);
    const passwordFile = join(this.#folder, 'password');
    await writeFile(passwordFile, `${this.password}\n`);
    await writeFile(this.#log, '');
    await mkdir(this.#data);
    for (const path of [this.#folder, this.#data, passwordFile]) await this.#handOver(path);
    const words = ['--auth=scram-sha-256', '--locale=C.UTF-8', '--encoding=UTF8', `--username=${this.user}`];
    await promisify(execFile)(
      join(this.#folder, 'bin/initdb'),
      [`--pgdata=${this.#data}`, `--pwfile=${passwordFile}`, '--no-sync', ...words],
      { ...this.#runsAs, cwd: this.#folder },
    );
    const given = { ...files, ...(hba === undefined ? {} : { 'pg_hba.conf': `${hba}\n` }) };
    for (const [name, text] of Object.entries(given)) {
      await writeFile(join(this.#data, name), text);
      await chmod(join(this.#data, name), 0o600);
      await this.#handOver(join(this.#data, name));
    }
  }

  /** The port is free when it is looked for, and may be taken when the server asks for it. */
  async startSomewhere(): Promise<void> {
    for (let tries = 1; ; tries++) {
      this.port = await freePort();
      try {
        return await this.start();
      } catch (error) {
        const isTaken = (await this.log()).includes('could not bind');
        if (!isTaken || tries === 10) throw error;
      }
    }
  }

  url(database = 'postgres'): string {
    return `postgres://${this.user}:${this.password}@127.0.0.1:${this.port}/${database}`;
  }

  async start(): Promise<void> {
    if (this.#process !== null) throw new Error('The server runs already.');
    const deadline = performance.now() + START_MS;
    for (;;) {
      const written = (await this.log()).length;
      if (await this.#startOnce(deadline)) return;
      const said = (await this.log()).slice(written);
      // What a killed server has left behind goes a moment later than itself.
      const isInTheWay = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(said);
      if (!isInTheWay || performance.now() > deadline) throw new Error(`The server did not start:\n${said}`);
      await sleep(50);
    }
  }

  /** Whether it answers; false when it ended before it did. */
  async #startOnce(deadline: number): Promise<boolean> {
    const settings = Object.entries({ ...this.#settings, port: String(this.port) });
    const log = await open(this.#log, 'a');
    const server = spawn(
      join(this.#folder, 'bin/postgres'),
      ['-D', this.#data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...this.#runsAs, cwd: this.#folder, stdio: ['ignore', log.fd, log.fd], detached: true },
    );
    await once(server, 'spawn');
    await log.close();
    this.#process = server;
    this.#guard.stdin?.write(`${server.pid}\n`);
    while (!(await this.#answers())) {
      if (hasEnded(server)) {
        this.#ended();
        return false;
      }
      if (performance.now() > deadline) throw new Error(`The server does not answer:\n${await this.log()}`);
      await sleep(20);
    }
    return true;
  }

  /** It says so in a file of its own, whatever it takes to be let in. */
  async #answers(): Promise<boolean> {
    const text = await readFile(join(this.#data, 'postmaster.pid'), 'utf8').catch(() => '');
    const lines = text.split('\n');
    return lines[0] === String(this.#process?.pid) && ['ready', 'standby'].includes(lines[7]?.trim() ?? '');
  }

  async stop(mode: StopMode): Promise<void> {
    const server = this.#process;
    if (server === null) return;
    if (!hasEnded(server)) {
      const end = once(server, 'exit');
      server.kill(SIGNALS[mode]);
      await end;
    }
    this.#ended();
  }

  #ended(): void {
    this.#process = null;
    this.#guard.stdin?.write('0\n');
  }

  async remove(): Promise<void> {
    await this.stop('immediate');
    if (hasEnded(this.#guard)) return;
    const end = once(this.#guard, 'exit');
    this.#guard.stdin?.end();
    await end;
  }

  async createDatabase(): Promise<{ readonly name: string; readonly url: string }> {
    const name = `database_${(this.#databases += 1)}`;
    await this.query(`create database ${name}`);
    return { name, url: this.url(name) };
  }

  async query(sql: string, parameters: readonly unknown[] = []): Promise<readonly Row[]> {
    const client = await connect(this.url());
    try {
      return await query(client, sql, parameters);
    } finally {
      await client.end();
    }
  }

  log(): Promise<string> {
    return readFile(this.#log, 'utf8');
  }

  async #handOver(path: string): Promise<void> {
    const { uid, gid } = this.#runsAs;
    if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Ourselves; `nobody` in place of root. */
async function ownUser(): Promise<User> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (which) => Number((await promisify(execFile)('id', [which, 'nobody'])).stdout)),
  );
  return uid === undefined || gid === undefined ? {} : { uid, gid };
}

function newPassword(): string {
  return `secret-${Math.floor(Math.random() * 2 ** 48).toString(36)}`;
}

/** Below those that the system gives to outgoing connections: one of these could sit on it while the server is down. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await Promise.race([once(probe, 'listening'), once(probe, 'error')]).then(
      () => probe.listening,
      () => false,
    );
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
