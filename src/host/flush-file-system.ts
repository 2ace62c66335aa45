/**
 * Has the system write out a whole file system. For thousands of files that takes a twentieth of the time that a flush
 * of each does; and it takes along what other programs have written there.
 */
import { statfsSync } from 'node:fs';
import { release } from 'node:os';
import { runProgram } from './run-program.ts';

/** Waits until all is on the disk that was written so far to the file system of that folder. */
export type FlushFileSystem = (folder: string) => Promise<FlushOutcome>;

/** Of a write that has failed only the first who asks is told: after `failed`, nobody may believe another flush of all. */
export type FlushOutcome = 'flushed' | 'failed' | 'not-to-be-had';

/**
 * As `statfs` calls them: ext2 to ext4, XFS, btrfs, F2FS, and tmpfs, which has no disk. Another one may only pass on to
 * somebody who has not written yet: a server, or a program.
 */
const WRITES_ITSELF: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994]);
/** From this one on Linux says when a write has failed that nobody had waited for. */
const TELLS_ERRORS = { major: 5, minor: 8 };
/** So long may a disk take that has everything to write that fits into memory. */
const TIMEOUT_MS = 600_000;

/** By the `sync` of GNU, as Node has no call for it: those of others are not known to tell errors. */
export async function flushFileSystem(folder: string): Promise<FlushOutcome> {
  if (process.platform !== 'linux' || !tellsErrors(release()) || !writesItself(folder)) return 'not-to-be-had';
  const version = await sync('--version');
  if (version?.includes('GNU coreutils') !== true) return 'not-to-be-had';
  return (await sync('--file-system', folder)) === null ? 'failed' : 'flushed';
}

/** @returns what it says; null when it fails */
async function sync(...words: readonly string[]): Promise<string | null> {
  const environment = { ...process.env, LC_ALL: 'C' };
  const ran = await runProgram({ program: 'sync', words, environment, timeoutMs: TIMEOUT_MS });
  return ran.kind === 'ended' && ran.status === 0 ? ran.stdout : null;
}

function tellsErrors(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > TELLS_ERRORS.major || (major === TELLS_ERRORS.major && minor >= TELLS_ERRORS.minor);
}

function writesItself(folder: string): boolean {
  try {
    return WRITES_ITSELF.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}
