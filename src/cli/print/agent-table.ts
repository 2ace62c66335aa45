/** Agents of the roster: as a table, and one as a line. */
import type { Agent } from '../../fleet/roster/roster.ts';
import { printable } from './text/escape.ts';
import type { Screen } from './text/screen.ts';
import { table, type Cell, type Column } from './text/table.ts';
import { span } from './text/time.ts';

const COLUMNS: readonly Column[] = [
  { title: 'NAME' },
  { title: 'RUNTIME' },
  { title: 'MODE' },
  { title: 'TTL', align: 'right' },
  { title: 'TAKES' },
  { title: 'FOLDER' },
  { title: 'COMMAND' },
];

const CONCESSIONS = [
  { column: 6, least: 12 },
  { column: 5, least: 12 },
  { column: 4, least: 8 },
] as const;

/** Where nobody cuts it, a prompt would fill the screen. */
const MOST_COMMAND_CHARACTERS = 60;

export function agentTable(agents: readonly Agent[], screen: Screen): string {
  const rows = agents.map((agent): readonly Cell[] => [
    { text: agent.name, paint: screen.paint.bold },
    { text: printable(agent.runtime) },
    { text: agent.mode },
    { text: span(agent.ttlSeconds * 1000) },
    { text: printable(takes(agent)) },
    { text: printable(agent.cwd ?? '~') },
    { text: printable(commandText(agent)) },
  ]);
  return `${table(COLUMNS, rows, screen, CONCESSIONS).join('\n')}\n`;
}

export function agentWords(agent: Agent): string {
  return printable(`${agent.name}, ${agent.runtime} as a ${agent.mode}: ${commandText(agent)}`);
}

function takes({ phases, labels }: Agent): string {
  const parts = [...phases, ...labels.map((label) => `#${label}`)];
  return parts.length === 0 ? 'any card' : parts.join(', ');
}

function commandText({ command }: Agent): string {
  const [first, flag, script] = command;
  const text = first === 'sh' && flag === '-c' && script !== undefined ? script : command.map(shellWord).join(' ');
  return text.length > MOST_COMMAND_CHARACTERS ? `${text.slice(0, MOST_COMMAND_CHARACTERS - 1)}…` : text;
}

function shellWord(word: string): string {
  return /^[\w./:@%+,=~-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
