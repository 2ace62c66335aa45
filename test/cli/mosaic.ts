/** Runs the real, built program, each test in a home of its own. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { BatchOperation } from '../../src/backlog/backlog.ts';
import { openBacklog } from '../../src/backlog/open.ts';

export const MOSAIC: string = fileURLToPath(new URL('../../bin/mosaic.js', import.meta.url));
export const MOSAIC_FLEET: string = fileURLToPath(new URL('../../bin/mosaic-fleet.js', import.meta.url));

export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly program?: string;
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the tests of the file have ended. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mosaic-test-cli-'));
  folders.push(folder);
  return folder;
}

export class Mosaic {
  readonly home: string;
  /** Empty where the backlog is in files. */
  readonly databaseUrl: string;

  constructor(home: string = newFolder(), databaseUrl = '') {
    this.home = home;
    this.databaseUrl = databaseUrl;
  }

  /** Words after `mosaic fleet backlog`. */
  backlog(words: readonly string[], options: RunOptions = {}): Promise<Answer> {
    return this.run(['fleet', 'backlog', ...words], options);
  }

  run(words: readonly string[], { stdin = '', ...options }: RunOptions = {}): Promise<Answer> {
    const child = this.start(words, options);
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    return answerOf(child);
  }

  /** The JSON value that the command answers with; fails the test when there is none. */
  async json(words: readonly string[], options: RunOptions = {}): Promise<unknown> {
    const { status, stdout, stderr } = await this.backlog([...words, '--json'], options);
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** Cards and claims that a test needs before it begins; by the library, because that starts no process. */
  async stock(...operations: readonly BatchOperation[]): Promise<void> {
    const backlog = await openBacklog({ mosaicHome: this.home, databaseUrl: this.databaseUrl, actor: 'tester' });
    await backlog.batch({ lines: operations.map((operation) => JSON.stringify(operation)) });
    await backlog.close();
  }

  async create(id: string, ...words: readonly string[]): Promise<void> {
    await this.json(['create', id, '--title', `Card ${id}`, ...words]);
  }

  /** Running on; whoever starts it waits for its end. */
  start(words: readonly string[], { env = {}, program = MOSAIC }: RunOptions = {}): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [program, ...words], { env: { ...this.env(), ...env } });
  }

  /** No setting of the machine reaches the program under test. */
  env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.home,
      USER: 'tester',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      MOSAIC_HOME: this.home,
      DATABASE_URL: this.databaseUrl,
    };
  }
}

export function answerOf(child: ChildProcessWithoutNullStreams): Promise<Answer> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Resolves as soon as the output of a running program holds `text`. */
export function outputHolds(child: ChildProcessWithoutNullStreams, text: string): Promise<string> {
  let seen = '';
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      seen += part;
      if (seen.includes(text)) resolve(seen);
    });
    child.once('close', () => reject(new Error(`The program ended before it said ${text}; it said: ${seen}`)));
  });
}
