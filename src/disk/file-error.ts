/** What the file system says about a file that somebody named, as an error people can act on. */
import { MosaicError, type ErrorCode } from '../errors.ts';

const CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['INVALID_INPUT', 'it does not exist'],
  ENOTDIR: ['INVALID_INPUT', 'a part of its path is not a folder'],
  EISDIR: ['INVALID_INPUT', 'it is a folder'],
  EACCES: ['DISK_DENIED', 'access is denied'],
  EPERM: ['DISK_DENIED', 'access is denied'],
  EROFS: ['DISK_READ_ONLY', 'the disk is read-only'],
  ENOSPC: ['DISK_FULL', 'the disk is full'],
  EDQUOT: ['DISK_FULL', 'the quota of the disk is used up'],
};

export interface DiskTrouble {
  readonly code: ErrorCode;
  /** Follows a colon. */
  readonly reason: string;
}

/** Null for an error that does not come from the file system. */
export function diskTrouble(error: unknown): DiskTrouble | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  if (!('syscall' in error)) return null;
  const [code, reason] = CODES[error.code] ?? (['DISK_FAILED', `the system says ${error.code}`] as const);
  return { code, reason };
}

/** Null for an error that does not come from the file system. */
export function diskError(error: unknown, file: string, verb: 'read' | 'written'): MosaicError | null {
  const trouble = diskTrouble(error);
  if (trouble === null) return null;
  const { code, reason } = trouble;
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const place = isMissing && verb === 'written' ? 'its folder does not exist' : reason;
  return new MosaicError({
    code,
    message: `The file ${file} cannot be ${verb}: ${place}. Nothing was changed.`,
    hint: HINTS[code] ?? 'Give the name of another file.',
    cause: error,
  });
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  DISK_FULL: 'Make room on the disk, then run the same command again.',
  DISK_DENIED: 'Look at the permissions with: ls -ld',
  DISK_FAILED: 'Look at the state of the disk before you try again.',
};
