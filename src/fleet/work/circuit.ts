/**
 * Keeps a worker whose command fails at once, time and again, from burning through thousands of starts: it slows down,
 * then stops taking cards, and tries a single one after a quiet time. Pure.
 *
 *   closed ── quick failures ──► closed, with a longer and longer pause ── more ──► open
 *     ▲                                                                              │ quiet time
 *     └── anything else ── tries one card ◄──────────────────────────────────────────┘
 */

/** A command that has worked for so long has done something, whatever came of it. */
const QUICK_MS = 5000;
/** So many quick failures in a row are bad luck, and cost no pause. */
const FORGIVEN = 2;
const FIRST_PAUSE_MS = 1000;
const OPENS_AFTER = 8;
const QUIET_MS = 600_000;

export interface Circuit {
  /** In a row. */
  readonly quickFailures: number;
  /** No card is taken before that; by the monotonic clock. */
  readonly notBeforeMs: number;
}

export const CLOSED: Circuit = { quickFailures: 0, notBeforeMs: Number.NEGATIVE_INFINITY };

export interface Tried {
  readonly hasFailed: boolean;
  readonly tookMs: number;
}

/** @param nowMs by the monotonic clock */
export function after(circuit: Circuit, { hasFailed, tookMs }: Tried, nowMs: number): Circuit {
  if (!hasFailed || tookMs >= QUICK_MS) return CLOSED;
  const quickFailures = circuit.quickFailures + 1;
  if (quickFailures >= OPENS_AFTER) return { quickFailures, notBeforeMs: nowMs + QUIET_MS };
  const counted = quickFailures - FORGIVEN;
  return { quickFailures, notBeforeMs: counted <= 0 ? nowMs : nowMs + FIRST_PAUSE_MS * 2 ** (counted - 1) };
}

export function isOpen({ quickFailures }: Circuit): boolean {
  return quickFailures >= OPENS_AFTER;
}
