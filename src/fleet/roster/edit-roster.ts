/**
 * Adds an agent to the text of a roster, or takes one away, and leaves every other byte as a person has put it. Pure.
 *
 * What is inside an agent goes with it, its comments too. A comment above it stays: only a person knows whether it was
 * about that agent alone.
 */
import type { AgentEntry } from './agent-entry.ts';
import type { RosterLayout } from './parse-roster.ts';

/** Null where the list is written in a way that only a person can change. */
export type EditedText = string | null;

export function withAgent(text: string, layout: RosterLayout, entry: AgentEntry): EditedText {
  const last = layout.items.at(-1);
  if (layout.style === 'flow' && (last !== undefined || !isBareList(text, layout))) {
    if (last === undefined) return null;
    return `${text.slice(0, last.end)}, ${flowEntry(entry)}${text.slice(last.end)}`;
  }
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  if (last === undefined) {
    const hasValue = layout.end > layout.start;
    const head = hasValue ? text.slice(0, layout.start).trimEnd() : text.slice(0, layout.start);
    const rest = text.slice(layout.end);
    const at = endOfLine(rest, 0);
    return `${head}${withLineBreak(rest.slice(0, at), lineBreak)}${blockEntry(entry, '  ', lineBreak)}${rest.slice(at)}`;
  }
  const at = endOfItem(text, last);
  const indent = ' '.repeat(columnOf(text, last.start));
  const gap = hasGaps(text, layout) ? lineBreak : '';
  return `${withLineBreak(text.slice(0, at), lineBreak)}${gap}${blockEntry(entry, indent, lineBreak)}${text.slice(at)}`;
}

export function withoutAgent(text: string, layout: RosterLayout, index: number): EditedText {
  const item = layout.items[index];
  if (item === undefined) return null;
  if (layout.style === 'flow') return withoutFlowItem(text, layout, index);
  const begin = item.start - columnOf(text, item.start);
  if (text.slice(begin, item.start).trim() !== '') return null;
  const end = endOfItem(text, item);
  const rest = text.slice(end);
  const head = text.slice(0, begin);
  // Of the blank lines on both sides those above go, too: they were there to set it apart.
  const isApart = /(^|\n)[ \t]*\r?\n$/.test(head) && /^[ \t]*(\r?\n|$)/.test(rest);
  return (isApart ? head.replace(/(\n)(?:[ \t]*\r?\n)+$/, '$1') : head) + rest;
}

function withoutFlowItem(text: string, { items }: RosterLayout, index: number): EditedText {
  const item = items[index];
  if (item === undefined) return null;
  const before = items[index - 1];
  const after = items[index + 1];
  const begin = before?.end ?? item.start;
  const end = before === undefined ? (after?.start ?? item.end) : item.end;
  const between = text.slice(begin, item.start) + text.slice(item.end, end);
  return between.includes('#') ? null : text.slice(0, begin) + text.slice(end);
}

function isBareList(text: string, { start, end }: RosterLayout): boolean {
  return /^\[\s*\]$/.test(text.slice(start, end));
}

/** Whether people have put blank lines between the agents; then we do, too. */
function hasGaps(text: string, { items }: RosterLayout): boolean {
  const [before, last] = items.slice(-2);
  return before !== undefined && last !== undefined && /\n[ \t]*\r?\n/.test(text.slice(before.end - 1, last.start));
}

/** The lines of an agent, with the comments that are indented like its keys: a key that is commented out belongs to it. */
function endOfItem(text: string, { start, end }: { readonly start: number; readonly end: number }): number {
  const column = columnOf(text, start);
  let at = text[end - 1] === '\n' ? end : endOfLine(text, end);
  for (;;) {
    const indent = /^( *)#/.exec(text.slice(at, at + column + 64))?.[1];
    if (indent === undefined || indent.length <= column) return at;
    at = endOfLine(text, at);
  }
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** Behind the line break; the end of the text when there is none. */
function endOfLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at === -1 ? text.length : at + 1;
}

function withLineBreak(text: string, lineBreak: string): string {
  return text.endsWith('\n') ? text : text + lineBreak;
}

function blockEntry(entry: AgentEntry, indent: string, lineBreak: string): string {
  return Object.entries(entry)
    .map(([key, value], at) => `${indent}${at === 0 ? '- ' : '  '}${key}: ${blockValue(value)}${lineBreak}`)
    .join('');
}

/** JSON is YAML, and stands on one line. */
function flowEntry(entry: AgentEntry): string {
  return JSON.stringify(entry);
}

function blockValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((word: unknown) => scalar(word, FLOW_WORD)).join(', ')}]`;
  return scalar(value, BLOCK_TEXT);
}

/** What YAML reads as this very text without quotes; everything else is put into quotes. */
const FLOW_WORD = /^(?:~?\/|\.\/|--?)?[A-Za-z][\w./=-]*$/;
const BLOCK_TEXT = /^(?:~?\/|\.\/)?[A-Za-z](?:[\w./=@+, -]*[\w./=])?$/;
const DURATION = /^\d+[smhdw]$/;
const OTHER_KIND = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

function scalar(value: unknown, plain: RegExp): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return (plain.test(value) || DURATION.test(value)) && !OTHER_KIND.test(value) ? value : JSON.stringify(value);
}
