/** Following the store as it changes: the stream of changes, and what wakes those who wait. */
import { makeFolders } from '../../disk/filesystem.ts';
import { noticeFolder } from '../../host/folder-notice.ts';
import type { Notice } from '../../host/notice.ts';
import type { Change } from '../backlog.ts';
import { changeOf } from './form/card-record.ts';
import { asDiskError } from './disk-error.ts';
import type { FileStore } from './file-store.ts';
import { type HistoryPoint, positionBefore, readPage } from './history.ts';

/** However quiet: look this often, because events get lost, and because edits by hand make none in the journal. */
const LOOK_EVERY_MS = 1000;
/** Every change from a point on, each once and in order, until `signal` aborts. */
export async function* watchChanges(
  store: FileStore,
  from: HistoryPoint,
  signal: AbortSignal | undefined,
): AsyncIterable<Change> {
  const { files, paths } = store;
  let notice: Notice | null = null;
  try {
    if (files.list(paths.journal) === null) makeFolders(files, paths.journal);
    notice = noticeFolder(paths.journal);
    let at = from.at ?? positionBefore(files, paths, from.since);
    let lastLookMs = Number.NEGATIVE_INFINITY;
    while (signal?.aborted !== true) {
      const nowMs = store.clock.monotonicMs();
      if (nowMs - lastLookMs >= LOOK_EVERY_MS) {
        await store.read(() => null, 'thorough');
        lastLookMs = store.clock.monotonicMs();
      }
      const { records, next } = readPage(files, paths, at);
      for (const record of records) {
        if (record.seq > from.since) yield changeOf(record);
      }
      const moved = next.segment !== at.segment || next.bytes !== at.bytes;
      at = next;
      if (!moved) await notice.next(LOOK_EVERY_MS, signal);
    }
  } catch (error) {
    throw asDiskError(error);
  } finally {
    notice?.close();
  }
}

/** Notices every change of the journal. */
export function noticeChanges({ files, paths }: FileStore): Notice {
  try {
    makeFolders(files, paths.journal);
    return noticeFolder(paths.journal);
  } catch (error) {
    throw asDiskError(error);
  }
}
