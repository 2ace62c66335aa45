/** Turns the system's errors into ours: which file, what is wrong with the disk, what to do. */
import { systemErrorCode } from '../../disk/filesystem.ts';
import { type ErrorCode, MosaicError } from '../../errors.ts';
import { commandLine } from '../sentences.ts';

interface DiskTrouble {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint: string;
}

const SQUATTER: DiskTrouble = {
  code: 'STORE_DAMAGED',
  says: 'Something else stands in the place of a file or a folder of the store',
  hint: 'Look what it is (ls -ld) and move it away, then run the same command again.',
};

const TROUBLE: Readonly<Record<string, DiskTrouble>> = {
  ENOSPC: { code: 'DISK_FULL', says: 'The disk is full', hint: 'Make room, then run the same command again.' },
  EDQUOT: {
    code: 'DISK_FULL',
    says: 'The disk quota is used up',
    hint: 'Make room or raise the quota, then run the same command again.',
  },
  EROFS: {
    code: 'DISK_READ_ONLY',
    says: 'The file system is read-only',
    hint: 'Make it writable, or point --mosaic-home to a folder that is.',
  },
  EACCES: {
    code: 'DISK_DENIED',
    says: 'This user has no permission',
    hint: 'Check who owns the folder (ls -ld), then run the same command again.',
  },
  EPERM: {
    code: 'DISK_DENIED',
    says: 'The system does not permit it',
    hint: 'Check who owns the folder (ls -ld), then run the same command again.',
  },
  EMFILE: {
    code: 'DISK_FAILED',
    says: 'This process has too many files open',
    hint: 'Raise the limit (ulimit -n) or close some, then run the same command again.',
  },
  EISDIR: SQUATTER,
  ENOTDIR: SQUATTER,
  ELOOP: SQUATTER,
  EOVERFLOW: SQUATTER,
};

/** @returns a MosaicError for a system error; anything else as it is */
export function asDiskError(error: unknown): unknown {
  if (error instanceof MosaicError) return error;
  const code = systemErrorCode(error);
  if (code === null || !(error instanceof Error)) return error;
  const trouble = TROUBLE[code] ?? {
    code: 'DISK_FAILED' as const,
    says: 'The disk reports an error',
    hint: 'Check the disk, then run the same command again.',
  };
  return new MosaicError({
    code: trouble.code,
    message: `${trouble.says}: ${describe(error)} Nothing was changed.`,
    hint: trouble.hint,
    cause: error,
  });
}

/** @param count how many cards the journal knows that were there */
export function cardsFolderGone(folder: string, count: number): MosaicError {
  const cards = count === 1 ? 'a card' : `${count} cards`;
  return new MosaicError({
    code: 'STORE_DAMAGED',
    message: `The folder ${folder} has gone, and with it ${cards}. Nothing was changed.`,
    hint: `Put it back from a copy, or let the journal restore the cards with: ${commandLine('doctor', '--fix')}`,
  });
}

/** Somebody took the lock over, and what this process had begun counts for nothing. */
export function lockLost(cause?: unknown): MosaicError {
  return new MosaicError({
    code: 'LOCK_LOST',
    message: 'This process was stopped for so long that another one took the lock over. Nothing was changed.',
    hint: 'Run the same command again.',
    cause,
  });
}

/** @param cause why the flush failed */
export function outcomeUnknown(cause: unknown): MosaicError {
  return new MosaicError({
    code: 'OUTCOME_UNKNOWN',
    message:
      `The change was written, but nobody can say whether the disk kept it: ${describe(cause)} ` +
      'It may or may not have happened.',
    hint: 'Check the disk first; then look at the card before you repeat anything.',
    cause,
  });
}

/** Whether an error says how a commit went, which stays true whatever else was found. */
export function isAboutCommit(error: unknown): boolean {
  return error instanceof MosaicError && (error.code === 'LOCK_LOST' || error.code === 'OUTCOME_UNKNOWN');
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `${String(error)}.`;
  const syscall = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : 'use';
  const path = 'path' in error && typeof error.path === 'string' ? ` ${error.path}` : '';
  return `cannot ${syscall}${path} (${systemErrorCode(error) ?? error.message}).`;
}
