/** What a worker needs to know about the card it has just taken. */
import { commandLine } from '../../backlog/sentences.ts';
import type { Card } from '../../card/card.ts';
import { cardContent, cardHead, claimLine, joinBlocks, section } from './card-page.ts';
import type { Screen } from './text/screen.ts';

export function claimPage(card: Card, screen: Screen, nowMs: number): string {
  const fence = ['--owner', card.claimOwner ?? '', '--attempt', String(card.attempts)];
  const next = [
    commandLine('complete', card.id, ...fence),
    commandLine('renew', card.id, ...fence),
    `${commandLine('fail', card.id, ...fence)} --reason "..."`,
  ];
  const blocks = [
    [...cardHead(card, screen), claimLine(card, nowMs)],
    ...cardContent(card, screen),
    section('Next', next, screen),
  ];
  return `${joinBlocks(blocks)}\n`;
}
