/**
 * A line that proves itself: one JSON object whose first member is a checksum of the rest, so that a write that never
 * finished, or a disk that forgot, is told from a line that was meant. Pure.
 *
 *   {"sum":"1c291ca3","seq":17,...}
 */
import { crc32 } from 'node:zlib';

const PREFIX = '{"sum":"';
const HEAD = PREFIX.length + 8 + 2; // {"sum":"xxxxxxxx",

/** @param json a JSON object with at least one member, on one line */
export function sealLine(json: string): string {
  const rest = json.slice(1);
  return `${PREFIX}${checksum(rest)}",${rest}`;
}

/** The object in the line, still with its `sum`; null when the line is not whole. */
export function openLine(line: string): unknown {
  if (!line.startsWith(PREFIX)) return null;
  if (line.slice(PREFIX.length, PREFIX.length + 8) !== checksum(line.slice(HEAD))) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
