/** Every exit status of the program, and when it is given. */
import { MosaicError } from '../errors.ts';

export type ExitStatus = 0 | 1 | 2 | 3 | 4 | 130;

/** Done; also when there was nothing to claim. */
export const DONE: ExitStatus = 0;
/** Refused or failed; also when `doctor` leaves an error behind. */
export const FAILED: ExitStatus = 1;
/** Asked in the wrong way: nothing was even tried. */
export const WRONG_USAGE: ExitStatus = 2;
/** Nothing was claimed, for `claim --exit-code`. */
export const NOTHING_CLAIMED: ExitStatus = 3;
/** What an agent's keeper tells systemd: the agent was stopped as it was asked to, though only by force. */
export const STOPPED_BY_FORCE: ExitStatus = 4;
/** Stopped from outside while waiting, as shells say it for Ctrl-C, so that loops around it stop too. */
export const INTERRUPTED: ExitStatus = 130;

export function exitStatusOf(error: unknown): ExitStatus {
  const isUsage = error instanceof MosaicError && (error.code === 'USAGE' || error.code === 'INVALID_INPUT');
  return isUsage ? WRONG_USAGE : FAILED;
}
