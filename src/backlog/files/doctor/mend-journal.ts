/**
 * Makes damaged segments of the journal readable again. What was lost in them stays lost, and is blank from then on; all
 * else keeps its place, so that every seal stays true. The damaged file is kept.
 */
import { type FileSystem, flushFolder, writeAll } from '../../../disk/filesystem.ts';
import { flushFile, type JournalTransaction, scanSegment, type SegmentScan } from '../../../disk/journal.ts';
import { listSegments, readHeader, type SegmentHeader, segmentPath } from '../../../disk/segment-header.ts';
import { sealLine } from '../../../disk/sealed-line.ts';
import type { Finding } from '../../backlog.ts';
import { FORMAT, type StorePaths } from '../form/layout.ts';
import { copyAside } from '../recovery/take-up.ts';

const SPACE = 32;
const NEWLINE = 10;

/** Mends every segment but the last, which is still written. The caller holds the lock. */
export function mendJournal(files: FileSystem, paths: StorePaths): readonly Finding[] {
  const findings: Finding[] = [];
  const segments = listSegments(files, paths.journal);
  // From the last to the first: each needs to know what the header of the next one says of it.
  for (let segment = (segments.at(-1) ?? 0) - 1; segment >= 1; segment -= 1) {
    const next = readHeader(files, paths.journal, segment + 1);
    if (next?.follows?.segment !== segment || next.follows.bytes === 0) continue;
    const scan = scanSegment(files, paths.journal, segment, 0, next.follows.bytes);
    if (scan !== null && isWhole(scan, next.follows.bytes)) continue;
    const bytes = mendedBytes(files, paths, segment, scan, next);
    if (bytes !== null) findings.push(put(files, paths, segment, bytes, scan !== null));
  }
  return findings;
}

function isWhole(scan: SegmentScan, counts: number): boolean {
  return scan.header !== null && scan.damagedLines.length === 0 && scan.trailingBytes === 0 && scan.end === counts;
}

/** The segment as it was, and blank where it was damaged; null when not even a header fits into it. */
function mendedBytes(
  files: FileSystem,
  paths: StorePaths,
  segment: number,
  scan: SegmentScan | null,
  next: SegmentHeader,
): Uint8Array | null {
  const old =
    scan === null ? new Uint8Array() : (files.readFile(segmentPath(paths.journal, segment))?.bytes ?? new Uint8Array());
  const transactions = (scan?.transactions ?? []).filter((one) => (one.records[0]?.seq ?? 0) < next.firstSeq);
  const head =
    scan === null || scan.header === null
      ? new TextEncoder().encode(`${sealLine(JSON.stringify(newHeader(files, paths, segment, transactions, next)))}\n`)
      : old.subarray(0, old.indexOf(NEWLINE) + 1);
  const length = next.follows?.bytes ?? 0;
  if (head.length > length) return null;
  const bytes = new Uint8Array(length).fill(SPACE);
  bytes.set(head);
  let filled = head.length;
  for (const { start, end } of transactions) {
    if (start < filled || end > length) continue;
    endLine(bytes, filled, start);
    bytes.set(old.subarray(start, end), start);
    filled = end;
  }
  endLine(bytes, filled, length);
  return bytes;
}

/** Ends what is blank from `start` to `end` with the end of a line. */
function endLine(bytes: Uint8Array, start: number, end: number): void {
  if (end > start) bytes[end - 1] = NEWLINE;
}

function newHeader(
  files: FileSystem,
  paths: StorePaths,
  segment: number,
  transactions: readonly JournalTransaction[],
  next: SegmentHeader,
): Omit<SegmentHeader, 'redo'> {
  const firstSeq = transactions[0]?.records[0]?.seq ?? next.firstSeq;
  const before = scanSegment(files, paths.journal, segment - 1, 0, null);
  const end = before?.transactions.findLast((one) => (one.records[0]?.seq ?? 0) < firstSeq)?.end ?? before?.end;
  const follows = segment === 1 ? null : { segment: segment - 1, bytes: end ?? 0 };
  // Its redo point has no room, and no use: the checkpoint before has made everything safe.
  return { segment, format: FORMAT, follows, firstSeq, bootId: null, generation: 0, openedAtMs: next.openedAtMs };
}

function put(files: FileSystem, paths: StorePaths, segment: number, bytes: Uint8Array, isThere: boolean): Finding {
  const path = segmentPath(paths.journal, segment);
  const name = path.slice(paths.journal.length + 1);
  const kept = isThere ? copyAside(files, paths, paths.journal, name) : null;
  const fresh = `${paths.journal}/mended-${name}`;
  files.remove(fresh);
  const descriptor = files.open(fresh, 'create');
  try {
    writeAll(files, descriptor, bytes, fresh);
  } finally {
    files.close(descriptor);
  }
  flushFile(files, fresh);
  files.rename(fresh, path);
  flushFolder(files, paths.journal);
  return {
    code: 'journal-damaged',
    severity: 'warning',
    subject: path,
    message: kept === null ? `The journal ${path} was missing.` : `The journal ${path} was damaged.`,
    fixed:
      kept === null
        ? 'Its place was filled; the history that was in it is lost. The cards are not touched by that.'
        : `What could be read of it was kept, the rest is blank now; the damaged file is kept as ${kept}.`,
    hint: null,
  };
}
