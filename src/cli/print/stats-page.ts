/** `stats` as bars: how far the work is, phase by phase, and who holds what. */
import type { BacklogStats, PhaseCount } from '../../backlog/backlog.ts';
import { CARD_STATUSES, type CardStatus } from '../../card/card.ts';
import { printable } from './text/escape.ts';
import { proseColumns, type Screen } from './text/screen.ts';
import { paintStatus, statusMark } from './status.ts';
import { span } from './text/time.ts';
import { cut, padEnd, padStart, textWidth } from './text/width.ts';

/** From what is behind us to what lies ahead: the order in which a bar is filled. */
const PROGRESS: readonly CardStatus[] = ['done', 'claimed', 'blocked', 'ready'];

const FILLS: Readonly<Record<CardStatus, string>> = { done: '█', claimed: '▓', blocked: '▒', ready: '░' };

const PHASE_COLUMNS = 16;

export function statsPage(stats: BacklogStats, screen: Screen): string {
  const bar = Math.max(10, Math.min(32, proseColumns(screen) - 44));
  const lines = [
    headline(stats, screen),
    '',
    ...CARD_STATUSES.map((status) => statusLine(stats, status, bar, screen)),
    ...phaseLines(stats.byPhase, bar, screen),
    ...ownerLines(stats, screen),
  ];
  if (stats.oldestReadyAgeSeconds !== null) {
    lines.push('', `The oldest ready card has waited for ${span(stats.oldestReadyAgeSeconds * 1000)}.`);
  }
  return `${lines.join('\n')}\n`;
}

function headline({ total, archived, damaged, byStatus }: BacklogStats, { paint }: Screen): string {
  if (total === 0 && archived === 0 && damaged === 0) return 'The backlog is empty.';
  const done = total === 0 ? 0 : Math.floor((byStatus.done / total) * 100);
  return [
    paint.bold(`${total} ${total === 1 ? 'card' : 'cards'}, ${done}% done`),
    ...(archived === 0 ? [] : [`${archived} archived`]),
    ...(damaged === 0 ? [] : [paint.red(`${damaged} damaged: see doctor`)]),
  ].join(paint.dim(' · '));
}

function statusLine(stats: BacklogStats, status: CardStatus, bar: number, { paint }: Screen): string {
  const count = stats.byStatus[status];
  const filled = fillOf(count, stats.total, bar);
  const painted = paintStatus(paint, status, '█'.repeat(filled)) + paint.dim('·'.repeat(bar - filled));
  const label = paintStatus(paint, status, padEnd(`${statusMark(status)} ${status}`, 9));
  const note = statusNote(stats, status);
  return `${label}  ${painted} ${padStart(String(count), 6)}${note === '' ? '' : `  ${paint.dim(note)}`}`;
}

function statusNote(stats: BacklogStats, status: CardStatus): string {
  if (status === 'claimed') return stats.expiredClaimCount === 0 ? '' : `${stats.expiredClaimCount} expired`;
  if (status !== 'ready' || stats.byStatus.ready === 0) return '';
  return `${stats.claimable} claimable, ${stats.waitingOnDependencies} waiting`;
}

function phaseLines(phases: readonly PhaseCount[], bar: number, { paint }: Screen): readonly string[] {
  if (phases.length === 0 || (phases.length === 1 && phases[0]?.phase === null)) return [];
  const label = Math.min(
    PHASE_COLUMNS,
    Math.max(9, ...phases.map(({ phase }) => textWidth(printable(phase ?? '(none)')))),
  );
  const lines = phases.map(({ phase, total, byStatus }) => {
    const name = padEnd(cut(printable(phase ?? '(none)'), label), label);
    return `${paint.cyan(name)}  ${stackedBar(byStatus, total, bar, paint)} ${padStart(`${byStatus.done}/${total}`, 7)}`;
  });
  return ['', `${paint.bold('Phases')}  ${paint.dim('█ done ▓ claimed ▒ blocked ░ ready')}`, ...lines];
}

/** Rounded cumulatively, so that the parts always fill the bar exactly. */
function stackedBar(byStatus: PhaseCount['byStatus'], total: number, bar: number, paint: Screen['paint']): string {
  let counted = 0;
  let drawn = 0;
  return PROGRESS.map((status) => {
    counted += byStatus[status];
    const upTo = total === 0 ? 0 : Math.round((counted / total) * bar);
    const part = FILLS[status].repeat(upTo - drawn);
    drawn = upTo;
    return paintStatus(paint, status, part);
  }).join('');
}

function ownerLines({ byOwner }: BacklogStats, { paint }: Screen): readonly string[] {
  if (byOwner.length === 0) return [];
  return [
    '',
    paint.bold('Held by'),
    ...byOwner.map(({ owner, claimed }) => `${padStart(String(claimed), 4)}  ${printable(owner)}`),
  ];
}

/** A count above zero always shows, and only all of them fill the bar. */
function fillOf(count: number, total: number, bar: number): number {
  if (count === 0 || total === 0) return 0;
  if (count === total) return bar;
  return Math.min(bar - 1, Math.max(1, Math.round((count / total) * bar)));
}
