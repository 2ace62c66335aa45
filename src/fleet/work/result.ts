/** What a command hands in as a card's result: a file of its own, else the last line it printed, where that is JSON. */
import { readFile } from 'node:fs/promises';
import { isJson, parseJsonText } from '../../backlog/json-text.ts';
import type { Json } from '../../card/card.ts';
import { systemErrorCode } from '../../disk/filesystem.ts';

/** A longer line is output, and no result. */
export const LONGEST_LINE: number = 1024 * 1024;

export type Result =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'none' }
  /** The file is there, and cannot be used. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** @param file what the command was told in `MOSAIC_RESULT_FILE` @param lastLine of its standard output */
export async function readResult(file: string, lastLine: string): Promise<Result> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    return code === 'ENOENT'
      ? fromLine(lastLine)
      : unusable(`its result file cannot be read (${code ?? String(error)})`);
  }
  if (text.trim() === '') return fromLine(lastLine);
  const parsed = parseJsonText(text);
  if (parsed.kind === 'bad') return unusable(`of its result file ${parsed.reason}`);
  return isJson(parsed.value)
    ? { kind: 'value', value: parsed.value }
    : unusable('its result file holds more than a card can keep');
}

function unusable(reason: string): Result {
  return { kind: 'unusable', reason };
}

/** An object or a list: a program that ends with a number has printed something, and handed nothing in. */
function fromLine(line: string): Result {
  if (!/^\s*[{[]/.test(line)) return { kind: 'none' };
  const parsed = parseJsonText(line);
  return parsed.kind === 'value' && isJson(parsed.value) ? { kind: 'value', value: parsed.value } : { kind: 'none' };
}
