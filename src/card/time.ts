/**
 * Times as they stand in a card, and as milliseconds since 1970 for reckoning. A card has one spelling only, so that
 * equal times are equal text and text sorts as time does; other spellings of ISO 8601 are read, to be written anew.
 */
import type { Timestamp } from './card.ts';

/** A day, which begins in UTC, or a time with its zone: without one nobody knows which moment it is. */
const ISO_8601 = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** A year of more digits would need a sign, and would sort before all others. */
const EARLIEST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** ISO 8601 in UTC with milliseconds. `ms` lies in the years 0000 to 9999. */
export function toTimestamp(ms: number): Timestamp {
  return new Date(ms).toISOString();
}

/** `NaN` for what is not a valid timestamp, or is a day that no calendar has. */
export function toMs(timestamp: Timestamp): number {
  const day = ISO_8601.exec(timestamp)?.[1];
  if (day === undefined || !isInCalendar(day)) return NaN;
  const ms = Date.parse(timestamp);
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms : NaN;
}

/** Every month has so many days. */
const SHORTEST_MONTH = 28;

/** `Date.parse` alone makes 30 February the second of March. */
function isInCalendar(day: string): boolean {
  if (Number(day.slice(-2)) <= SHORTEST_MONTH) return true;
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && toTimestamp(ms).startsWith(day);
}
