/** Reads JSON text that people and other programs wrote: either a value, or a reason with the line it stands on. */
import type { Json } from '../card/card.ts';
import { checkText } from '../card/field.ts';

export type JsonText = { readonly kind: 'value'; readonly value: unknown } | BadText;

export interface BadText {
  readonly kind: 'bad';
  /** Goes on from "the file …" or "the line …". */
  readonly reason: string;
  /** The line it stands on, counted from 1; null when it is about the whole. */
  readonly line: number | null;
}

/** Nothing this program handles nests deeper; a deeper text is an attack or an accident. */
const MAX_DEPTH = 64;

export function parseJsonText(text: string): JsonText {
  if (text.trim() === '') return { kind: 'bad', reason: 'it is empty', line: null };
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = lineOfSyntaxError(message, text);
    const problem = message.replace(/ in JSON at position .*$/s, '').replace(/, (\.{3})?".*$/s, '');
    return { kind: 'bad', reason: `it is not JSON (${problem})`, line };
  }
}

/** The line on which the member `key` begins, or null when it is not there. */
export function lineOfKey(text: string, key: string): number | null {
  const at = text.indexOf(`${JSON.stringify(key)}:`);
  return at === -1 ? null : lineAt(text, at);
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether JSON can say `value` without loss: no functions, no dates, no NaN, no `__proto__`, not endlessly deep. */
export function isJson(value: unknown): value is Json {
  return isJsonWithin(value, MAX_DEPTH);
}

function isJsonWithin(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') return checkText(value) === null;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isJsonWithin(item, depth - 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(value).every(([key, item]) => key !== '__proto__' && isJsonWithin(item, depth - 1));
}

function lineOfSyntaxError(message: string, text: string): number | null {
  const position = /at position (\d+)/.exec(message)?.[1];
  const excerpt = /^Unexpected token .*, (\.{3})?"(.*?)"(\.{3})? is not valid JSON$/s.exec(message);
  // For short texts V8 names no position, but quotes what it stumbled over.
  if (excerpt?.[2] !== undefined) return lineOfExcerpt(message, excerpt[2], text);
  if (position !== undefined) return lineAt(text, Number(position));
  return /end of JSON input/.test(message) ? lineAt(text, text.trimEnd().length) : null;
}

function lineOfExcerpt(message: string, excerpt: string, text: string): number {
  const token = /^Unexpected token '(.)'/su.exec(message)?.[1] ?? '';
  const begin = Math.max(0, text.indexOf(excerpt));
  return lineAt(text, Math.max(begin, text.indexOf(token, begin)));
}

function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < position; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
