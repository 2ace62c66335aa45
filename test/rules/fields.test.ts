/** What a field of a card may hold, in what order fields are written, and when two values say the same. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Card, CardStatus, Json } from '../../src/card/card.ts';
import {
  checkClaimTtlSeconds,
  checkId,
  checkLabel,
  checkOwner,
  checkPhase,
  checkPriority,
  checkReason,
  checkRetryAfterSeconds,
  checkText,
  checkTitle,
  checkTtlSeconds,
  utf8Length,
} from '../../src/card/field.ts';
import { inFieldOrder } from '../../src/card/field-order.ts';
import { checkInvariants } from '../../src/card/invariants.ts';
import { sameJson } from '../../src/card/same-json.ts';
import { aCard, aClaimedCard, someJson, someStatus } from './given.ts';

describe('an id', () => {
  it.each(['A4', 'fleet-001', 'Räum auf', '修正', '👩‍🚀', 'a/b', '..', 'CON', '"', 'x'.repeat(128), '€'.repeat(42)])(
    'may be %s',
    (id) => {
      expect(checkId(id)).toBeNull();
    },
  );

  it.each([
    ['empty', '', 'must not be blank'],
    ['made of white space', '\u{3000}', 'must not be blank'],
    ['made of characters that show nothing', '\u{200b}\u{feff}\u{3164}', 'must not be blank'],
    ['longer than 128 bytes', 'x'.repeat(129), 'must be at most 128 bytes long, but is 129'],
    ['longer than 128 bytes in fewer letters', '€'.repeat(43), 'must be at most 128 bytes long, but is 129'],
    ['begun with white space', ' a', 'must not begin or end with white space'],
    ['ended with white space', 'a\u{a0}', 'must not begin or end with white space'],
    ['ended with a byte order mark', 'a\u{feff}', 'must not begin or end with white space'],
    ['broken into lines', 'a\nb', 'must be printable, but holds U+000A'],
    ['with a NUL in it', 'a\0', 'must be printable, but holds U+0000'],
    ['with an escape sequence in it', '\u{1b}[31m', 'must be printable, but holds U+001B'],
    ['with a control of the upper half in it', 'a\u{9b}b', 'must be printable, but holds U+009B'],
    ['with half a character in it', 'a\ud83d', 'must be printable, but holds U+D83D'],
    ['with a line separator in it', 'a\u{2028}b', 'must be printable, but holds U+2028'],
    ['with its writing direction turned', 'a\u{202e}b', 'must be printable, but holds U+202E'],
  ])('may not be %s', (_what, id, problem) => {
    expect(checkId(id)).toBe(problem);
  });
});

describe('an owner, a label, a phase', () => {
  it.each([checkOwner, checkLabel, checkPhase])('is printable text of 1 to 128 bytes', (check) => {
    expect(check('coder 0')).toBeNull();
    expect(check('x'.repeat(128))).toBeNull();
    expect(check('x'.repeat(129))).toBe('must be at most 128 bytes long, but is 129');
    expect(check(' \t'.trim())).toBe('must not be blank');
    expect(check('a\tb')).toBe('must be printable, but holds U+0009');
  });
});

describe('a title and a text', () => {
  it('may have lines, tabs and any script', () => {
    expect(checkTitle('One\n\tZwei 三 👍')).toBeNull();
    expect(checkText('')).toBeNull();
  });

  it('may be a mebibyte long and no longer', () => {
    expect(checkText('x'.repeat(2 ** 20))).toBeNull();
    expect(checkText(`${'x'.repeat(2 ** 20)}€`)).toBe('must be at most 1048576 bytes long, but is 1048579');
  });

  it.each(['\u{7f}', '\u{80}', '\u{7ff}', '\u{800}', '\u{ffff}', '\u{10000}'])('is measured in UTF-8: %j', (text) => {
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  });

  it('leaves room in a reason for what is put before it', () => {
    expect(checkReason('x'.repeat(2 ** 16))).toBeNull();
    expect(checkReason('x'.repeat(2 ** 16 + 1))).toBe('must be at most 65536 bytes long, but is 65537');
  });

  it('holds nothing that a store would lose', () => {
    expect(checkText('a\0b')).toBe('must not hold U+0000');
    expect(checkTitle('a\udc00b')).toBe('must not hold U+DC00');
    expect(checkReason('a\0b')).toBe('must not hold U+0000');
  });

  it('is not blank where it is a title', () => {
    expect(checkTitle(' \n\u{200b}')).toBe('must not be blank');
  });
});

describe('a number', () => {
  it.each([
    ['priority', checkPriority, -2_147_483_648, 2_147_483_647],
    ['TTL that is asked for', checkTtlSeconds, 1, 31_536_000],
    ['TTL in a card', checkClaimTtlSeconds, 1, 2_147_483_647],
    ['delay before the next attempt', checkRetryAfterSeconds, 0, 31_536_000],
  ])('is a %s from end to end and not beyond, and whole', (_what, check, min, max) => {
    expect([check(min), check(max)]).toEqual([null, null]);
    expect(check(min - 1)).toBe(`must be a whole number from ${min} to ${max}, but is ${min - 1}`);
    expect(check(max + 1)).toBe(`must be a whole number from ${min} to ${max}, but is ${max + 1}`);
    expect(check(1.5)).toBe(`must be a whole number from ${min} to ${max}, but is 1.5`);
    expect(check(NaN)).toContain('NaN');
  });
});

describe('the fields of a card', () => {
  const names = Object.keys(aCard());

  it('are written in one order, whatever order they came in, with the unknown ones kept at the end', () => {
    const someCard = fc
      .tuple(fc.shuffledSubarray(names, { minLength: names.length }), fc.dictionary(fc.string(), someJson))
      .map(([shuffled, extras]): Card => {
        const card = aCard();
        const known = Object.fromEntries(shuffled.map((name) => [name, card[name] ?? null]));
        return { ...extras, ...known, ...card };
      });
    fc.assert(
      fc.property(someCard, (card) => {
        const ordered = inFieldOrder(card);
        const isIndex = (name: string): boolean => /^(0|[1-9]\d*)$/.test(name);
        const extras = Object.keys(card).filter((name) => !names.includes(name) && !isIndex(name));
        expect(ordered).toStrictEqual(card);
        // JavaScript itself puts names that are array indices first, in every object.
        expect(Object.keys(ordered).filter((name) => !isIndex(name))).toEqual([...names, ...extras]);
      }),
    );
  });

  it('may include one called __proto__ without anything happening', () => {
    const card: Card = { ...aCard(), ['__proto__']: { status: 'done' } };
    expect(JSON.stringify(inFieldOrder(card))).toContain('"__proto__":{"status":"done"}');
  });

  it('begin with the fifteen that every backlog of this shape has', () => {
    expect(names.slice(0, 15)).toEqual(
      'id title body phase priority status dependsOn claimOwner claimTtlSeconds claimedAt attempts idempotencyKey acceptance createdAt updatedAt'.split(
        ' ',
      ),
    );
  });
});

/** One spelling for each value: JSON with the names of every object sorted. */
function spelled(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, item]: [string, Json]) => `${JSON.stringify(name)}:${spelled(item)}`,
  );
  return Array.isArray(value) ? `[${members.join()}]` : `{${members.toSorted().join()}}`;
}

