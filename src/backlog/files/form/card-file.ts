/**
 * One card's file: reading it with all the doubt it deserves, since people and other programs write there too.
 *
 * A file we wrote carries its card's `updatedAt` as its time of last modification, to the millisecond. That makes a
 * foreign touch visible to a `stat`: whoever else writes the file gives it another time.
 */
import { crc32 } from 'node:zlib';
import type { Card } from '../../../card/card.ts';
import { toMs } from '../../../card/time.ts';
import { type FileStat, type FileSystem, systemErrorCode } from '../../../disk/filesystem.ts';
import { cardText, MAX_CARD_FILE_BYTES, parseCardText } from '../../card-schema.ts';
import { mayHold } from './file-name.ts';

const KINDS = { folder: 'a folder', link: 'a link', other: 'a pipe, a socket or a device' } as const;

const TOO_LARGE = `it is larger than ${MAX_CARD_FILE_BYTES / 1024 / 1024} MiB`;

/** Tells one content of a file from another without keeping it. */
export interface Stamp {
  readonly bytes: number;
  readonly crc: number;
}

export type CardFile =
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly reason: string; readonly stamp: Stamp; readonly modifiedMs: number }
  | { readonly kind: 'card'; readonly card: Card; readonly stamp: Stamp; readonly modifiedMs: number };

export function readCardFile(files: FileSystem, folder: string, name: string, nowMs: number): CardFile {
  const path = `${folder}/${name}`;
  const seen = readContent(files, path);
  if (seen === null) return { kind: 'missing' };
  const { content, stat } = seen;
  const { modifiedMs } = stat;
  const damaged = (reason: string, stamp: Stamp): CardFile => ({ kind: 'damaged', reason, stamp, modifiedMs });
  if (typeof content === 'string') return damaged(content, { bytes: stat.bytes, crc: 0 });
  const stamp = { bytes: content.length, crc: crc32(content) };
  const text = decodeText(content);
  if (text === null) return damaged('it is not UTF-8 text', stamp);
  const parsed = parseCardText(text, nowMs);
  if (parsed.kind === 'bad') {
    return damaged(parsed.line === null ? parsed.reason : `line ${parsed.line}: ${parsed.reason}`, stamp);
  }
  if (!mayHold(name, parsed.card.id)) {
    return damaged(`its id is ${parsed.card.id}, which does not belong into a file of that name`, stamp);
  }
  // Written in our way it may take more room.
  if (content.length > MAX_CARD_FILE_BYTES / 8 && cardBytes(parsed.card).bytes.length > MAX_CARD_FILE_BYTES)
    return damaged(TOO_LARGE, stamp);
  return { kind: 'card', card: parsed.card, stamp, modifiedMs };
}

interface Seen {
  readonly stat: FileStat;
  /** The bytes, or a sentence part that says why there are none. */
  readonly content: Uint8Array | string;
}

function readContent(files: FileSystem, path: string): Seen | null {
  try {
    const file = files.readFile(path, MAX_CARD_FILE_BYTES);
    if (file !== null)
      return { stat: file.stat, content: file.stat.bytes > MAX_CARD_FILE_BYTES ? TOO_LARGE : file.bytes };
    const stat = files.stat(path);
    if (stat === null) return null;
    // A file since a moment ago.
    if (stat.kind === 'file') return readContent(files, path);
    return { stat, content: `it is ${KINDS[stat.kind]}, not a file` };
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    const stat = files.stat(path);
    return stat === null ? null : { stat, content: `this user may not read it (${code})` };
  }
}

/** Made once: to make one takes longer than to decode a card. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function decodeText(content: Uint8Array): string | null {
  try {
    return UTF_8.decode(content);
  } catch {
    return null;
  }
}

export interface CardBytes {
  readonly bytes: Uint8Array;
  readonly stamp: Stamp;
  readonly modifiedMs: number;
}

/** The file as it is to be written for a card. */
export function cardBytes(card: Card): CardBytes {
  if (last?.card === card) return last;
  const bytes = Buffer.from(cardText(card));
  const stamp = { bytes: bytes.length, crc: crc32(bytes) };
  last = { card, bytes, stamp, modifiedMs: toMs(card.updatedAt) };
  return last;
}

/** A change asks for it twice: for the line in the journal, and for the file. */
let last: (CardBytes & { readonly card: Card }) | null = null;

export function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.bytes === b.bytes && a.crc === b.crc;
}
