/** The shipped program under strace: which system calls it makes on a store, and runs in which one of them goes wrong. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = join(fileURLToPath(new URL('../..', import.meta.url)), 'bin/mosaic.js');

/** Calls that change what is on the disk: between two of them, the state that a kill leaves is the same. */
export const CHANGING: ReadonlySet<string> = new Set([
  ...['openat', 'write', 'pwrite64', 'fsync', 'fdatasync', 'link', 'linkat', 'rename', 'renameat2', 'unlink'],
  ...['unlinkat', 'mkdir', 'mkdirat', 'rmdir', 'chmod', 'fchmod', 'utimensat', 'ftruncate'],
]);
const READING = ['close', 'statx', 'newfstatat', 'fstat', 'lstat', 'pread64', 'read', 'getdents64'];
const TRACED = [...CHANGING, ...READING];

/** One call of the program: the `when`-th of that name which its main thread makes. */
export interface Call {
  readonly name: string;
  readonly when: number;
  /** As strace prints it. */
  readonly text: string;
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The traced calls of the first thread, with what was done to them. */
  readonly trace: readonly string[];
  /** Another thread had a call of that number, too, and it went wrong as well. */
  readonly hasHitOthers: boolean;
}

/** What happens to a call instead of what should: as strace words it. */
export type Injection = 'signal=SIGKILL' | `error=${string}`;

/** Runs a command of the backlog and returns the calls of its main thread that touch the store, in order. */
export async function callsOf(home: string, words: readonly string[]): Promise<readonly Call[]> {
  const { status, stderr, trace } = await run(home, words, TRACED, [], 'every thread');
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  for (const text of trace) {
    const name = /^(\w+)\(/.exec(text)?.[1];
    if (name === undefined) continue;
    const when = (counts.get(name) ?? 0) + 1;
    counts.set(name, when);
    if (text.includes(home)) calls.push({ name, when, text });
  }
  return calls;
}

/**
 * Every thread has numbers of its own, and the others do things at moments of their own. Following them all is quicker
 * (the kernel filters the calls, and stops at none of the others) but then the same number goes wrong in each of them.
 */
export type Followed = 'every thread' | 'the first thread';

/** Runs it with one call going wrong; null where this time the call of that number was another one. */
export async function runWith(
  home: string,
  words: readonly string[],
  { name, when }: Call,
  injection: Injection,
  followed: Followed,
): Promise<Ended | null> {
  const ended = await run(home, words, [name], ['-e', `inject=${name}:${injection}:when=${when}`], followed);
  if (ended.hasHitOthers) return null;
  const hit = ended.trace.filter((line) => line.startsWith(`${name}(`))[when - 1];
  return hit?.includes(home) === true ? ended : null;
}

async function run(
  home: string,
  words: readonly string[],
  traced: readonly string[],
  inject: readonly string[],
  followed: Followed,
): Promise<Ended> {
  const log = `${home}.trace`;
  const follow = followed === 'every thread' ? ['-f', '--seccomp-bpf'] : [];
  const options = [...follow, '-qq', '-y', '-s', '64', '-o', log, '-e', `trace=${traced.join(',')}`];
  const command = [process.execPath, program, 'fleet', 'backlog', ...words, '--json', '--mosaic-home', home];
  const child = spawn('strace', [...options, ...inject, ...command], {
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr, ...linesOf(log) }));
  });
}

/** The lines of the first thread, without the number of the thread in front, if there is one. */
function linesOf(log: string): Pick<Ended, 'trace' | 'hasHitOthers'> {
  const lines = readFileSync(log, 'utf8').split('\n');
  const first = /^\d+ +/.exec(lines[0] ?? '')?.[0] ?? '';
  const others = lines.filter((line) => !line.startsWith(first));
  return {
    trace: lines.filter((line) => line.startsWith(first)).map((line) => line.slice(first.length)),
    hasHitOthers: others.some((line) => line.includes('(INJECTED)')),
  };
}
