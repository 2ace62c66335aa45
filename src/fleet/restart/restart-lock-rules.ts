/**
 * What stands in the lock of restarts, and what whoever meets it may conclude. Pure.
 *
 *   4711                                           the owner's pid
 *   1723000000000                                  when it last made progress, in ms since the epoch
 *   9f2c… 88123 0b1e… pid:[4026531836] builder     its token
 *
 * The third line as a whole is the token: whoever finds another one there has lost the lock. After random digits it says
 * what proves the owner's death, because a pid proves little: when the kernel started it, the boot, the pid namespace and
 * the host; `-` is what could not be known.
 *
 * A token without all that was written by another program or by hand. It is judged as if it had been written here and
 * now: when no process has that pid, its owner is dead. That could be wrong only for a foreign program in another pid
 * namespace, which would lose the lock too early. A process that has got the pid since then makes us wait in vain, until
 * the lock is stale or we have waited long enough.
 */
import type { Liveness, ProcessIdentity } from '../../host/process-identity.ts';

/** What the three lines say. */
export interface RestartOwner {
  readonly pid: number;
  /** By the wall clock of its machine. */
  readonly progressedMs: number;
  readonly token: string;
  /** Null when the token says nothing of the process. */
  readonly process: ProcessIdentity | null;
}

export interface RestartTimes {
  /** Whoever waits looks so often. */
  readonly pollMs: number;
  /** A lock whose owner has made no progress for so long is stale. */
  readonly staleMs: number;
  /** Whoever has waited for one owner for so long takes over, though it may live and work. */
  readonly patienceMs: number;
  /** An owner in the middle of a step says so often that it makes progress, and finds out that it has lost the lock. */
  readonly refreshMs: number;
  /**
   * More than `refreshMs`: an owner that lives and works touches its lock within that time. So a lock that only looks
   * stale (a laptop was suspended, a clock was set) is watched for so long first, and one that could only have been
   * caught in the middle of being written. And whoever has lost patience goes on so long after having taken over: by then
   * the owner before has found out, and stops what it was at.
   */
  readonly graceMs: number;
}

export const USUAL_TIMES: RestartTimes = {
  pollMs: 250,
  staleMs: 60_000,
  patienceMs: 30_000,
  refreshMs: 2000,
  graceMs: 3000,
};

export type Why = 'dead' | 'stale' | 'unreadable' | 'waited';

/** `owner` is null when the lock cannot be read. */
export type Judgement =
  | { readonly kind: 'free' | 'ours' }
  | { readonly kind: 'wait'; readonly owner: RestartOwner | null }
  | { readonly kind: 'take-over'; readonly owner: RestartOwner | null; readonly why: Why };

/**
 * What one who waits has seen, by its own monotonic clock. It waits for an owner, not for the lock: when somebody else
 * gets it, patience begins anew. Otherwise the third of three restarts would rob the second at once.
 */
export interface Watch {
  readonly text: string | null;
  readonly unchangedSinceMs: number;
  /** Empty for a lock that cannot be read. */
  readonly token: string;
  readonly waitingSinceMs: number;
}

export interface Evidence {
  /** Our own token. */
  readonly token: string;
  readonly livenessOf: (owner: RestartOwner) => Liveness;
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** @param before null at the first look */
export function watched(before: Watch | null, text: string | null, monotonicMs: number): Watch {
  const token = text === null ? '' : (parseLock(text)?.token ?? '');
  return {
    text,
    unchangedSinceMs: before?.text === text ? before.unchangedSinceMs : monotonicMs,
    token,
    waitingSinceMs: before?.token === token && before.text !== null ? before.waitingSinceMs : monotonicMs,
  };
}

/** A time in the future makes no lock stale, but nobody's patience longer. */
export function judge(
  watch: Watch,
  { token, livenessOf, wallMs, monotonicMs }: Evidence,
  times: RestartTimes,
): Judgement {
  if (watch.text === null) return { kind: 'free' };
  const owner = parseLock(watch.text);
  if (owner?.token === token) return { kind: 'ours' };
  if (owner !== null && livenessOf(owner) === 'dead') return { kind: 'take-over', owner, why: 'dead' };
  const looksOver = owner === null || wallMs - owner.progressedMs >= times.staleMs;
  if (looksOver && monotonicMs - watch.unchangedSinceMs >= times.graceMs) {
    return { kind: 'take-over', owner, why: owner === null ? 'unreadable' : 'stale' };
  }
  const isOutOfPatience = monotonicMs - watch.waitingSinceMs >= times.patienceMs;
  return isOutOfPatience ? { kind: 'take-over', owner, why: 'waited' } : { kind: 'wait', owner };
}

/** Who is to be proven dead or alive; see above for a token that says nothing of its process. */
export function processOf(owner: RestartOwner, self: ProcessIdentity): ProcessIdentity {
  return owner.process ?? { ...self, pid: owner.pid, startTicks: null };
}

/** @param random hexadecimal digits that nobody else ever draws */
export function newToken(random: string, { startTicks, bootId, pidNamespace, host }: ProcessIdentity): string {
  return [random, startTicks ?? UNKNOWN, bootId ?? UNKNOWN, pidNamespace ?? UNKNOWN, host].join(' ');
}

export function lockText({ pid, progressedMs, token }: Omit<RestartOwner, 'process'>): string {
  return `${pid}\n${progressedMs}\n${token}\n`;
}

/** Null for what is no lock. */
export function parseLock(text: string): RestartOwner | null {
  const [, pid, ms, token] = /^([1-9]\d{0,9})\n(\d{1,15})\n(\S|\S[^\n]*\S)\n?$/.exec(text) ?? [];
  if (pid === undefined || ms === undefined || token === undefined) return null;
  return { pid: Number(pid), progressedMs: Number(ms), token, process: parseToken(token, Number(pid)) };
}

const UNKNOWN = '-';

function parseToken(token: string, pid: number): ProcessIdentity | null {
  const match = /^[0-9a-f]+ (\d+|-) ([0-9a-f-]+) (pid:\[\d+\]|-) (.+)$/.exec(token);
  const [, startTicks, bootId, pidNamespace, host] = match ?? [];
  if (host === undefined) return null;
  return { pid, startTicks: known(startTicks), bootId: known(bootId), pidNamespace: known(pidNamespace), host };
}

function known(word: string | undefined): string | null {
  return word === undefined || word === UNKNOWN ? null : word;
}
