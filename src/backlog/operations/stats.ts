/** Counts over all cards. Works on what an index knows of a card, so that no card has to be read. */
import { CARD_STATUSES, type CardStatus } from '../../card/card.ts';
import { expiresAtMs } from '../../card/expiry.ts';
import type { BacklogStats } from '../backlog.ts';

export interface CountedCard {
  readonly status: CardStatus | 'damaged';
  readonly archived: boolean;
  readonly phase: string | null;
  readonly createdAtMs: number;
  readonly claimOwner: string | null;
  readonly claimedAtMs: number | null;
  readonly claimTtlSeconds: number | null;
  readonly hasUnmetDependencies: boolean;
}

type MutableCounts = Record<CardStatus, number>;

/** @param claimable how many cards a claim could take now; counted by whoever knows the dates */
export function countCards(cards: Iterable<CountedCard>, claimable: number, nowMs: number): BacklogStats {
  const byStatus = noCards();
  const byPhase = new Map<string | null, MutableCounts>();
  const byOwner = new Map<string, number>();
  let [damaged, archived, waitingOnDependencies, expiredClaimCount] = [0, 0, 0, 0];
  let oldestReadyMs: number | null = null;
  for (const card of cards) {
    if (card.archived) {
      archived += 1;
      continue;
    }
    if (card.status === 'damaged') {
      damaged += 1;
      continue;
    }
    byStatus[card.status] += 1;
    const phase = byPhase.get(card.phase) ?? noCards();
    phase[card.status] += 1;
    byPhase.set(card.phase, phase);
    if (card.status === 'ready') {
      oldestReadyMs = Math.min(oldestReadyMs ?? card.createdAtMs, card.createdAtMs);
      if (card.hasUnmetDependencies) waitingOnDependencies += 1;
    }
    if (card.claimOwner !== null) byOwner.set(card.claimOwner, (byOwner.get(card.claimOwner) ?? 0) + 1);
    if (isExpiredClaim(card, nowMs)) expiredClaimCount += 1;
  }
  return {
    total: sum(byStatus) + damaged,
    byStatus,
    claimable,
    waitingOnDependencies,
    damaged,
    archived,
    oldestReadyAgeSeconds: oldestReadyMs === null ? null : Math.max(0, Math.floor((nowMs - oldestReadyMs) / 1000)),
    expiredClaimCount,
    byPhase: [...byPhase]
      .map(([phase, counts]) => ({ phase, total: sum(counts), byStatus: counts }))
      .sort((a, b) => compareNames(a.phase, b.phase)),
    byOwner: [...byOwner]
      .map(([owner, claimed]) => ({ owner, claimed }))
      .sort((a, b) => b.claimed - a.claimed || compareNames(a.owner, b.owner)),
  };
}

export function isExpiredClaim(card: CountedCard, nowMs: number): boolean {
  const { status, claimedAtMs, claimTtlSeconds } = card;
  if (status !== 'claimed' || claimedAtMs === null || claimTtlSeconds === null) return false;
  return expiresAtMs({ claimedAtMs, claimTtlSeconds }, nowMs) <= nowMs;
}

function noCards(): MutableCounts {
  return { ready: 0, claimed: 0, blocked: 0, done: 0 };
}

function sum(counts: MutableCounts): number {
  return CARD_STATUSES.reduce((total, status) => total + counts[status], 0);
}

/** By name, numbers inside by value (`M2` before `M10`); what has no name comes last. */
function compareNames(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a.localeCompare(b, 'en', { numeric: true });
}
