/** Following the store as it changes: the stream of changes, and the waiting of a claimer. */
import { makeFolders } from '../../disk/filesystem.ts';
import { type FolderNotice, noticeFolder } from '../../host/folder-notice.ts';
import type { Change } from '../backlog.ts';
import { changeOf } from './form/card-record.ts';
import { asDiskError } from './disk-error.ts';
import type { FileStore } from './file-store.ts';
import { type HistoryPoint, positionBefore, readPage } from './history.ts';

/** However quiet: look this often, because events get lost, and because edits by hand make none in the journal. */
const LOOK_EVERY_MS = 1000;
/**
 * So soon after an event, and then later and later: it comes with the first step of a change, when the card is in the
 * journal and not in its place yet, and no other event follows.
 */
const LOOK_AGAIN_MS = 4;
const LOOK_AGAIN_GROWTH = 4;

/** Every change from a point on, each once and in order, until `signal` aborts. */
export async function* watchChanges(
  store: FileStore,
  from: HistoryPoint,
  signal: AbortSignal | undefined,
): AsyncIterable<Change> {
  const { files, paths } = store;
  let notice: FolderNotice | null = null;
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

/**
 * Repeats `attempt` until it gives something, the time is over, or `signal` aborts. `attempt` is cheap when there is
 * nothing to have; `nextMoment` says when time alone could change that.
 */
export async function waitFor<T>(
  store: FileStore,
  attempt: () => Promise<T | null>,
  nextMoment: () => Promise<number | null>,
  limits: { readonly waitSeconds: number; readonly signal: AbortSignal | undefined },
): Promise<T | null> {
  const { files, paths, clock } = store;
  const deadlineMs = clock.monotonicMs() + limits.waitSeconds * 1000;
  let notice: FolderNotice | null = null;
  try {
    makeFolders(files, paths.journal);
    // Open before the first look, so that nothing falls between the look and the wait.
    notice = noticeFolder(paths.journal);
    let lookMs = LOOK_EVERY_MS;
    for (;;) {
      const found = await attempt();
      const leftMs = deadlineMs - clock.monotonicMs();
      if (found !== null || leftMs <= 0 || limits.signal?.aborted === true) return found;
      const momentMs = await nextMoment();
      const untilMomentMs = momentMs === null ? Number.POSITIVE_INFINITY : Math.max(1, momentMs - clock.wallMs());
      const noticed = await notice.next(Math.min(leftMs, untilMomentMs, lookMs), limits.signal);
      lookMs = noticed ? LOOK_AGAIN_MS : Math.min(lookMs * LOOK_AGAIN_GROWTH, LOOK_EVERY_MS);
    }
  } catch (error) {
    throw asDiskError(error);
  } finally {
    notice?.close();
  }
}
