/** Which segments of a journal there are, and what the header of each says; see `journal.ts`. */
import { type FileSystem, notAFile, systemErrorCode } from './filesystem.ts';
import { openLine } from './sealed-line.ts';

export interface Position {
  readonly segment: number;
  /** Bytes of that segment read so far; always at the end of a transaction. */
  readonly bytes: number;
}

/** Where a recovery begins that cannot rely on anything that was not flushed. */
export interface RedoPoint {
  readonly segment: number;
  /** Of the first record there. */
  readonly seq: number;
}

export interface SegmentHeader {
  readonly segment: number;
  readonly format: number;
  /** The segment before, and how many of its bytes count; null for the first. */
  readonly follows: Position | null;
  /** The `seq` of the first record of this segment. */
  readonly firstSeq: number;
  /** Every record before it was safe in its own file when this segment was opened. */
  readonly redo: RedoPoint;
  /** The boot in which the segment was opened, or null where the system has no such id. */
  readonly bootId: string | null;
  /** The lock generation of whoever opened it. */
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly openedAtMs: number;
}

const NEWLINE = 10;
/** No header is longer. */
const HEADER_BYTES = 4096;
/** Read first of a segment that nothing follows: mostly there is little news, and much room behind it. */
const BEGIN_BYTES = 2048;
/** Where that was not all of it, so many times as much is read next. */
const MORE_EACH_TIME = 8;

const MEMORY_BYTES = 1 << 20;
/**
 * Read into again and again: memory that is new each time makes V8 collect all of its own, and whoever follows a busy
 * journal reads hundreds of times a second. Null while somebody reads.
 */
let spareMemory: Buffer | null = null;

export function segmentPath(folder: string, segment: number): string {
  return `${folder}/${String(segment).padStart(8, '0')}.jsonl`;
}

/** The numbers of the segments that are there, ascending. */
export function listSegments(files: FileSystem, folder: string): readonly number[] {
  return segmentsOf(files, folder, allNumbers(files, folder));
}

function segmentsOf(files: FileSystem, folder: string, numbers: readonly number[]): readonly number[] {
  // A file behind a gap that does not say that it is that segment is a copy that somebody has put there.
  return numbers.filter(
    (number, index) => index === 0 || numbers[index - 1] === number - 1 || readHeader(files, folder, number) !== null,
  );
}

/** The paths of files that look like segments and are none. */
export function straySegments(files: FileSystem, folder: string): readonly string[] {
  const numbers = allNumbers(files, folder);
  const segments = segmentsOf(files, folder, numbers);
  return numbers.filter((number) => !segments.includes(number)).map((number) => segmentPath(folder, number));
}

/** The names of files that stand where segments behind this one will be; none of them was opened by a holder. */
export function namesBehind(files: FileSystem, folder: string, segment: number): readonly string[] {
  return allNumbers(files, folder)
    .filter((number) => number > segment)
    .map((number) => segmentPath(folder, number).slice(folder.length + 1));
}

function allNumbers(files: FileSystem, folder: string): readonly number[] {
  const numbers: number[] = [];
  for (const name of files.list(folder) ?? []) {
    const number = Number(/^(\d{8,14})\.jsonl$/.exec(name)?.[1] ?? 0);
    if (number > 0 && segmentPath(folder, number) === `${folder}/${name}`) numbers.push(number);
  }
  return numbers.sort((a, b) => a - b);
}

/** The header of a segment; null when the segment is missing or its first line is not whole. */
export function readHeader(files: FileSystem, folder: string, segment: number): SegmentHeader | null {
  const path = segmentPath(folder, segment);
  // Mostly one asks whether there is a next one, and there is none.
  if (files.stat(path) === null) return null;
  return readFrom(files, path, 0, HEADER_BYTES, (bytes) => {
    const stop = bytes.indexOf(NEWLINE);
    return stop === -1 ? null : parseHeader(openLine(bytes.toString('utf8', 0, stop)), segment);
  });
}

/**
 * Reads the bytes of a segment from `from` up to a seal, or up to the room at its end, of which a little comes along.
 *
 * @param use gets them, and has them only until it returns
 * @returns null when there is no such file, or it ends before `from` and no seal says so
 */
