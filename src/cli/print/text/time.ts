/** Times and durations in words, for people; programs read them in `--json`. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** About how long: `45 s`, `12 min`, `3 h`, `5 days`. */
export function span(ms: number): string {
  const long = Math.max(0, ms);
  if (long < 100 * SECOND) return `${Math.round(long / SECOND)} s`;
  if (long < 100 * MINUTE) return `${Math.round(long / MINUTE)} min`;
  if (long < 2 * DAY) return `${Math.round(long / HOUR)} h`;
  return `${Math.round(long / DAY)} days`;
}

/** `3 h ago`, `in 12 min`, `just now`. */
export function fromNow(ms: number, nowMs: number): string {
  const ahead = ms - nowMs;
  if (Math.abs(ahead) < 5 * SECOND) return 'just now';
  return ahead > 0 ? `in ${span(ahead)}` : `${span(-ahead)} ago`;
}

/** `2026-01-31 09:30 UTC`; what is not a time is shown as it stands. */
export function moment(timestamp: string): string {
  const ms = Date.parse(timestamp);
  return Number.isNaN(ms) ? timestamp : `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `2026-01-31 09:30:00`, in UTC: for tables whose head says so. */
export function momentToSecond(timestamp: string): string {
  return timestamp.slice(0, 19).replace('T', ' ');
}

/** `3 h ago (2026-01-31 09:30 UTC)`. */
export function when(timestamp: string, nowMs: number): string {
  const ms = Date.parse(timestamp);
  return Number.isNaN(ms) ? timestamp : `${fromNow(ms, nowMs)} (${moment(timestamp)})`;
}
