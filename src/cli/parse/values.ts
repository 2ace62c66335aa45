/** The kinds of values that options take. What a card may hold is the library's to judge; here only the spelling is. */
import { CARD_STATUSES, type CardStatus, type Json } from '../../card/card.ts';
import { parseJsonText, isJson } from '../../backlog/json-text.ts';
import { parseDuration, parseTime } from '../../fleet/duration.ts';
import { usageError } from './usage.ts';
import { option, orArgument, required, type Completion, type OptionSpec } from './option.ts';

export function text(
  flags: string,
  description: string,
  completion: Completion = 'nothing',
): OptionSpec<string | undefined> {
  return option({ flags, description, completion }, (value) => value);
}

/** `--id`, or the plain argument. */
export function cardId(description: string): OptionSpec<string | undefined> {
  return orArgument(text('--id <id>', description, 'id'), 'id');
}

export function requiredCardId(description = 'the card'): OptionSpec<string> {
  return required(cardId(description));
}

/** A file, or `-` for the standard streams. */
export function fileArgument(description: string): OptionSpec<string | undefined> {
  return option({ flags: null, argument: 'file', description, completion: 'file' }, (value, name) => {
    if (value === '') throw usageError(`${name} is empty; give the name of a file, or - for the standard stream.`);
    return value;
  });
}

export interface Bounds {
  readonly least?: number;
}

export function integer(flags: string, description: string, { least }: Bounds = {}): OptionSpec<number | undefined> {
  return option({ flags, description }, (value, name) => parseInteger(value, name, least));
}

function parseInteger(value: string, name: string, least = -Infinity): number {
  const number = /^[+-]?\d{1,15}$/.test(value) ? Number(value) : NaN;
  if (number >= least) return number;
  const kind = least === -Infinity ? 'a whole number' : `a whole number from ${least} on`;
  throw usageError(`${name} takes ${kind}, not ${quote(value)}.`);
}

export function duration(flags: string, description: string): OptionSpec<number | undefined> {
  return option({ flags, description }, durationSeconds);
}

/** As it was typed, for what people read again. */
export function durationText(flags: string, description: string): OptionSpec<string | undefined> {
  return option({ flags, description }, (value, name) => {
    durationSeconds(value, name);
    return value.replaceAll(/\s/g, '');
  });
}

function durationSeconds(value: string, name: string): number {
  const seconds = parseDuration(value);
  if (seconds !== null) return seconds;
  throw usageError(`${name} takes seconds or a duration such as 90s, 15m, 4h or 2d, not ${quote(value)}.`);
}

/** `--wait`, alone for ever, or with a duration. */
export function optionalDuration(flags: string, description: string): OptionSpec<number | undefined> {
  const spec = duration(flags, description);
  return { ...spec, read: (raw, name) => (raw === true ? Infinity : spec.read(raw, name)) };
}

export function time(flags: string, description: string): OptionSpec<string | undefined> {
  return option({ flags, description }, (value, name) => {
    const ms = parseTime(value, Date.now());
    if (ms !== null) return new Date(ms).toISOString();
    throw usageError(
      `${name} takes a time such as 2026-01-31T09:30:00Z, or a duration from now such as 15m, not ${quote(value)}.`,
    );
  });
}

/** `a,b,c`; nothing between two commas is a slip and refused. */
export function list(
  flags: string,
  description: string,
  completion: Completion = 'nothing',
): OptionSpec<readonly string[] | undefined> {
  return option({ flags, description, completion }, (value, name) => {
    if (value.trim() === '') return [];
    const items = value.split(',').map((item) => item.trim());
    if (items.every((item) => item !== '')) return items;
    throw usageError(`${name} takes names with commas between them, and one in ${quote(value)} is empty.`);
  });
}

export function status(flags: string, description: string): OptionSpec<CardStatus | undefined> {
  return oneOf(flags, description, CARD_STATUSES);
}

export function oneOf<T extends string>(
  flags: string,
  description: string,
  words: readonly T[],
): OptionSpec<T | undefined> {
  return option({ flags, description, completion: words }, (value, name) => {
    const found = words.find((one) => one === value);
    if (found !== undefined) return found;
    throw usageError(`${name} takes one of ${words.join(', ')}, not ${quote(value)}.`);
  });
}

/** `--name`, or the plain argument. */
export function agentName(description: string): OptionSpec<string | undefined> {
  return orArgument(text('--name <name>', description), 'name');
}

export function json(flags: string, description: string): OptionSpec<Json | undefined> {
  return option({ flags, description }, (value, name) => {
    const parsed = parseJsonText(value);
    if (parsed.kind === 'value' && isJson(parsed.value)) return parsed.value;
    const quoted = `'${JSON.stringify(value).replaceAll("'", String.raw`'\''`)}'`;
    const reason = parsed.kind === 'bad' ? parsed.reason : 'it holds more than a card can keep';
    throw usageError(
      `${name} takes JSON, and ${quote(value)} is none: ${reason}.`,
      `For a text write: ${name} ${quoted}`,
    );
  });
}

/** JSON when it is an array, an object or null; otherwise points with `;` between them. */
export function acceptance(): OptionSpec<Json | undefined> {
  const description = 'when it counts as done: points with ; between them, or JSON';
  return option({ flags: '--acceptance <points>', description }, (value, name) => {
    const trimmed = value.trim();
    if (trimmed === '' || trimmed === 'null') return null;
    if (!/^(\[.*\]|\{.*\})$/s.test(trimmed)) return points(trimmed);
    const parsed = parseJsonText(trimmed);
    if (parsed.kind === 'value' && isJson(parsed.value)) return parsed.value;
    const reason = parsed.kind === 'bad' ? parsed.reason : 'it holds more than a card can keep';
    throw usageError(
      `${name} looks like JSON, but ${reason}.`,
      `Quote it for the shell, or write points: ${name} 'tests pass; docs updated'`,
    );
  });
}

function points(value: string): readonly string[] {
  return value
    .split(';')
    .map((point) => point.trim())
    .filter((point) => point !== '');
}

/** For `update`: an empty text takes the value away. */
export function clearable<T>(spec: OptionSpec<T>): OptionSpec<T | null> {
  return { ...spec, read: (raw, name) => (raw === '' ? null : spec.read(raw, name)) };
}

export function quote(value: string): string {
  const short = value.length > 60 ? `${value.slice(0, 59)}…` : value;
  return `"${short}"`;
}
