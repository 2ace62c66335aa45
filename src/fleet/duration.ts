/** Durations and times as people and agents write them: `900`, `90s`, `15m`, `4h`, `2d`. Anything else is refused. */

const SECONDS_OF: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Longer than any claim or delay that makes sense, and short enough that a date never leaves the calendar. */
const LONGEST_SECONDS = 100 * 366 * 86_400;

/** Whole seconds, or null when `text` is not a duration. */
export function parseDuration(text: string): number | null {
  const [, digits, unit = ''] = /^(\d{1,12})\s?([smhdw]?)$/.exec(text.trim()) ?? [];
  const factor = SECONDS_OF[unit];
  if (digits === undefined || factor === undefined) return null;
  const seconds = Number(digits) * factor;
  return seconds <= LONGEST_SECONDS ? seconds : null;
}

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Milliseconds since 1970, or null when `text` is neither an ISO 8601 time nor a duration from now.
 * A day without a time begins at midnight UTC; a time without a zone is the local one.
 */
export function parseTime(text: string, nowMs: number): number | null {
  const trimmed = text.trim();
  if (ISO.test(trimmed)) {
    const ms = Date.parse(trimmed);
    return Number.isNaN(ms) || !isOnCalendar(trimmed) ? null : ms;
  }
  const seconds = parseDuration(trimmed);
  return seconds === null ? null : nowMs + seconds * 1000;
}

/** `Date.parse` takes 30 February for the second of March. */
function isOnCalendar(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) === day;
}
