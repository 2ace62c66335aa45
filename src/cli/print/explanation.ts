/** `explain` in sentences: what stands between a card and its being claimed. */
import type { Explanation, Obstacle } from '../../backlog/backlog.ts';
import { printable } from './text/escape.ts';
import { proseColumns, type Screen } from './text/screen.ts';
import { fromNow, moment } from './text/time.ts';
import { wrap } from './text/width.ts';

export function explanationPage(explanations: readonly Explanation[], screen: Screen, nowMs: number): string {
  const free = explanations.filter(({ claimable }) => claimable);
  const held = explanations.filter(({ claimable }) => !claimable);
  const blocks = held.map((one) => heldBlock(one, screen, nowMs));
  if (free.length > 0) blocks.push([freeSentence(free, screen)]);
  if (explanations.length === 0) blocks.push(['No card is ready, so there is nothing to explain.']);
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function freeSentence(free: readonly Explanation[], screen: Screen): string {
  const names = free.map(({ id }) => printable(id)).join(', ');
  const words =
    free.length === 1 ? `${names} can be claimed now.` : `${free.length} cards can be claimed now: ${names}.`;
  return wrap(words, proseColumns(screen)).map(screen.paint.green).join('\n');
}

function heldBlock({ id, title, obstacles }: Explanation, screen: Screen, nowMs: number): readonly string[] {
  const { paint } = screen;
  const head = `${paint.bold(printable(id))}${title === null ? '' : `  ${printable(title)}`}`;
  const reasons = obstacles.flatMap((obstacle) => {
    const [first = '', ...rest] = wrap(obstacleSentence(obstacle, nowMs), proseColumns(screen) - 4);
    return [`  ${paint.yellow('•')} ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  return [head, ...(reasons.length === 0 ? ['  It cannot be claimed, and why cannot be told.'] : reasons)];
}

function obstacleSentence(obstacle: Obstacle, nowMs: number): string {
  switch (obstacle.kind) {
    case 'claimed':
      return `It is claimed by ${printable(obstacle.owner)}; the claim ${expiry(obstacle.expiresAt, nowMs)}.`;
    case 'blocked':
      return obstacle.reason === null ? 'It is blocked.' : `It is blocked: ${printable(obstacle.reason)}`;
    case 'done':
      return 'It is done.';
    case 'not-before':
      return `It may not be claimed before ${moment(obstacle.notBefore)}, which is ${relative(obstacle.notBefore, nowMs)}.`;
    case 'dependency':
      return `It depends on ${printable(obstacle.id)}, which is ${obstacle.status} and not done.`;
    case 'dependency-missing':
      return `It depends on ${printable(obstacle.id)}, and there is no such card.`;
    case 'dependency-damaged':
      return `It depends on ${printable(obstacle.id)}, whose file is damaged: ${printable(obstacle.reason)}.`;
    case 'dependency-cycle':
      return `It is part of a circle of dependencies: ${obstacle.cycle.map(printable).join(' → ')}.`;
    case 'damaged':
      return `Its file is damaged: ${printable(obstacle.reason)}.`;
  }
}

function expiry(expiresAt: string, nowMs: number): string {
  const verb = Date.parse(expiresAt) > nowMs ? 'expires' : 'expired';
  return `${verb} ${relative(expiresAt, nowMs)} (${moment(expiresAt)})`;
}

function relative(timestamp: string, nowMs: number): string {
  const ms = Date.parse(timestamp);
  return Number.isNaN(ms) ? 'at a time that cannot be read' : fromNow(ms, nowMs);
}
