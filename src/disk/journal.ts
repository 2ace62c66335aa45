/**
 * The journal: the commit point. Records are appended and flushed before they are acknowledged; what is in the journal
 * has happened, whatever the other files say.
 *
 * It is a chain of segments `journal/00000001.jsonl`, … Each begins with a header that names the segment before it and
 * how many bytes of that one count: the seal. Bytes beyond the seal were written by somebody who no longer held the
 * lock, or never finished, and count for nothing. Each header also names the redo point: what the records before it say
 * is flushed to the files they speak of, so recovery from a power cut never looks further back.
 *
 * A transaction is one or more records: `of` says how many, and `left` how many follow. A transaction of which a record
 * is not there never happened; a power cut can keep the end of a write and lose its beginning.
 *
 * Writers hold the lock. Readers need none: a prefix of the chain is always true.
 */
import { type FileSystem, flushFolder, flushWayTo, makeFolders, systemError, writeAll } from './filesystem.ts';
import { openLine, sealLine } from './sealed-line.ts';
import { parseHeader, type Position, reaches, readFrom, type SegmentHeader, segmentPath } from './segment-header.ts';
import type { Staging } from './staging.ts';

export type JournalRecord = {
  readonly seq: number;
  readonly left: number;
  /** Not in lines of the program's first days. */
  readonly of?: number;
} & Readonly<Record<string, unknown>>;

export interface JournalTransaction {
  readonly records: readonly JournalRecord[];
  /** Bytes of the segment before its first record. */
  readonly start: number;
  /** Bytes of the segment up to and with its last record. */
  readonly end: number;
}

export interface SegmentScan {
  /** Null when the first line is not a whole header. */
  readonly header: SegmentHeader | null;
  /** The records of whole transactions, in order. */
  readonly transactions: readonly JournalTransaction[];
  /** Where the last whole transaction ends. */
  readonly end: number;
  /** Bytes that count but are not a whole transaction: at the very end a write that never finished. */
  readonly trailingBytes: number;
  /** Line numbers before the end that are not whole: damage. */
  readonly damagedLines: readonly number[];
}

const NEWLINE = 10;
const SPACE = 32;

/**
 * Room for the next transactions: blank lines, which count for nothing. As long as a transaction finds room the file
 * does not grow, and its flush costs the disk only these bytes; otherwise it costs a transaction of the file system too.
 */
const ROOM: Uint8Array = new Uint8Array(32 * 1024).fill(NEWLINE);

/**
 * Reads a segment from `from` (0 reads the header too).
 *
 * @param upTo the seal: bytes beyond it do not count; null when nothing seals it yet
 * @returns null when there is no such segment, or when it ends before `from` and no seal says that it should
 */
export function scanSegment(
  files: FileSystem,
  folder: string,
  segment: number,
  from: number,
  upTo: number | null,
): SegmentScan | null {
  return readFrom(files, segmentPath(folder, segment), from, upTo, (bytes) => scanBytes(bytes, segment, from, upTo));
}

function scanBytes(bytes: Buffer, segment: number, from: number, upTo: number | null): SegmentScan {
  let header: SegmentHeader | null = null;
  const transactions: JournalTransaction[] = [];
  const damagedLines: number[] = [];
  let pending: JournalRecord[] = [];
  let pendingFrom = 0;
  let suspects: number[] = [];
  let end = 0;
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    line += 1;
    if (bytes[start] === NEWLINE && (from > 0 || line > 1)) {
      if (pending.length > 0) pending = [];
      if (isAllRoom(bytes, start)) break;
      for (start += 1; bytes[start] === NEWLINE; start += 1) line += 1;
      continue;
    }
    const stop = bytes.indexOf(NEWLINE, start);
    if (stop === -1) break;
    const text = bytes.toString('utf8', start, stop);
    const value = openLine(text);
    if (from === 0 && line === 1) {
      header = parseHeader(value, segment);
      if (header !== null) end = stop + 1;
      else suspects.push(line);
    } else if (!isRecord(value)) {
      pending = [];
      // What was damaged once and mended since is blank.
      if (text.trim() !== '') suspects.push(line);
    } else {
      if (pending.length === 0) pendingFrom = start;
      pending.push(value);
      if (value.left === 0 && pending.length !== (value.of ?? pending.length)) {
        suspects.push(line);
        pending = [];
      } else if (value.left === 0) {
        end = stop + 1;
        transactions.push({ records: pending, start: from + pendingFrom, end: from + end });
        pending = [];
        // A bad line with good ones behind it was not the end of a write: the disk has lost it.
        damagedLines.push(...suspects);
        suspects = [];
      }
    }
    start = stop + 1;
  }
  const rest = bytes.subarray(end);
  if (upTo !== null && rest.every((byte) => byte === NEWLINE || byte === SPACE)) end = bytes.length;
  const isRoom = upTo === null && rest[0] === NEWLINE;
  return { header, transactions, end: from + end, trailingBytes: isRoom ? 0 : bytes.length - end, damagedLines };
}