export function readFrom<T>(
  files: FileSystem,
  path: string,
  from: number,
  upTo: number | null,
  use: (bytes: Buffer) => T,
): T | null {
  const descriptor = openIfThere(files, path);
  if (descriptor === null) return null;
  const memory = spareMemory ?? Buffer.allocUnsafeSlow(MEMORY_BYTES);
  spareMemory = null;
  try {
    // The byte before comes along: it is there if the file reaches so far.
    const lead = from > 0 ? 1 : 0;
    const length = lead + (upTo === null ? BEGIN_BYTES : Math.max(upTo - from, 0));
    const begin = readBegin(files, descriptor, from - lead, firstOf(memory, length), path);
    if (begin.length === 0 && from > 0 && upTo === null) return null;
    const bytes = upTo === null ? readToRoom(files, descriptor, from - lead, { begin, length }, memory) : begin;
    return use(bytes.subarray(lead));
  } finally {
    spareMemory = memory;
    files.close(descriptor);
  }
}

function firstOf(memory: Buffer, bytes: number): Buffer {
  return bytes > memory.length ? Buffer.allocUnsafe(bytes) : memory.subarray(0, bytes);
}

/** Whether a file has so many bytes; unlike asking for its size, it leaves no trace. */
export function reaches(files: FileSystem, descriptor: number, bytes: number): boolean {
  return bytes === 0 || files.read(descriptor, new Uint8Array(1), bytes - 1) === 1;
}

/** As `readAll`. @throws the system's EISDIR for what is no file */
function readBegin(files: FileSystem, descriptor: number, from: number, into: Buffer, path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readAll(files, descriptor, from, into);
  } catch (error) {
    throw systemErrorCode(error) === 'EISDIR' ? notAFile(path) : error;
  }
  // What is read from a pipe has no end before it begins.
  if (bytes.length === 0 && files.statOpen(descriptor).kind !== 'file') throw notAFile(path);
  return bytes;
}

function openIfThere(files: FileSystem, path: string): number | null {
  try {
    return files.open(path, 'read');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') return null;
    throw code === 'ELOOP' || code === 'ENXIO' ? notAFile(path) : error;
  }
}

/** @param first what was read of it, from `from` on, to the beginning of `memory`, and how much should have been */
function readToRoom(
  files: FileSystem,
  descriptor: number,
  from: number,
  { begin, length }: { readonly begin: Buffer; readonly length: number },
  memory: Buffer,
): Buffer {
  let bytes = begin;
  // No line is empty: behind two ends of lines there is only room.
  for (let wanted = length; bytes.length === wanted && !endsInRoom(bytes);) {
    wanted *= MORE_EACH_TIME;
    const larger = firstOf(memory, wanted);
    if (larger.buffer !== bytes.buffer) bytes.copy(larger);
    const more = readAll(files, descriptor, from + bytes.length, larger.subarray(bytes.length));
    bytes = larger.subarray(0, bytes.length + more.length);
  }
  return bytes;
}

function endsInRoom(bytes: Buffer): boolean {
  return bytes.at(-1) === NEWLINE && bytes.at(-2) === NEWLINE;
}

/** Fills `into` as far as the file goes. */
function readAll(files: FileSystem, descriptor: number, from: number, into: Buffer): Buffer {
  let filled = 0;
  while (filled < into.length) {
    const count = files.read(descriptor, into.subarray(filled), from + filled);
    if (count === 0) break;
    filled += count;
  }
  return into.subarray(0, filled);
}

export function parseHeader(value: unknown, segment: number): SegmentHeader | null {
  if (typeof value !== 'object' || value === null) return null;
  const fields: Partial<Record<keyof SegmentHeader, unknown>> = value;
  const { format, follows, firstSeq, redo, bootId, generation, openedAtMs } = fields;
  if (fields.segment !== segment || typeof format !== 'number' || typeof firstSeq !== 'number') return null;
  if (typeof generation !== 'number' || typeof openedAtMs !== 'number') return null;
  if (bootId !== null && typeof bootId !== 'string') return null;
  if (follows !== null && !isPosition(follows)) return null;
  const redoPoint = redoOf(redo) ?? { segment, seq: firstSeq };
  return { segment, format, follows, firstSeq, redo: redoPoint, bootId, generation, openedAtMs };
}

/** Null in headers of format 1: there, each segment was begun when all before it was safe. */
function redoOf(value: unknown): RedoPoint | null {
  if (typeof value !== 'object' || value === null) return null;
  const { segment, seq }: Partial<Record<keyof RedoPoint, unknown>> = value;
  return typeof segment === 'number' && typeof seq === 'number' ? { segment, seq } : null;
}

function isPosition(value: unknown): value is Position {
  return (
    typeof value === 'object' &&
    value !== null &&
    'segment' in value &&
    typeof value.segment === 'number' &&
    'bytes' in value &&
    typeof value.bytes === 'number'
  );
}
