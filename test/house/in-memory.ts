/**
 * Temporary files in memory, for the tests in which the disk is not what is tried: they make and remove so many that some
 * disks take three times as long. Only where Linux has a file system in memory that is large enough and runs programs,
 * and where nobody has chosen a place by setting TMPDIR; elsewhere they lie where they always do.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';

const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 4 * 1024 ** 3;

/** The same for the whole run. */
const FOLDER = `${MEMORY}/mosaic-${process.pid}`;

/** For the environment of the tests. */
export function temporaryInMemory(): Readonly<Record<string, string>> {
  return isUsable() ? { TMPDIR: FOLDER } : {};
}

export default function makeFolder(): () => void {
  if (!isUsable()) return () => undefined;
  mkdirSync(FOLDER, { recursive: true });
  // Tests run programs as other users, too.
  chmodSync(FOLDER, 0o1777);
  return () => rmSync(FOLDER, { recursive: true, force: true });
}

function isUsable(): boolean {
  if (process.platform !== 'linux' || (process.env['TMPDIR'] ?? '') !== '') return false;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    const mount = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .findLast(([, place]) => place === MEMORY);
    const [, , kind, options] = mount ?? [];
    return kind === 'tmpfs' && options?.split(',').includes('noexec') === false && bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}
