/** The real file system. Files are made 0600 and folders 0700, whatever the umask: a backlog is its owner's business. */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  utimesSync,
  writeSync,
  type Stats,
} from 'node:fs';
import type { FileContent, FileStat, FileSystem, OpenMode } from './filesystem.ts';
import { systemErrorCode } from './filesystem.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
/** Not on every system, whatever its type says. */
const O_NOATIME = Object.hasOwn(constants, 'O_NOATIME') ? constants.O_NOATIME : 0;

// O_NOFOLLOW: a link planted in the store must not lead a read or a write out of it.
// O_NONBLOCK: a FIFO planted there must not hang the open.
// O_NOATIME: to read a file would change its inode, and the next flush would have to write that too.
const FLAGS: Record<OpenMode, number> = {
  read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOATIME,
  write: O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOATIME,
  create: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
};

/** There is nothing, a link (on some systems EMLINK), or a socket. */
const NO_FILE = ['ENOENT', 'ELOOP', 'EMLINK', 'ENXIO', 'EOPNOTSUPP'];

const READ_AGAIN = 100;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export const nodeFileSystem: FileSystem = {
  open(path, mode) {
    const descriptor = openOwn(path, FLAGS[mode]);
    // The umask may have taken more away than we meant, even from ourselves.
    if (mode === 'create') fchmodSync(descriptor, FILE_MODE);
    return descriptor;
  },
  read: (descriptor, into, position) => readSync(descriptor, into, 0, into.length, position),
  write: (descriptor, bytes, position) => writeSync(descriptor, bytes, 0, bytes.length, position),
  flushData: fdatasyncSync,
  flush: fsyncSync,
  truncate: ftruncateSync,
  setModified: (descriptor, ms) => futimesSync(descriptor, seconds(ms), seconds(ms)),
  setModifiedAt: (path, ms) => utimesSync(path, seconds(ms), seconds(ms)),
  statOpen: (descriptor) => toFileStat(fstatSync(descriptor)),
  close: closeSync,

  exists: existsSync,

  stat(path) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat === undefined ? null : toFileStat(stat);
  },

  readFile(path, limit = Number.POSITIVE_INFINITY) {
    // A file that was replaced after we had opened it may be written over before we have read it. Whoever changes a file
    // all the time has it read as it stands: nobody is to wait for them.
    let read = readOnce(path, limit);
    for (let again = 0; again < READ_AGAIN && read !== null && !isUnchanged(path, read.stat); again += 1) {
      read = readOnce(path, limit);
    }
    return read;
  },

  list: (path) => unless(['ENOENT'], () => readdirSync(path)),

  makeFolder(path) {
    const made = unless(['EEXIST'], () => {
      mkdirSync(path, FOLDER_MODE);
      chmodSync(path, FOLDER_MODE);
      return true;
    });
    return made ?? false;
  },

  removeFolder(path) {
    const removed = unless(['ENOTEMPTY', 'EEXIST'], () => {
      unless(['ENOENT'], () => rmdirSync(path));
      return true;
    });
    return removed ?? false;
  },

  link(existing, name) {
    const linked = unless(['EEXIST'], () => {
      linkSync(existing, name);
      return true;
    });
    return linked ?? false;
  },

  rename: renameSync,

  remove(path) {
    const removed = unless(['ENOENT'], () => {
      unlinkSync(path);
      return true;
    });
    return removed ?? false;
  },
};

/** O_NOATIME is refused to all but a file's owner. */
function openOwn(path: string, flags: number): number {
  try {
    return openSync(path, flags, FILE_MODE);
  } catch (error) {
    if (systemErrorCode(error) !== 'EPERM' || (flags & O_NOATIME) === 0) throw error;
    return openSync(path, flags & ~O_NOATIME, FILE_MODE);
  }
}

/** Runs `call`; null when it fails with one of `codes`, which the caller has a use for. */
function unless<T>(codes: readonly string[], call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== null && codes.includes(code)) return null;
    throw error;
  }
}

function readOnce(path: string, limit: number): FileContent | null {
  const descriptor = unless(NO_FILE, () => openOwn(path, FLAGS.read));
  if (descriptor === null) return null;
  try {
    const stat = toFileStat(fstatSync(descriptor));
    if (stat.kind !== 'file') return null;
    return { stat, bytes: stat.bytes > limit ? new Uint8Array() : readWhole(descriptor, stat.bytes) };
  } finally {
    closeSync(descriptor);
  }
}

function isUnchanged(path: string, before: FileStat): boolean {
  const now = lstatSync(path, { throwIfNoEntry: false });
  return now?.ino === before.inode && now.mtimeMs === before.modifiedMs && now.size === before.bytes;
}

function readWhole(descriptor: number, bytes: number): Uint8Array {
  let into = Buffer.allocUnsafe(bytes + 1);
  let filled = 0;
  // One byte more than the size says: a file that grows under us is read to its end, and one that does not is known to
  // have ended after one call.
  for (;;) {
    const count = readSync(descriptor, into, filled, into.length - filled, filled);
    filled += count;
    if (count === 0 || filled === bytes) return into.subarray(0, filled);
    if (filled === into.length) {
      const larger = Buffer.allocUnsafe(into.length * 2);
      larger.set(into);
      into = larger;
    }
  }
}

/**
 * What Node takes for a time: seconds. A fraction of a second in a double is a little too small or too large, and what
 * is too small ends up a whole microsecond early where it is cut to microseconds; half of one more sets that right.
 */
function seconds(ms: number): number {
  return ms / 1000 + 0.000_000_5;
}

function toFileStat(stat: Stats): FileStat {
  return {
    kind: stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'other',
    bytes: stat.size,
    modifiedMs: stat.mtimeMs,
    inode: stat.ino,
    mode: stat.mode & 0o7777,
    owner: stat.uid,
    links: stat.nlink,
  };
}
