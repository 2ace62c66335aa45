/**
 * From the redo point on, the journal alone is sure to hold what was committed: the cards' files have been written, and
 * mostly the system has brought them to the disk by itself, but nobody has made sure.
 */
import { scanSegment } from '../../../disk/journal.ts';
import type { FileSystem } from '../../../disk/filesystem.ts';
import { listSegments, readHeader, type RedoPoint } from '../../../disk/segment-header.ts';
import { type CardRecord, parseRecord } from '../form/card-record.ts';
import type { StorePaths } from '../form/layout.ts';
import type { Knowledge, Unsettled } from '../knowledge.ts';

/** The records of one segment, as far as they count. */
export function recordsIn(
  files: FileSystem,
  paths: StorePaths,
  { position }: Knowledge,
  segment: number,
): readonly CardRecord[] {
  const end =
    segment === position.segment
      ? position.bytes
      : (readHeader(files, paths.journal, segment + 1)?.follows?.bytes ?? null);
  const transactions = scanSegment(files, paths.journal, segment, 0, end)?.transactions ?? [];
  return transactions.flatMap(({ records }) => records.map(parseRecord).filter((record) => record !== null));
}

/** By id, the last change of each card from the redo point on. */
export function changesToRedo(
  files: FileSystem,
  paths: StorePaths,
  knowledge: Knowledge,
): ReadonlyMap<string, Unsettled> {
  const changes = new Map<string, Unsettled>();
  for (let { segment } = knowledge.redo; segment <= knowledge.position.segment; segment += 1) {
    for (const record of recordsIn(files, paths, knowledge, segment)) {
      const earlier = changes.get(record.id);
      // Whether the first change in sight found it in the archive, nobody has noted. What stands there under its name then
      // is judged by what is in it.
      const wasArchived = earlier === undefined || earlier.wasArchived || earlier.record.place === 'archive';
      changes.set(record.id, { record, before: null, wasArchived });
    }
  }
  return changes;
}

/** By the journal's own word; segment 0 when there is none. */
export function redoPointOf(files: FileSystem, paths: StorePaths): RedoPoint {
  const segments = listSegments(files, paths.journal);
  const last = segments.findLast((segment) => readHeader(files, paths.journal, segment) !== null);
  const redo = last === undefined ? 1 : (readHeader(files, paths.journal, last)?.redo.segment ?? 1);
  let first = Math.max(segments.length - 1, 0);
  // Behind a gap nothing can be redone.
  while ((segments[first] ?? 0) > redo && segments[first - 1] === (segments[first] ?? 0) - 1) first -= 1;
  return pointAt(files, paths, segments.slice(0, first + 1));
}

/** Where the last segment begins; segment 0 when there is none. */
export function lastPointOf(files: FileSystem, paths: StorePaths): RedoPoint {
  return pointAt(files, paths, listSegments(files, paths.journal));
}

/** @param segments up to the one that begins there */
function pointAt(files: FileSystem, paths: StorePaths, segments: readonly number[]): RedoPoint {
  return { segment: segments.at(-1) ?? 0, seq: seqBefore(files, paths, segments) + 1 };
}

/** The last `seq` before the last of these; where its header is damaged, as far as those before can tell. */
function seqBefore(files: FileSystem, paths: StorePaths, segments: readonly number[]): number {
  for (const segment of segments.toReversed()) {
    const header = readHeader(files, paths.journal, segment);
    const records = scanSegment(files, paths.journal, segment, 0, null)?.transactions.at(-1)?.records;
    if (segment !== segments.at(-1) && records !== undefined) return records.at(-1)?.seq ?? 0;
    if (header !== null) return header.firstSeq - 1;
  }
  return 0;
}
