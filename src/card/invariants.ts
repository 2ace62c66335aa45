/**
 * What must hold between the fields of one card: the three claim fields are all set while it is claimed, and all null
 * otherwise.
 */
import type { Card } from './card.ts';

/** Null when the card is sound, else a sentence that says which fields contradict each other. */
export function checkInvariants(card: Card): string | null {
  const isClaimed = card.status === 'claimed';
  const { claimOwner, claimTtlSeconds, claimedAt } = card;
  const areAllSet = claimOwner !== null && claimTtlSeconds !== null && claimedAt !== null;
  const areAllNull = claimOwner === null && claimTtlSeconds === null && claimedAt === null;
  return (isClaimed ? areAllSet : areAllNull) ? null : contradictionIn(card);
}

function contradictionIn(card: Card): string {
  const claim = { claimOwner: card.claimOwner, claimTtlSeconds: card.claimTtlSeconds, claimedAt: card.claimedAt };
  const names = Object.entries(claim)
    .filter(([, value]) => (value === null) === (card.status === 'claimed'))
    .map(([name]) => name);
  const verb = names.length === 1 ? 'is' : 'are';
  const contradiction = card.status === 'claimed' ? `${verb} null` : `${verb} not null`;
  return `The status is "${card.status}", but ${listed(names)} ${contradiction}.`;
}

function listed(names: readonly string[]): string {
  const last = names.slice(-1).join('');
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
