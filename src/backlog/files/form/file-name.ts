/**
 * Ids and file names. An id of letters, digits, `.`, `_` and `-` that does not begin with a dot is its own name;
 * anything else is percent-encoded, byte by byte, so no id ever becomes a path. Two ids never share a name.
 */
import { createHash } from 'node:crypto';

const ENDING = '.json';
const PLAIN = /[A-Za-z0-9._-]/;
/** Most ids, told in one go: every claim asks for one. */
const PLAIN_ID = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
/** Most file systems end a name at 255 bytes. */
const MAX_STEM = 200;

/**
 * The name of the card's file.
 *
 * @param taken the plain name belongs to an id that differs in case only, and would be the same file on a
 *   case-insensitive file system: the letters are encoded too
 */
export function fileNameOf(id: string, taken: boolean): string {
  if (!taken && id.length <= MAX_STEM && PLAIN_ID.test(id)) return id + ENDING;
  let stem = '';
  for (const byte of new TextEncoder().encode(id)) {
    const character = String.fromCharCode(byte);
    const plain =
      PLAIN.test(character) && !(character === '.' && stem === '') && !(taken && /[A-Za-z]/.test(character));
    stem += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (stem.length > MAX_STEM) {
    // `%-` never comes out of the encoding, so a shortened name is told from a whole one.
    const head = stem.slice(0, MAX_STEM / 2).replace(/%[^%]?$/, '');
    stem = `${head}%-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
  }
  return stem + ENDING;
}

export function isCardFileName(name: string): boolean {
  return name.endsWith(ENDING) && !name.startsWith('.') && name.length > ENDING.length;
}

/** Whether a file of that name may hold the card `id`. */
export function mayHold(name: string, id: string): boolean {
  return name === fileNameOf(id, false) || name === fileNameOf(id, true);
}

/** The id a file's name stands for: exact for whole names, the bare name where it cannot be decoded. */
export function idOfFileName(name: string): string {
  const stem = name.slice(0, -ENDING.length);
  if (stem.includes('%-')) return stem;
  try {
    return decodeURIComponent(stem);
  } catch {
    return stem;
  }
}
