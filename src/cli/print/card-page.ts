/** One card as a page to read: what it asks for, where it stands, who holds it, what it waits for. */
import type { Card, CardStatus, Json } from '../../card/card.ts';
import { claimEndMs } from '../../card/expiry.ts';
import { printable, printableLines } from './text/escape.ts';
import { proseColumns, type Screen } from './text/screen.ts';
import { claimWords, paintStatus, statusMark } from './status.ts';
import { fromNow, moment, span, when } from './text/time.ts';
import { cut, padEnd, textWidth, wrap } from './text/width.ts';

/** A card named in `dependsOn`, as far as it could be read. */
export interface Dependency {
  readonly id: string;
  readonly title: string | null;
  readonly status: CardStatus | 'missing' | 'damaged';
}

export interface CardPage {
  readonly card: Card;
  readonly dependencies: readonly Dependency[];
  readonly claimable: boolean;
}

/** The fields with a place of their own on the page; every other one is listed at its end. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['id', 'title', 'body', 'phase', 'priority', 'status', 'dependsOn', 'claimOwner', 'claimTtlSeconds', 'claimedAt'],
  ...[
    'attempts',
    'idempotencyKey',
    'acceptance',
    'createdAt',
    'updatedAt',
    'rev',
    'labels',
    'maxAttempts',
    'notBefore',
  ],
  ...['statusReason', 'result'],
]);

export function cardPage({ card, dependencies, claimable }: CardPage, screen: Screen, nowMs: number): string {
  const blocks = [
    [...cardHead(card, screen), ...standing(card, claimable, screen, nowMs)],
    dependencyBlock(dependencies, screen),
    ...cardContent(card, screen),
    section('Result', resultLines(card, screen), screen),
    section('Other fields', otherFields(card, screen), screen),
    [dates(card, screen, nowMs)],
  ];
  return `${joinBlocks(blocks)}\n`;
}

/** The id and the title, the title under itself where it takes several lines. */
export function cardHead(card: Card, screen: Screen): readonly string[] {
  const id = printable(card.id);
  const indent = Math.min(textWidth(id) + 2, 12);
  const [first = '', ...rest] = wrap(`${id}  ${printable(card.title)}`.trimEnd(), proseColumns(screen));
  const title = first.slice(id.length);
  const lines = [screen.paint.cyan(id) + screen.paint.bold(title)];
  for (const line of rest) lines.push(' '.repeat(indent) + screen.paint.bold(line));
  return lines;
}

/** What is to be done, and when it counts as done. */
export function cardContent(card: Card, screen: Screen): readonly (readonly string[])[] {
  const columns = proseColumns(screen) - 2;
  const body = printableLines((card.body ?? '').trimEnd()).flatMap((line) => wrap(line, columns));
  return [
    section(null, card.body === null || card.body.trim() === '' ? [] : body, screen),
    section('Acceptance', acceptanceLines(card, columns), screen),
  ];
}

/** Blocks with an empty line between them; empty blocks leave no trace. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

export function section(title: string | null, lines: readonly string[], { paint }: Screen): readonly string[] {
  if (lines.length === 0) return [];
  return [...(title === null ? [] : [paint.bold(title)]), ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

function standing(card: Card, claimable: boolean, screen: Screen, nowMs: number): readonly string[] {
  const { paint } = screen;
  const facts = [
    paintStatus(paint, card.status, `${statusMark(card.status)} ${card.status}`),
    ...(claimable ? ['can be claimed now'] : []),
    `priority ${card.priority}`,
    ...(card.phase === null ? [] : [`phase ${printable(card.phase)}`]),
    ...(card.labels.length === 0 ? [] : [`labels ${card.labels.map(printable).join(', ')}`]),
    ...attemptWords(card),
  ];
  const lines = [facts.join(paint.dim(' · '))];
  if (card.status === 'claimed') lines.push(claimLine(card, nowMs));
  if (card.statusReason !== null) lines.push(`${reasonLabel(card)} ${printable(card.statusReason)}`);
  if (card.status !== 'done' && card.notBefore !== null) lines.push(`Not before ${when(card.notBefore, nowMs)}`);
  return lines;
}

/** A full line for people who hold the claim, or wait for it. */
export function claimLine(card: Card, nowMs: number): string {
  const endMs = claimEndMs(card, nowMs);
  const attempt = `attempt ${card.attempts}`;
  if (endMs === null) return `Claimed by ${claimWords(card, nowMs)}, ${attempt}`;
  const verb = endMs > nowMs ? 'expires' : 'expired';
  const end = `${fromNow(endMs, nowMs)} (${moment(new Date(endMs).toISOString())})`;
  return `Claimed by ${printable(card.claimOwner ?? '')}, ${attempt}, ${verb} ${end}`;
}

