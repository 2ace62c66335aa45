/** Takes claims back from owners that are proven dead, at once, and not only when their time is over. */
import type { Backlog } from '../../backlog/backlog.ts';
import { MosaicError } from '../../errors.ts';
import { hasProcessGroup, livenessOf, type ProcessIdentity } from '../../host/process-identity.ts';
import { claimsOfTheDead, type Heartbeat, type HeldClaim, type Judged } from './heartbeat.ts';
import { type HeartbeatFile, readHeartbeats, removeHeartbeat } from './heartbeat-file.ts';

export interface Reclaimed {
  readonly id: string;
  readonly owner: string;
  readonly pid: number;
}

/**
 * @param only whose claims; everybody's when left out
 * @throws MosaicError what the backlog refuses
 */
export async function reclaimFromTheDead(
  backlog: Backlog,
  folder: string,
  self: ProcessIdentity,
  only?: string,
): Promise<readonly Reclaimed[]> {
  const found = judgedHeartbeats(folder, self);
  const dead = found.filter(({ liveness, heartbeat }) => liveness === 'dead' && isMeant(heartbeat.owner, only));
  if (dead.length === 0) return [];
  const claims = await heldClaims(backlog);
  const reclaimed: Reclaimed[] = [];
  for (const { claim, heartbeat } of claimsOfTheDead(found, claims)) {
    if (!isMeant(claim.owner, only)) continue;
    const { pid } = heartbeat.process;
    if (await giveBack(backlog, claim, pid)) reclaimed.push({ id: claim.id, owner: claim.owner, pid });
  }
  // Only now: until its claims are back, a heartbeat is the proof.
  for (const file of dead) {
    if (file.isGroupGone || !mayStillHold(file.heartbeat, claims)) removeHeartbeat(file.path);
  }
  return reclaimed;
}

function isMeant(owner: string, only: string | undefined): boolean {
  return only === undefined || owner === only;
}

/** Its command may still be at work, without anybody to look after it. */
function mayStillHold({ owner }: Heartbeat, claims: readonly HeldClaim[]): boolean {
  return claims.some((claim) => claim.owner === owner);
}

export interface JudgedFile extends HeartbeatFile, Judged {}

export function judgedHeartbeats(folder: string, self: ProcessIdentity): readonly JudgedFile[] {
  return readHeartbeats(folder).map((file) => {
    const { process: other, doing } = file.heartbeat;
    const liveness = livenessOf(other, self);
    // The command of a session is in its own group.
    const group = doing.kind === 'working' ? doing.group : other.pid;
    const isGroupGone = liveness === 'dead' && (other.bootId !== self.bootId || isGone(group));
    return { ...file, liveness, isGroupGone };
  });
}

/** A command that was just being started may have been. */
function isGone(group: number | null): boolean {
  return group !== null && !hasProcessGroup(group);
}

async function heldClaims(backlog: Backlog): Promise<readonly HeldClaim[]> {
  const { cards } = await backlog.list({ status: 'claimed' });
  return cards.flatMap(({ id, claimOwner, attempts, claimedAt }) =>
    claimOwner === null || claimedAt === null ? [] : [{ id, owner: claimOwner, attempt: attempts, claimedAt }],
  );
}

/** @returns false when the claim is somebody else's by now */
async function giveBack(backlog: Backlog, { id, owner, attempt }: HeldClaim, pid: number): Promise<boolean> {
  try {
    await backlog.fail({ id, owner, attempt, reason: `${owner} died while it worked on this (process ${pid}).` });
    return true;
  } catch (error) {
    if (error instanceof MosaicError && (error.code === 'CLAIM_LOST' || error.code === 'CARD_NOT_FOUND')) return false;
    throw error;
  }
}
