/**
 * Keeps the claim on a card while a command works on it, and notices when it is lost: by renewing it in time, by looking
 * in between whether somebody has decided about the card, and by the clock when neither can be had.
 */
import type { Backlog } from '../../backlog/backlog.ts';
import type { Card } from '../../card/card.ts';
import { MosaicError } from '../../errors.ts';
import { pass } from '../../host/clock.ts';

export interface Claim {
  readonly card: Card;
  readonly owner: string;
  readonly ttlSeconds: number;
}

export interface ClaimSurroundings {
  readonly backlog: Backlog;
  readonly monotonicMs: () => number;
  /** It lasts for so long from now on. */
  readonly lasts: (ms: number) => void;
}

/** Somebody else has the card, or an operator has decided about it. */
export interface Lost {
  readonly kind: 'lost';
  readonly reason: string;
}

/** A claim is renewed so many times in its life, so that a renewal may fail and there is time for another. */
const RENEWALS_A_TTL = 3;
/** A card that was taken away is worked on for so long at most. */
const LOOK_EVERY_MS = 10_000;

/**
 * Settles only when the claim is lost; what else goes wrong is tried again as long as the claim lasts.
 *
 * @param over aborted when the claim need not be kept any more; then it never settles
 */
export async function untilLost(claim: Claim, around: ClaimSurroundings, over: AbortSignal): Promise<Lost> {
  const { monotonicMs, lasts } = around;
  const ttlMs = claim.ttlSeconds * 1000;
  const renewedEveryMs = ttlMs / RENEWALS_A_TTL;
  let renewedMs = monotonicMs();
  for (;;) {
    const dueMs = renewedMs + renewedEveryMs - monotonicMs();
    await pass(Math.max(0, Math.min(dueMs, LOOK_EVERY_MS)), over);
    if (over.aborted) return new Promise(() => undefined);
    const begunMs = monotonicMs();
    const leftMs = renewedMs + ttlMs - begunMs;
    const isDue = begunMs - renewedMs >= renewedEveryMs;
    const seen = await inTime(isDue ? renew(claim, around) : look(claim, around), leftMs);
    if (seen === 'renewed') {
      renewedMs = begunMs;
      lasts(begunMs + ttlMs - monotonicMs());
    } else if (typeof seen === 'object') {
      return seen;
    } else if (!over.aborted && renewedMs + ttlMs - monotonicMs() <= 0) {
      return { kind: 'lost', reason: 'It could not be renewed in time.' };
    } else if (isDue) {
      // Not at once again: whatever is in the way may need a moment.
      await pass(Math.min(renewedEveryMs / 2, LOOK_EVERY_MS), over);
    }
  }
}

type Seen = 'renewed' | 'held' | 'unknown' | Lost;

async function renew({ card, owner, ttlSeconds }: Claim, { backlog }: ClaimSurroundings): Promise<Seen> {
  try {
    await backlog.renew({ id: card.id, owner, attempt: card.attempts, ttlSeconds });
    return 'renewed';
  } catch (error) {
    return isDecided(error) ? { kind: 'lost', reason: error.message } : 'unknown';
  }
}

async function look({ card, owner }: Claim, { backlog }: ClaimSurroundings): Promise<Seen> {
  try {
    const { claimOwner, attempts } = await backlog.get({ id: card.id });
    if (claimOwner === owner && attempts === card.attempts) return 'held';
    return { kind: 'lost', reason: 'Somebody has taken the claim away.' };
  } catch (error) {
    return isDecided(error) ? { kind: 'lost', reason: error.message } : 'unknown';
  }
}

/** It may have to wait for the store, and the claim does not wait with it. */
async function inTime(asked: Promise<Seen>, leftMs: number): Promise<Seen> {
  // Its own, so that in a claim of hours no thousand timers wait.
  const answered = new AbortController();
  try {
    return await Promise.race([asked, pass(Math.max(0, leftMs), answered.signal).then((): Seen => 'unknown')]);
  } finally {
    answered.abort();
  }
}

/** The claim is somebody else's, the card is done, or it is not there any more: to ask again would not help. */
export function isDecided(error: unknown): error is MosaicError {
  return error instanceof MosaicError && (error.code === 'CLAIM_LOST' || error.code === 'CARD_NOT_FOUND');
}
