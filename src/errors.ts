/**
 * The one error type. Every refusal and every failure that leaves the program is a `MosaicError`:
 * a stable code for programs, a whole sentence for people, and a next step that is safe to run.
 */

/** Stable: a code is never renamed, because agents branch on it. */
export type ErrorCode =
  // what was asked cannot be done to this card
  | 'CARD_EXISTS'
  | 'CARD_NOT_FOUND'
  | 'CARD_DAMAGED'
  | 'CARD_NOT_BLOCKED'
  | 'CLAIM_LOST'
  | 'DEPENDENCY_CYCLE'
  | 'REVISION_CONFLICT'
  // the request itself is wrong
  | 'INVALID_INPUT'
  | 'USAGE'
  | 'IMPORT_REFUSED'
  | 'BATCH_REFUSED'
  // the roster
  | 'ROSTER_INVALID'
  | 'ROSTER_NOT_FOUND'
  | 'ROSTER_EXISTS'
  | 'AGENT_NOT_FOUND'
  | 'AGENT_EXISTS'
  // the store
  | 'LOCK_LOST'
  | 'LOCK_TIMEOUT'
  | 'OUTCOME_UNKNOWN'
  | 'STORE_DAMAGED'
  | 'STORE_FOREIGN'
  | 'STORE_IN_USE'
  | 'STORE_TOO_NEW'
  | 'STORE_CLOSED'
  // the fleet's life
  | 'AGENT_FAILED'
  | 'AGENT_NOT_RUNNING'
  | 'FLEET_RUNNING'
  | 'MESSAGE_NOT_ARRIVED'
  | 'RESTART_LOST'
  | 'SYSTEMD_FAILED'
  | 'TEMPLATE_INVALID'
  | 'TMUX_MISSING'
  | 'TMUX_UNKNOWN'
  | 'UNITS_TAKEN'
  // an installation
  | 'INSTALL_TAKEN'
  | 'NOT_INSTALLED'
  | 'PACKAGE_INVALID'
  | 'PURGE_REFUSED'
  | 'UPDATE_FAILED'
  // the disk said no
  | 'DISK_FULL'
  | 'DISK_READ_ONLY'
  | 'DISK_DENIED'
  | 'DISK_FAILED'
  // the database server said no
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_DENIED'
  | 'DATABASE_READ_ONLY'
  | 'DATABASE_FULL'
  | 'DATABASE_FAILED'
  // this part is not built into this installation
  | 'UNSUPPORTED'
  // a defect of this program, never the caller's fault
  | 'INTERNAL';

export interface ErrorDetails {
  readonly code: ErrorCode;
  /** What happened, to which card or file: one or more whole sentences. */
  readonly message: string;
  /** What to do next. A command in it destroys nothing and can be run as it stands. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class MosaicError extends Error {
  override readonly name = 'MosaicError';
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor({ code, message, hint, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint ?? null;
  }
}
