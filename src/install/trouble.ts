/** Turns the system's errors into ours: what could not be done where, and that the former installation works on. */
import { systemErrorCode } from '../disk/filesystem.ts';
import { type ErrorCode, MosaicError } from '../errors.ts';

interface Trouble {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint: string;
}

const DENIED: Trouble = {
  code: 'DISK_DENIED',
  says: 'This user may not write there',
  hint: 'Choose a folder of your own with MOSAIC_PREFIX or MOSAIC_HOME, then run the same command again.',
};
const FULL: Trouble = {
  code: 'DISK_FULL',
  says: 'There is no room left',
  hint: 'Make room, then run the same command again.',
};
const IN_THE_WAY: Trouble = {
  code: 'DISK_FAILED',
  says: 'Something else stands in the way',
  hint: 'Look what it is (ls -ld) and move it away, then run the same command again.',
};

const TROUBLE: Readonly<Record<string, Trouble>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: { ...DENIED, code: 'DISK_READ_ONLY', says: 'The file system is read-only' },
  ENOSPC: FULL,
  EDQUOT: FULL,
  ENOTDIR: IN_THE_WAY,
  EISDIR: IN_THE_WAY,
  EEXIST: IN_THE_WAY,
  ELOOP: IN_THE_WAY,
};

/** @throws MosaicError in the place of the system's error; anything else that `work` throws as it is */
export async function withTroubleTold<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemErrorCode(error);
    if (error instanceof MosaicError || code === null || !(error instanceof Error)) throw error;
    const {
      says,
      hint,
      code: ours,
    } = TROUBLE[code] ?? {
      code: 'DISK_FAILED' as const,
      says: 'The disk reports an error',
      hint: 'Check the disk, then run the same command again.',
    };
    throw new MosaicError({
      code: ours,
      message: `${says}: ${error.message}. What was installed before works as it did.`,
      hint,
      cause: error,
    });
  }
}
