/** What a doctor says of the cards themselves, whatever stores them. */
import type { Card } from '../../card/card.ts';
import { findCyclesIn } from '../../card/cycle.ts';
import type { Finding } from '../backlog.ts';
import { commandLine } from '../sentences.ts';

/** A card and what it waits for. */
export interface Edges {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/** Edges to nowhere, and in a circle. */
export function examineEdges(cards: readonly Edges[]): readonly Finding[] {
  const edges = new Map(cards.map(({ id, dependsOn }) => [id, dependsOn]));
  const findings: Finding[] = [];
  for (const [id, dependsOn] of edges) {
    for (const needed of dependsOn) if (!edges.has(needed)) findings.push(danglingDependency(id, needed));
  }
  for (const cycle of findCyclesIn(edges.keys(), (id) => edges.get(id) ?? [])) {
    findings.push({
      code: 'dependency-cycle',
      severity: 'error',
      subject: cycle[0] ?? null,
      message: `These cards wait for each other, so none of them can ever be claimed: ${cycle.join(' → ')}.`,
      fixed: null,
      hint: 'Take one of the edges away with: mosaic fleet backlog unlink --from A --to B',
    });
  }
  return findings;
}

function danglingDependency(id: string, needed: string): Finding {
  return {
    code: 'dangling-dependency',
    severity: 'warning',
    subject: id,
    message: `Card ${id} depends on ${needed}, which does not exist, so it waits.`,
    fixed: null,
    hint: `Create that card, or take the edge away with: ${commandLine('unlink', '--from', id, '--to', needed)}`,
  };
}

export function expiredClaim(card: Card): Finding {
  return {
    code: 'expired-claim',
    severity: 'info',
    subject: card.id,
    message: `The claim of ${card.claimOwner ?? 'nobody'} on card ${card.id} has expired.`,
    fixed: null,
    hint: 'The next claim takes it back by itself.',
  };
}

/** @param error CARD_DAMAGED @param hint how it can be mended */
export function damagedCard(id: string, error: Error, hint: string): Finding {
  const message = error.message.replace(' Nothing was changed.', '');
  return { code: 'damaged-card', severity: 'error', subject: id, message, fixed: null, hint };
}

/** @param cause what makes it so */
export function relaxedDurability(cause: string, hint: string): Finding {
  return {
    code: 'durability-relaxed',
    severity: 'warning',
    subject: null,
    message: `${cause}: what was acknowledged last can be lost in a power cut.`,
    fixed: null,
    hint,
  };
}
