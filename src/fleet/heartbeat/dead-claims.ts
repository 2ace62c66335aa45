/** Takes claims back from owners that are proven dead, at once, and not only when their time is over. */
import type { Backlog } from '../../backlog/backlog.ts';
import { MosaicError } from '../../errors.ts';
import type { ProcessIdentity } from '../../host/process-identity.ts';
import { claimsOfTheDead, type Heartbeat, type HeldClaim } from './heartbeat.ts';
import { removeHeartbeat } from './heartbeat-file.ts';
import { judgedHeartbeats } from './judged-heartbeats.ts';

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
