/**
 * Who a process is, in a way that outlives its pid: enough for another process to prove it dead.
 *
 * A pid alone proves nothing: it is reused, it means another process in another pid namespace, and `kill(pid, 0)`
 * calls a zombie alive. So an identity holds the pid, the moment the kernel started it, the boot, the pid namespace
 * and the host. Linux reads them from /proc; elsewhere what cannot be known is null, and null never proves anything.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot (field 22 of /proc/PID/stat), or null where it cannot be read. */
  readonly startTicks: string | null;
  readonly bootId: string | null;
  readonly pidNamespace: string | null;
  readonly host: string;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

interface ProcessState {
  readonly zombie: boolean;
  readonly group: number;
  readonly startTicks: string;
}

export function currentIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    startTicks: ownStartTicks(),
    bootId: readBootId(),
    pidNamespace: readPidNamespace(),
    host: hostname(),
  };
}

/** Of a process beside us; null when there is none of that pid, or nothing can be known of it. */
export function identityOf(pid: number): ProcessIdentity | null {
  const state = readProcessState(String(pid));
  if (state === null || state === 'unreadable' || state.zombie) return null;
  return { ...currentIdentity(), pid, startTicks: state.startTicks };
}

/** Changes with every boot of the kernel; null where the system has no such id. */
function readBootId(): string | null {
  return readText('/proc/sys/kernel/random/boot_id');
}

/**
 * What can be proven about the process `other`, seen from `self`.
 * `dead` is a proof; `unknown` means that only time can tell.
 */
export function livenessOf(other: ProcessIdentity, self: ProcessIdentity): Liveness {
  if (other.host !== self.host || other.bootId === null || self.bootId === null) {
    return 'unknown';
  }
  if (other.bootId !== self.bootId) {
    return 'dead';
  }
  if (other.pidNamespace === null || other.pidNamespace !== self.pidNamespace) {
    return 'unknown';
  }
  const state = readProcessState(String(other.pid));
  if (state === 'unreadable') return 'unknown';
  if (state === null || state.zombie) return 'dead';
  if (other.startTicks !== null && state.startTicks !== other.startTicks) return 'dead';
  return 'alive';
}

function ownStartTicks(): string | null {
  const state = readProcessState('self');
  return state === null || state === 'unreadable' ? null : state.startTicks;
}

/** Null when there is no such process. A hidden /proc (hidepid, none at all) is `unreadable`, never a death. */
function readProcessState(pid: string): ProcessState | 'unreadable' | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ESRCH') return null;
    return code === 'ENOENT' && pid !== 'self' && readText('/proc/self/stat') !== null && !isHidden(pid)
      ? null
      : 'unreadable';
  }
  // The command name stands in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = fields[19];
  if (state === undefined || startTicks === undefined) return 'unreadable';
  return { zombie: state === 'Z' || state === 'X', group: Number(fields[2]), startTicks };
}

/** Under `hidepid` a living process of another user has no folder in /proc; signal 0 still answers EPERM. */
function isHidden(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/**
 * Whether any process is left in that group, as seen from here. One that we may not signal is one; a zombie that nobody
 * has waited for is none, where the system tells.
 */
export function hasProcessGroup(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
  const members = membersOf(group);
  return members === null || members.some(({ zombie }) => !zombie);
}

/** Null where the system does not tell. */
function membersOf(group: number): readonly ProcessState[] | null {
  let names: readonly string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  const members = names.flatMap((name) => {
    const state = readProcessState(name);
    return state !== null && state !== 'unreadable' && state.group === group ? [state] : [];
  });
  // A /proc that hides processes does not show who is left.
  return members.length === 0 ? null : members;
}

function readPidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return null;
  }
}

/** Null for what is no identity. */
export function parseIdentity(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null) return null;
  const { pid, startTicks, bootId, pidNamespace, host }: Partial<Record<keyof ProcessIdentity, unknown>> = value;
  if (typeof pid !== 'number' || typeof host !== 'string') return null;
  if (!isTextOrNull(startTicks) || !isTextOrNull(bootId) || !isTextOrNull(pidNamespace)) return null;
  return { pid, startTicks, bootId, pidNamespace, host };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
