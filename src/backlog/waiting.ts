/** The waiting of a claimer: woken by a change, by the clock, and now and then by nothing, because notices get lost. */
import type { Store } from './store.ts';

/** However quiet: look this often. */
const LOOK_EVERY_MS = 1000;
/**
 * So soon after an event that comes early, and then later and later: with the first step of a change, when the card is in
 * the journal and not in its place yet, and no other event follows.
 */
const LOOK_AGAIN_MS = 4;
const LOOK_AGAIN_GROWTH = 4;

/** What is needed of a store to wait on it. */
export type Awaited = Pick<Store, 'clock' | 'notice' | 'noticesEarly' | 'untilNextMomentMs'>;

/**
 * Repeats `attempt` until it gives something, the time is over, or `signal` aborts. `attempt` is cheap when there is
 * nothing to have.
 */
export async function waitFor<T>(
  store: Awaited,
  attempt: () => Promise<T | null>,
  limits: { readonly waitSeconds: number; readonly signal: AbortSignal | undefined },
): Promise<T | null> {
  const deadlineMs = store.clock.monotonicMs() + limits.waitSeconds * 1000;
  const notice = await store.notice();
  try {
    let lookMs = LOOK_EVERY_MS;
    for (;;) {
      const found = await attempt();
      const leftMs = deadlineMs - store.clock.monotonicMs();
      if (found !== null || leftMs <= 0 || limits.signal?.aborted === true) return found;
      const untilMomentMs = (await store.untilNextMomentMs()) ?? Number.POSITIVE_INFINITY;
      const noticed = await notice.next(Math.min(leftMs, Math.max(1, untilMomentMs), lookMs), limits.signal);
      const isEarly = noticed && store.noticesEarly;
      lookMs = isEarly ? LOOK_AGAIN_MS : Math.min(lookMs * LOOK_AGAIN_GROWTH, LOOK_EVERY_MS);
    }
  } finally {
    notice.close();
  }
}
