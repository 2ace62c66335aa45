/** How the fleet stands: a line for each agent, and what is to be known beside them. */
import type { AgentState } from '../../fleet/life/agent-state.ts';
import type { AgentStatus, FleetStatus, OtherWorker, StatusCard } from '../../fleet/life/status.ts';
import { printable } from './text/escape.ts';
import type { Paint, Screen } from './text/screen.ts';
import { type Cell, type Column, type Concession, table } from './text/table.ts';
import { span } from './text/time.ts';

const COLUMNS: readonly Column[] = [
  { title: 'AGENT' },
  { title: 'STATE' },
  { title: 'FOR', align: 'right' },
  { title: 'CARD' },
  { title: 'CLAIM ENDS' },
  { title: 'BEAT', align: 'right' },
  { title: 'RESTARTS', align: 'right' },
  { title: 'PANE' },
];

/** The title of the card gives way first. */
const CONCESSIONS: readonly Concession[] = [
  { column: 3, least: 12 },
  { column: 0, least: 8 },
];

const MARKS: Readonly<Record<AgentState, string>> = {
  stopped: '·',
  starting: '…',
  working: '◐',
  waiting: '○',
  running: '●',
  paused: '…',
  silent: '?',
  ended: '✓',
  failed: '✗',
  stray: '!',
  unknown: '?',
};

export function fleetTable(status: FleetStatus, screen: Screen): string {
  const nowMs = Date.parse(status.at);
  const rows = status.agents.map((agent) => row(agent, screen.paint, nowMs));
  const lines = rows.length === 0 ? [] : table(COLUMNS, rows, screen, CONCESSIONS);
  return `${[...lines, ...notes(status, screen.paint, nowMs)].join('\n')}\n`;
}

function row(agent: AgentStatus, paint: Paint, nowMs: number): readonly Cell[] {
  const { state, cards } = agent;
  const [card] = cards;
  return [
    { text: agent.isInRoster ? agent.name : `${agent.name} (not in the roster)`, paint: paint.bold },
    { text: `${MARKS[state]} ${stateWords(agent, nowMs)}`, paint: colourOf(state, paint) },
    { text: sinceWords(agent.since, nowMs) },
    { text: cardWords(cards) },
    { text: card === undefined ? '' : endWords(card, nowMs) },
    { text: sinceWords(agent.lastBeatAt, nowMs) },
    { text: agent.restarts === 0 ? '' : String(agent.restarts) },
    { text: agent.pane ?? '', paint: paint.dim },
  ];
}

function stateWords({ state, exitStatus, exitSignal, pausedUntil }: AgentStatus, nowMs: number): string {
  if (state === 'failed' && exitSignal !== null) return `failed, by signal ${exitSignal}`;
  if (state === 'failed' && exitStatus !== null) return `failed, status ${exitStatus}`;
  if (state === 'paused' && pausedUntil !== null) return `paused, ${span(Date.parse(pausedUntil) - nowMs)} left`;
  return state;
}

function cardWords(cards: readonly StatusCard[]): string {
  const [first, ...others] = cards;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${printable(first.id)}${more}  ${printable(first.title)}`;
}

function sinceWords(moment: string | null, nowMs: number): string {
  return moment === null ? '' : span(nowMs - Date.parse(moment));
}

function endWords({ expiresAt }: StatusCard, nowMs: number): string {
  if (expiresAt === null) return '';
  const leftMs = Date.parse(expiresAt) - nowMs;
  return leftMs > 0 ? `in ${span(leftMs)}` : `${span(-leftMs)} ago`;
}

function colourOf(state: AgentState, paint: Paint): (text: string) => string {
  switch (state) {
    case 'working':
    case 'running':
      return paint.green;
    case 'failed':
    case 'stray':
      return paint.red;
    case 'silent':
    case 'unknown':
    case 'paused':
      return paint.yellow;
    case 'stopped':
    case 'starting':
    case 'waiting':
    case 'ended':
      return paint.dim;
  }
}

function notes(status: FleetStatus, paint: Paint, nowMs: number): readonly string[] {
  const { server, reason, restart, others } = status;
  return [
    ...(status.agents.length === 0 ? ['The roster has no agents.'] : []),
    ...(server === 'unknown' ? [paint.yellow(`Nothing is known of the panes. ${printable(reason ?? '')}`)] : []),
    ...(restart === null ? [] : [paint.yellow(`A restart is under way, by process ${restart.pid}.`)]),
    ...others.map((other) => paint.dim(otherWords(other, nowMs))),
  ];
}

function otherWords({ owner, pid, pulse, cards, lastBeatAt }: OtherWorker, nowMs: number): string {
  const what = cards.length === 0 ? '' : `, with ${cardWords(cards)}`;
  const beat = pulse === 'beating' ? '' : `, ${pulse}, last beat ${sinceWords(lastBeatAt, nowMs)} ago`;
  return `Beside the roster: ${printable(owner)} (process ${pid})${beat}${what}`;
}
