/** Cards, times and texts for the tests of the rules: one plain card to begin with, and what fast-check draws from. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { CARD_STATUSES, type Card, type Json } from '../../src/card/card.ts';
import { newCard } from '../../src/card/content.ts';
import type { Outcome } from '../../src/card/outcome.ts';
import { toTimestamp } from '../../src/card/time.ts';

/** The fields every card has, without those a person may add. */
type Named = { [Name in keyof Card as string extends Name ? never : Name]: Card[Name] };

export const NOW_MS: number = Date.parse('2026-03-01T12:00:00.000Z');

/** A ready card created a day ago, with whatever is asked for put on top. */
export function aCard(fields: Partial<Named> = {}): Card {
  return { ...newCard({ id: 'A4', title: 'Paint the fence' }, NOW_MS - 86_400_000), ...fields };
}

/** Claimed by coder0 a minute ago for 900 seconds, on the first attempt. */
export function aClaimedCard(fields: Partial<Named> = {}): Card {
  return aCard({
    status: 'claimed',
    claimOwner: 'coder0',
    claimTtlSeconds: 900,
    claimedAt: toTimestamp(NOW_MS - 60_000),
    attempts: 1,
    ...fields,
  });
}

/** The card after a change; anything but a change fails the test. */
export function changedCard(outcome: Outcome): Card {
  if (outcome.kind !== 'changed') expect.fail(`Expected a change, but the outcome is ${JSON.stringify(outcome)}.`);
  return outcome.card;
}

/** Moments within a day of `NOW_MS`, often the very same ones. */
export const someMs: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(NOW_MS - 1, NOW_MS, NOW_MS + 1),
  fc.integer({ min: NOW_MS - 86_400_000, max: NOW_MS + 86_400_000 }),
);

/** Text in which UTF-16 and UTF-8 disagree about the order, beside plain and arbitrary text. */
export const someText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10000}', '\u{10ffff}') }),
  fc.string({ unit: 'binary' }),
);

/** Any JSON, in objects with any names, as a parsed file may hold it. */
export const someJson: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, 0, -0, ''),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom('a', '__proto__', 'length'), fc.string()), tie('json'), { maxKeys: 4 }),
  ),
})).json;

export const someStatus: fc.Arbitrary<Card['status']> = fc.constantFrom(...CARD_STATUSES);