/** Whether only blank lines are left: there can be thousands, and to go through them takes longer than to read them. */
function isAllRoom(bytes: Buffer, start: number): boolean {
  const length = bytes.length - start;
  return length <= ROOM.length && bytes.compare(ROOM, 0, length, start) === 0;
}

/** Makes a segment durable, its name and what it holds: whoever wrote it may have been killed before it could. */
export function flushSegment(files: FileSystem, folder: string, segment: number): void {
  flushFile(files, segmentPath(folder, segment));
  flushFolder(files, folder);
}

/**
 * Opens the next segment, durable before it returns. The link is the moment at which the seal holds.
 *
 * @returns the position after the header, or null when a segment of that number is there already
 */
export function openSegment(
  files: FileSystem,
  folder: string,
  staging: Staging,
  header: SegmentHeader,
  durable: boolean,
): Position | null {
  makeFolders(files, folder);
  const line = new TextEncoder().encode(`${sealLine(JSON.stringify(header))}\n`);
  const staged = staging.write(durable ? Buffer.concat([line, ROOM]) : line, null);
  try {
    if (durable) flushFile(files, staged);
    if (durable && header.segment === 1) flushWayTo(files, folder);
    if (!files.link(staged, segmentPath(folder, header.segment))) return null;
  } finally {
    files.remove(staged);
  }
  if (durable) flushFolder(files, folder);
  const { follows } = header;
  // Nobody misses it, and if it stays it does no harm.
  if (follows !== null) attempt(() => giveBackRoom(files, segmentPath(folder, follows.segment), follows.bytes));
  return { segment: header.segment, bytes: line.length };
}

/** Cuts off the room behind the end of a segment that another one follows. What a late writer left there stays. */
function giveBackRoom(files: FileSystem, path: string, end: number): void {
  const descriptor = files.open(path, 'write');
  try {
    if (files.statOpen(descriptor).bytes > end && beginsRoom(files, path, end)) files.truncate(descriptor, end);
  } finally {
    files.close(descriptor);
  }
}

function beginsRoom(files: FileSystem, path: string, at: number): boolean {
  return readFrom(files, path, at, at + 1, ([byte]) => byte === NEWLINE) ?? false;
}

export type AppendResult =
  | { readonly kind: 'appended'; readonly end: Position }
  /** Nothing of it is in the journal. */
  | { readonly kind: 'failed'; readonly cause: unknown }
  /** The flush failed, so nobody can say what the disk holds; a retry would lie. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

/**
 * Appends one transaction: one write, one flush. The caller holds the lock and has read the journal up to `at`.
 *
 * @param records JSON objects, one line each, with `seq`, `left` and `of`
 */
export function appendTransaction(
  files: FileSystem,
  folder: string,
  at: Position,
  records: readonly string[],
  durable: boolean,
): AppendResult {
  const path = segmentPath(folder, at.segment);
  let descriptor: number;
  try {
    descriptor = files.open(path, 'write');
  } catch (cause) {
    return { kind: 'failed', cause };
  }
  let flushing = false;
  try {
    // Whoever has cut it since it was read has taken away what was acknowledged: nothing is written behind a hole. Its
    // size is not asked for: where somebody has looked at a file's times, the next write makes them finer, and the flush
    // then writes the inode as well (Linux 6.13 and later).
    if (!reaches(files, descriptor, at.bytes))
      throw systemError('ESTALE', 'the file is shorter than it was', 'write', path);
    let end = at.bytes;
    let isInRoom = true;
    for (const bytes of inChunks(records)) {
      isInRoom = isInRoom && reaches(files, descriptor, end + bytes.length);
      writeAll(files, descriptor, bytes, path, end);
      end += bytes.length;
    }
    if (durable && !isInRoom) attempt(() => writeAll(files, descriptor, ROOM, path, end));
    flushing = true;
    if (durable) files.flushData(descriptor);
    return { kind: 'appended', end: { segment: at.segment, bytes: end } };
  } catch (cause) {
    // Take back what went in, so that the next holder finds a clean end. If even that fails, an unfinished
    // transaction stays behind, which counts for nothing and makes the next holder open a new segment.
    const takenBack = attempt(() => files.truncate(descriptor, at.bytes));
    return { kind: flushing || !takenBack ? 'unknown' : 'failed', cause };
  } finally {
    attempt(() => files.close(descriptor));
  }
}

const CHUNK_CHARACTERS = 1 << 20;

function* inChunks(records: readonly string[]): Iterable<Uint8Array> {
  let text = '';
  for (const record of records) {
    text += `${sealLine(record)}\n`;
    if (text.length >= CHUNK_CHARACTERS) {
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text);
}

function attempt(call: () => void): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

export function flushFile(files: FileSystem, path: string): void {
  const descriptor = files.open(path, 'read');
  try {
    files.flush(descriptor);
  } finally {
    files.close(descriptor);
  }
}

function isRecord(value: unknown): value is JournalRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'seq' in value &&
    Number.isSafeInteger(value.seq) &&
    'left' in value &&
    Number.isSafeInteger(value.left) &&
    (!('of' in value) || Number.isSafeInteger(value.of))
  );
}