describe('two JSON values', () => {
  it('say the same exactly when they are written the same with their names sorted', () => {
    fc.assert(
      fc.property(someJson, someJson, (a, b) => {
        expect(sameJson(a, b)).toBe(spelled(a) === spelled(b));
        expect(sameJson({ a, b, c: [a, b] }, { c: [a, b], b, a })).toBe(true);
        expect(sameJson({ a, b }, { a: b, b: a })).toBe(spelled(a) === spelled(b));
      }),
    );
  });

  it('are not the same because one is shorter, an array, or inherits a name', () => {
    expect(sameJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(sameJson({ a: 1, b: 2 }, { a: 1 })).toBe(false);
    expect(sameJson([1], { 0: 1 })).toBe(false);
    expect(sameJson({ 0: 1 }, [1])).toBe(false);
    expect(sameJson({ ['__proto__']: {} }, { other: {} })).toBe(false);
    expect(sameJson([1, 2], [2, 1])).toBe(false);
    expect(sameJson([1], [1, 2])).toBe(false);
    expect(sameJson([1, 2], [1, 3])).toBe(false);
    expect(sameJson([1], { 0: 1, length: 1 })).toBe(false);
    expect(sameJson({ a: 1, b: 2 }, { a: 1, b: 3 })).toBe(false);
    expect(sameJson({ a: null }, { b: null })).toBe(false);
    expect(sameJson(null, {})).toBe(false);
    expect(sameJson({}, null)).toBe(false);
    expect(sameJson({ a: [{ b: null }], c: 1 }, { c: 1, a: [{ b: null }] })).toBe(true);
  });
});

describe('the invariants of a card', () => {
  it('hold for every card with all claim fields or none, and only while it is claimed', () => {
    const someFields = fc.record({
      status: someStatus,
      claimOwner: fc.constantFrom(null, 'coder0'),
      claimTtlSeconds: fc.constantFrom(null, 900),
      claimedAt: fc.constantFrom(null, '2026-03-01T12:00:00.000Z'),
    });
    fc.assert(
      fc.property(someFields, (fields) => {
        const set = [fields.claimOwner, fields.claimTtlSeconds, fields.claimedAt].filter((value) => value !== null);
        expect(checkInvariants(aCard(fields)) === null).toBe(set.length === (fields.status === 'claimed' ? 3 : 0));
      }),
    );
  });

  it.each<[CardStatus, Partial<Pick<Card, 'claimOwner' | 'claimTtlSeconds' | 'claimedAt'>>, string]>([
    ['ready', {}, 'The status is "ready", but claimOwner, claimTtlSeconds and claimedAt are not null.'],
    ['done', { claimedAt: null }, 'The status is "done", but claimOwner and claimTtlSeconds are not null.'],
    ['claimed', { claimOwner: null }, 'The status is "claimed", but claimOwner is null.'],
    [
      'claimed',
      { claimOwner: null, claimedAt: null },
      'The status is "claimed", but claimOwner and claimedAt are null.',
    ],
  ])('that do not hold on a %s card are named', (status, fields, sentence) => {
    expect(checkInvariants(aClaimedCard({ status, ...fields }))).toBe(sentence);
  });
});
