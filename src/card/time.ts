/**
 * Times as they stand in a card, and as milliseconds since 1970 for reckoning. A card has one spelling only, so that
 * equal times are equal text and text sorts as time does; other spellings of ISO 8601 are read, to be written anew.
 */
import type { Timestamp } from './card.ts';

/** A day, which begins in UTC, or a time with its zone: without one nobody knows which moment it is. */
const ISO_8601 = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** The one spelling, of days that every month has: nearly every time in a card, told without reckoning. */
const PLAIN = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** A year of more digits would need a sign, and would sort before all others. */
const EARLIEST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** The time that was asked for last: a change bears its own in three places, and each is asked for both ways. */
let last: { readonly ms: number; readonly timestamp: Timestamp } = { ms: 0, timestamp: new Date(0).toISOString() };

/** ISO 8601 in UTC with milliseconds. `ms` lies in the years 0000 to 9999. */
export function toTimestamp(ms: number): Timestamp {
  if (ms === last.ms) return last.timestamp;
  const date = new Date(ms);
  const timestamp = date.toISOString();
  // Other years are longer, and no times when they are read; of a fraction the text says nothing.
  if (timestamp.length === last.timestamp.length) last = { ms: date.getTime(), timestamp };
  return timestamp;
}

/** `NaN` for what is not a valid timestamp, or is a day that no calendar has. */
export function toMs(timestamp: Timestamp): number {
  if (timestamp === last.timestamp) return last.ms;
  if (PLAIN.test(timestamp)) {
    last = { ms: Date.parse(timestamp), timestamp };
    return last.ms;
  }
  const day = ISO_8601.exec(timestamp)?.[1];
  if (day === undefined || !isInCalendar(day)) return NaN;
  const ms = Date.parse(timestamp);
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms : NaN;
}

/** Whether it is a valid time, in the one spelling that a card has. */
export function isTimestamp(text: string): boolean {
  if (PLAIN.test(text)) return true;
  const ms = toMs(text);
  return !Number.isNaN(ms) && toTimestamp(ms) === text;
}

/** `Date.parse` alone makes 30 February the second of March. */
function isInCalendar(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && toTimestamp(ms).startsWith(day);
}
