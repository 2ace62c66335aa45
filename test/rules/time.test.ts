/** Timestamps: one spelling is written, every clear spelling is read. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMs, toTimestamp } from '../../src/card/time.ts';

const anyMs: fc.Arbitrary<number> = fc.integer({
  min: Date.parse('0000-01-01T00:00:00.000Z'),
  max: Date.parse('9999-12-31T23:59:59.999Z'),
});

describe('a timestamp', () => {
  it('keeps its millisecond on the way to text and back', () => {
    fc.assert(
      fc.property(anyMs, (ms) => {
        expect(toMs(toTimestamp(ms))).toBe(ms);
      }),
    );
  });

  it('says the same, whatever was asked for before', () => {
    fc.assert(
      fc.property(anyMs, anyMs, (ms, other) => {
        const written = toTimestamp(ms);
        toTimestamp(other);
        expect(toMs(written)).toBe(ms);
        toMs(toTimestamp(other));
        expect(toTimestamp(ms)).toBe(written);
      }),
    );
  });

  it('of a fraction of a millisecond is that of the millisecond', () => {
    expect(toMs(toTimestamp(1_500_000_000_000.75))).toBe(1_500_000_000_000);
  });

  it('of a year of more digits is none, though it was just written', () => {
    expect(toMs(toTimestamp(Date.parse('+010000-01-01T00:00:00.000Z')))).toBeNaN();
  });

  it('sorts as text as it does in time', () => {
    fc.assert(
      fc.property(anyMs, anyMs, (a, b) => {
        expect(toTimestamp(a) < toTimestamp(b)).toBe(a < b);
      }),
    );
  });

  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T09:30Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:15Z', '2026-01-31T09:30:15.000Z'],
    ['2026-01-31T09:30:15.123456+00:00', '2026-01-31T09:30:15.123Z'],
    ['2026-01-31T00:30:00+01:00', '2026-01-30T23:30:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['0000-01-01', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('is read from %s', (written, expected) => {
    expect(toTimestamp(toMs(written))).toBe(expected);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'tomorrow'],
    ['a number', '1769851800000'],
    ['a time without its zone', '2026-01-31T09:30:00'],
    ['a day no calendar has', '2026-02-30'],
    ['a leap day in a common year', '2026-02-29T10:00:00.000Z'],
    ['a thirteenth month', '2026-13-01T10:00:00.000Z'],
    ['an hour no day has', '2026-01-31T25:00:00.000Z'],
    ['a month without a day', '2026-01'],
    ['the American order', '01/31/2026'],
    ['white space around it', ' 2026-01-31T09:30:00.000Z'],
    ['a day of the week before it', 'Sat 2026-01-31'],
    ['a year of six digits', '+010000-01-01T00:00:00.000Z'],
    ['a moment that is in the year 10000 in UTC', '9999-12-31T23:30:00-01:00'],
    ['a moment that is before the year 0 in UTC', '0000-01-01T00:30:00+01:00'],
  ])('is not %s', (_what, written) => {
    expect(toMs(written)).toBeNaN();
  });
});