function reasonLabel(card: Card): string {
  return card.status === 'blocked' ? 'Blocked:' : 'Last time:';
}

function attemptWords(card: Card): readonly string[] {
  if (card.attempts === 0 && card.maxAttempts === null) return [];
  if (card.maxAttempts !== null) return [`${card.attempts} of ${card.maxAttempts} attempts used`];
  return [card.attempts === 1 ? '1 attempt' : `${card.attempts} attempts`];
}

function dependencyBlock(dependencies: readonly Dependency[], screen: Screen): readonly string[] {
  const { paint } = screen;
  const idColumns = Math.min(24, Math.max(0, ...dependencies.map(({ id }) => textWidth(printable(id)))));
  const lines = dependencies.map(({ id, title, status }) => {
    const name = padEnd(printable(id), idColumns);
    if (status === 'missing') return paint.red(`? ${name}  there is no such card yet`);
    if (status === 'damaged') return paint.red(`! ${name}  its file is damaged`);
    const rest = cut(printable(title ?? ''), proseColumns(screen) - idColumns - 6);
    const mark = paintStatus(paint, status, statusMark(status));
    return `${mark} ${name}  ${status === 'done' ? paint.dim(rest) : rest}`;
  });
  const open = dependencies.filter(({ status }) => status !== 'done').length;
  const state = open === 0 ? 'all done' : `${open} of ${dependencies.length} not done`;
  return section(`Depends on (${state})`, lines, screen);
}

/** A list of texts is a check list; anything else is shown as the JSON it is. */
function acceptanceLines(card: Card, columns: number): readonly string[] {
  const { acceptance } = card;
  if (isEmpty(acceptance)) return [];
  if (!Array.isArray(acceptance)) return typeof acceptance === 'string' ? prose(acceptance, columns) : json(acceptance);
  const box = card.status === 'done' ? '☑' : '☐';
  return acceptance.flatMap((item: Json) => {
    const [first = '', ...rest] = prose(typeof item === 'string' ? item : JSON.stringify(item), columns - 2);
    return [`${box} ${first}`, ...rest.map((line) => `  ${line}`)];
  });
}

function resultLines(card: Card, screen: Screen): readonly string[] {
  if (card.result === null) return [];
  return typeof card.result === 'string' ? prose(card.result, proseColumns(screen) - 2) : json(card.result);
}

function otherFields(card: Card, screen: Screen): readonly string[] {
  return Object.entries(card).flatMap(([name, value]) => {
    if (KNOWN.has(name) || value === undefined) return [];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return wrap(`${printable(name)}: ${printable(text)}`, proseColumns(screen) - 2);
  });
}

function dates(card: Card, { paint }: Screen, nowMs: number): string {
  const age = span(nowMs - Date.parse(card.createdAt));
  const changed = card.rev === 1 ? '' : ` · changed ${when(card.updatedAt, nowMs)}`;
  return paint.dim(`Created ${age} ago (${moment(card.createdAt)})${changed} · revision ${card.rev}`);
}

function prose(text: string, columns: number): readonly string[] {
  return printableLines(text.trimEnd()).flatMap((line) => wrap(line, columns));
}

function json(value: Json): readonly string[] {
  return JSON.stringify(value, null, 2).split('\n').map(printable);
}

function isEmpty(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}
