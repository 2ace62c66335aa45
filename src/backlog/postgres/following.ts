/** Following the store as it changes: the stream of changes. */
import type { Change } from '../backlog.ts';
import { lastSeq, pageSince } from './history.ts';
import type { Listening } from './listening.ts';
import type { PostgresStore } from './postgres-store.ts';

/** However quiet: look this often, because a pool in front may let no notification through. */
const LOOK_EVERY_MS = 1000;

/** Every change above `since`, or from now on, each once and in order, until `signal` aborts. */
export async function* watchChanges(
  store: PostgresStore,
  listening: Listening,
  since: number | undefined,
  signal: AbortSignal | undefined,
): AsyncIterable<Change> {
  if (isOver(signal)) return;
  let at = since ?? (await lastSeq(store));
  const notice = await listening.notice('changes');
  try {
    while (!isOver(signal)) {
      const page = await pageSince(store, at);
      yield* page.changes;
      if (page.last === at) await notice.next(LOOK_EVERY_MS, signal);
      at = page.last;
      // Who closes the handle knows that nothing more comes.
      if (store.sessions.isClosed) return;
    }
  } finally {
    notice.close();
  }
}

function isOver(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
