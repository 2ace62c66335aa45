/**
 * A worker's sign of life: who it is, when it last beat, and what it does. Others learn from it what an agent is at, that
 * it has fallen silent, and, once its process is proven dead, which claims are held by nobody any more. Pure.
 */
import type { AgentMode } from '../roster/roster.ts';
import type { Liveness, ProcessIdentity } from '../../host/process-identity.ts';

export const BEAT_EVERY_MS = 5000;
/** Three beats may be late, on a busy machine; whoever misses more is stopped, or hangs. */
const SILENT_AFTER_MS = 4 * BEAT_EVERY_MS;

/** Times are in ISO 8601. */
export type Doing =
  | { readonly kind: 'waiting'; readonly since: string }
  /** `group`: the process group of the command; null while it is being started. */
  | {
      readonly kind: 'working';
      readonly since: string;
      readonly id: string;
      readonly attempt: number;
      readonly group: number | null;
    }
  /** Its command failed at once, again and again. */
  | { readonly kind: 'paused'; readonly since: string; readonly until: string }
  /** A session's command runs; which cards it has, only it knows. */
  | { readonly kind: 'running'; readonly since: string };

export interface Heartbeat {
  /** Whose claims these are. */
  readonly owner: string;
  readonly mode: AgentMode;
  readonly process: ProcessIdentity;
  readonly startedAt: string;
  readonly beatAt: string;
  readonly doing: Doing;
  /** How often a session's command was started again. */
  readonly restarts: number;
}

export type Pulse = 'beating' | 'silent' | 'dead';

/** A clock that was set back makes a beat look as if it were still to come; that one counts as fresh. */
export function pulseOf({ beatAt }: Heartbeat, liveness: Liveness, nowMs: number): Pulse {
  if (liveness === 'dead') return 'dead';
  return nowMs - Date.parse(beatAt) > SILENT_AFTER_MS ? 'silent' : 'beating';
}

/** What is known of a heartbeat's process, and of what that process had started. */
export interface Judged {
  readonly heartbeat: Heartbeat;
  readonly liveness: Liveness;
  /** Nothing of the command's process group is left. */
  readonly isGroupGone: boolean;
}

export interface HeldClaim {
  readonly id: string;
  readonly owner: string;
  readonly attempt: number;
  readonly claimedAt: string;
}

export interface DeadClaim {
  readonly claim: HeldClaim;
  readonly heartbeat: Heartbeat;
}

/**
 * The claims whose owners are proven dead, with all that they had started. A worker's heartbeat names the very attempt. A
 * session takes its cards by itself: it held what was claimed in its name while it beat. What was claimed later is
 * somebody else's of that name, who has no heartbeat perhaps.
 */
export function claimsOfTheDead(all: readonly Judged[], claims: readonly HeldClaim[]): readonly DeadClaim[] {
  const dead = all.filter(({ liveness, isGroupGone }) => liveness === 'dead' && isGroupGone);
  return claims.flatMap((claim) => {
    const found = dead.find(({ heartbeat }) => held(heartbeat, claim, all));
    return found === undefined ? [] : [{ claim, heartbeat: found.heartbeat }];
  });
}

function held(heartbeat: Heartbeat, claim: HeldClaim, all: readonly Judged[]): boolean {
  if (heartbeat.owner !== claim.owner) return false;
  const { doing } = heartbeat;
  if (heartbeat.mode === 'worker') {
    return doing.kind === 'working' && doing.id === claim.id && doing.attempt === claim.attempt;
  }
  const claimedMs = Date.parse(claim.claimedAt);
  if (claimedMs < Date.parse(heartbeat.startedAt) || claimedMs > Date.parse(heartbeat.beatAt) + BEAT_EVERY_MS) {
    return false;
  }
  // Somebody of that name who is not proven dead may have claimed it.
  return !all.some(
    ({ heartbeat: other, liveness, isGroupGone }) =>
      other.owner === claim.owner && !(liveness === 'dead' && isGroupGone) && mayHaveClaimedAt(other, claimedMs),
  );
}

/** One that seems to have beaten before it started has seen the clock set back, and may have claimed at any time. */
function mayHaveClaimedAt({ startedAt, beatAt }: Heartbeat, claimedMs: number): boolean {
  return Date.parse(startedAt) <= claimedMs || Date.parse(beatAt) < Date.parse(startedAt);
}
