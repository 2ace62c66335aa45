/** Time as the program sees it. Wall time says when; monotonic time says how long, and never jumps. */
import { setTimeout } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since the epoch, whole; jumps when somebody sets the clock. */
  wallMs(): number;
  /** Milliseconds from an arbitrary start; only differences mean anything. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs() {
    // `performance.now` would say the same, and load a millisecond's worth of modules first.
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
};

/** Waits so long, or until the signal aborts. Never rejects. */
export async function pass(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
