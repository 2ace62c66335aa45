/** What a command hands in as a card's result: a file of its own, else the last line it printed, where that is JSON. */
import { readFile } from 'node:fs/promises';
import { isJson, parseJsonText } from '../../backlog/json-text.ts';
import type { Json } from '../../card/card.ts';

/** A longer line is output, and no result. */
export const LONGEST_LINE: number = 1024 * 1024;

export type Result =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'none' }
  /** The file is there, and cannot be used. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** @param file what the command was told in `MOSAIC_RESULT_FILE` @param lastLine of its standard output */
export async function readResult(file: string, lastLine: string): Promise<Result> {
  const text = await readIfThere(file);
  if (text === null || text.trim() === '') return fromLine(lastLine);
  const parsed = parseJsonText(text);
  if (parsed.kind === 'bad') return { kind: 'unusable', reason: `of its result file ${parsed.reason}` };
  return isJson(parsed.value)
    ? { kind: 'value', value: parsed.value }
    : { kind: 'unusable', reason: 'its result file holds more than a card can keep' };
}

/** An object or a list: a program that ends with a number has printed something, and handed nothing in. */
function fromLine(line: string): Result {
  if (!/^\s*[{[]/.test(line)) return { kind: 'none' };
  const parsed = parseJsonText(line);
  return parsed.kind === 'value' && isJson(parsed.value) ? { kind: 'value', value: parsed.value } : { kind: 'none' };
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return null;
  }
}
