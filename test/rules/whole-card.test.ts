/**
 * The short way to read a card gives what the schema gives: whatever is taken for a card in our very form, the schema
 * leaves as it is, field by field and in the same order; and what the schema makes of a card is in that form.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { cardInputSchema, parseCard } from '../../src/backlog/card-schema.ts';
import type { JsonObject } from '../../src/backlog/json-text.ts';
import { isWholeCard } from '../../src/backlog/whole-card.ts';
import type { Card } from '../../src/card/card.ts';
import { newCard } from '../../src/card/content.ts';
import { toTimestamp } from '../../src/card/time.ts';

const NOW = Date.UTC(2026, 0, 1);

const time = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(toTimestamp);
const name = fc.oneof(fc.constantFrom('A', 'B', 'päd', '🦔', '1'), fc.string({ minLength: 1, maxLength: 6 }));
const names = fc.uniqueArray(name, { maxLength: 4 });

const card: fc.Arbitrary<Card> = fc
  .record({
    title: name,
    body: fc.option(fc.string()),
    phase: fc.option(name),
    priority: fc.integer({ min: -5, max: 5 }),
    status: fc.constantFrom('ready', 'blocked', 'done'),
    dependsOn: names,
    attempts: fc.nat(3),
    idempotencyKey: fc.option(name),
    acceptance: fc.jsonValue({ maxDepth: 2 }).filter((value) => JSON.stringify(value) !== '-0'),
    createdAt: time,
    updatedAt: time,
    rev: fc.integer({ min: 1, max: 9 }),
    labels: names,
    maxAttempts: fc.option(fc.integer({ min: 1, max: 3 })),
    notBefore: fc.option(time),
    statusReason: fc.option(fc.string()),
  })
  .map((fields): Card => {
    const whole: Card = JSON.parse(JSON.stringify({ ...newCard({ id: 'A', title: 'A' }, NOW), ...fields }));
    return whole;
  });

/** What breaks a card, or makes it another way to write the same one. */
const value = fc.oneof(
  fc.constantFrom<unknown>(null, '', ' ', 0, -1, 1.5, 2 ** 31, true, [], ['A', 'A'], [1], {}, 'claimed', 'gone'),
  fc.constantFrom<unknown>('2026-01-01', '2026-01-01T00:00:00Z', '2026-02-30T00:00:00.000Z', 'x'.repeat(200), '\u0007'),
  time,
  fc.jsonValue({ maxDepth: 1 }),
);
const key = fc.oneof(fc.constantFrom(...Object.keys(newCard({ id: 'A', title: 'A' }, NOW)), 'extra'), name);

const changed = fc
  .tuple(card, fc.array(fc.tuple(key, value), { maxLength: 2 }), fc.option(key), fc.boolean())
  .map(([whole, changes, dropped, isTurned]) => {
    const entries = Object.entries({ ...whole, ...Object.fromEntries(changes) }).filter(([field]) => field !== dropped);
    return Object.fromEntries(isTurned ? entries.toReversed() : entries);
  });

it('takes nothing for a card in our form that the schema would refuse, or change', () => {
  let taken = 0;
  fc.assert(
    fc.property(changed, (written) => {
      if (!isWholeCard(written)) return;
      taken += 1;
      const parsed = cardInputSchema().safeParse(written);
      expect(parsed.error?.issues).toBeUndefined();
      const bySchema = { ...newCard({ id: 'A', title: 'A' }, NOW), ...parsed.data };
      expect(JSON.stringify(bySchema)).toBe(JSON.stringify(written));
    }),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(500);
});

it('takes every card that the schema has made for one in our form', () => {
  fc.assert(
    fc.property(changed, (written) => {
      // JavaScript puts such names before all others, so a card with one is never in our order.
      fc.pre(!Object.keys(written).some((field) => /^\d+$/.test(field)));
      const parsed = parseCard(written, null, NOW);
      if (parsed.kind === 'card') expect(isWholeCard(parsed.card)).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

it('leaves a card with a member named __proto__ to the schema, which refuses it', () => {
  const whole = JSON.stringify(newCard({ id: 'A', title: 'A' }, NOW));
  const written: JsonObject = JSON.parse(whole.replace(/}$/, ',"__proto__":{"status":"done"}}'));
  expect(isWholeCard(written)).toBe(false);
});
