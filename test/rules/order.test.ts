/** The claim order: the same everywhere, and total. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8Length } from '../../src/card/field.ts';
import { compareClaimOrder, compareCodePoints, type ClaimOrderKey } from '../../src/card/order.ts';
import { someMs, someText } from './given.ts';

const someKey: fc.Arbitrary<ClaimOrderKey> = fc.record({
  priority: fc.oneof(fc.integer({ min: -1, max: 1 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  createdAtMs: someMs,
  id: someText,
});

/** UTF-16 units in any order, surrogates without their other half among them. */
const halves: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(0xd83d, 0xde00), fc.integer({ min: 0, max: 0xffff })))
  .map((units) => String.fromCharCode(...units));

describe('the claim order', () => {
  it('takes the higher priority first, then the older card, then the smaller id', () => {
    const keys = [
      { priority: 0, createdAtMs: 1, id: 'a' },
      { priority: 0, createdAtMs: 0, id: 'c' },
      { priority: -1, createdAtMs: 0, id: 'a' },
      { priority: 5, createdAtMs: 9, id: 'z' },
      { priority: 0, createdAtMs: 0, id: 'b' },
    ];
    expect(keys.toSorted(compareClaimOrder).map((key) => `${key.priority} ${key.createdAtMs} ${key.id}`)).toEqual([
      '5 9 z',
      '0 0 b',
      '0 0 c',
      '0 1 a',
      '-1 0 a',
    ]);
  });

  it('does not lose the difference between the two ends of the priorities', () => {
    const highest = { priority: 2 ** 31 - 1, createdAtMs: 0, id: 'a' };
    const lowest = { priority: -(2 ** 31), createdAtMs: 0, id: 'a' };
    expect(compareClaimOrder(highest, lowest)).toBeLessThan(0);
    expect(compareClaimOrder(lowest, highest)).toBeGreaterThan(0);
  });

  it('is total: no two different cards are equal, and no three go round in a circle', () => {
    fc.assert(
      fc.property(someKey, someKey, someKey, (a, b, c) => {
        const isSame = a.priority === b.priority && a.createdAtMs === b.createdAtMs && a.id === b.id;
        expect(compareClaimOrder(a, b) === 0).toBe(isSame);
        expect(Math.sign(compareClaimOrder(a, b))).toBe(0 - Math.sign(compareClaimOrder(b, a)));
        const goesUp = compareClaimOrder(a, b) <= 0 && compareClaimOrder(b, c) <= 0;
        expect(goesUp && compareClaimOrder(a, c) > 0).toBe(false);
      }),
    );
  });

  it('sorts a list as a database sorts it by the three columns', () => {
    fc.assert(
      fc.property(fc.array(someKey), (keys) => {
        const byColumns = keys
          .toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)))
          .toSorted((a, b) => a.createdAtMs - b.createdAtMs)
          .toSorted((a, b) => b.priority - a.priority);
        expect(keys.toSorted(compareClaimOrder)).toEqual(byColumns);
      }),
    );
  });
});

describe('text', () => {
  it('is ordered like its bytes in UTF-8', () => {
    fc.assert(
      fc.property(someText, someText, someText, (start, a, b) => {
        const bytes = Buffer.compare(Buffer.from(start + a), Buffer.from(start + b));
        expect(Math.sign(compareCodePoints(start + a, start + b))).toBe(bytes);
      }),
    );
  });

  it('sorts characters beyond U+FFFF behind all others, which UTF-16 does not', () => {
    expect(['\u{1f600}', '\u{ff21}'].toSorted()).toEqual(['\u{1f600}', '\u{ff21}']);
    expect(['\u{1f600}', '\u{ff21}'].toSorted(compareCodePoints)).toEqual(['\u{ff21}', '\u{1f600}']);
    expect(['\u{e000}', '\u{d7ff}'].toSorted(compareCodePoints)).toEqual(['\u{d7ff}', '\u{e000}']);
  });

  it('is as long as its bytes in UTF-8', () => {
    fc.assert(
      fc.property(someText, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
    fc.assert(
      fc.property(halves, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });
});
