/** Turns the system's errors into ours: what could not be done where, and that the former installation works on. */
import { diskTrouble } from '../disk/file-error.ts';
import { type ErrorCode, MosaicError } from '../errors.ts';

const OTHER_FOLDER = 'Choose a folder of your own with MOSAIC_PREFIX or MOSAIC_HOME, then run the same command again.';

const HINTS: Partial<Record<ErrorCode, string>> = {
  DISK_FULL: 'Make room, then run the same command again.',
  DISK_DENIED: OTHER_FOLDER,
  DISK_READ_ONLY: OTHER_FOLDER,
  DISK_FAILED: 'Look at the state of the disk, then run the same command again.',
};

/** @throws MosaicError in the place of the system's error; anything else that `work` throws as it is */
export async function withTroubleTold<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const trouble = diskTrouble(error);
    if (error instanceof MosaicError || trouble === null || !(error instanceof Error)) throw error;
    const place =
      'path' in error && typeof error.path === 'string' ? `${error.path} cannot be used` : 'A file cannot be written';
    throw new MosaicError({
      // Whatever has the place was there before, and nobody has asked in the wrong way.
      code: trouble.code === 'INVALID_INPUT' ? 'INSTALL_TAKEN' : trouble.code,
      message: `${place}: ${trouble.reason}. What was installed before works as it did.`,
      hint: HINTS[trouble.code] ?? 'Look what it is (ls -ld) and move it away, then run the same command again.',
      cause: error,
    });
  }
}
