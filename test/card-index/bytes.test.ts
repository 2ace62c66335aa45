/**
 * What becomes of an index as bytes: it comes back whole, or not at all.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CardIndex } from '../../src/backlog/files/card-index/card-index.ts';
import type { Summary } from '../../src/backlog/files/card-index/summary.ts';
import { anyCard, bytesOf, card } from './cards.ts';

describe('bytes that are not an index', () => {
  test('random ones decode to nothing and throw nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_000, size: 'max' }), (bytes) => {
        expect(CardIndex.decode(bytes)).toBeNull();
      }),
    );
  });

  test('a single bit that flipped anywhere is noticed', () => {
    const bytes = bytesOf(indexOf(someCards(5)));
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = bytes.slice();
      flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      if (CardIndex.decode(flipped) !== null) expect.fail(`Bit ${bit} flipped, and the index decoded all the same.`);
    }
  });

  test('an index cut short, or with something behind it, is refused', () => {
    const bytes = bytesOf(indexOf(someCards(20)));
    for (let length = 0; length < bytes.length; length += 1) {
      if (CardIndex.decode(bytes.slice(0, length)) !== null) expect.fail(`The first ${length} bytes decoded.`);
    }
    expect(CardIndex.decode(Buffer.concat([bytes, new Uint8Array(8)]))).toBeNull();
  });
});

describe('bytes that are an index', () => {
  test('they may lie anywhere in memory', () => {
    const cards = someCards(50);
    const bytes = bytesOf(indexOf(cards));
    for (let offset = 0; offset < 9; offset += 1) {
      const elsewhere = new Uint8Array(bytes.length + offset);
      elsewhere.set(bytes, offset);
      expect(contentOf(CardIndex.decode(elsewhere.subarray(offset)))).toEqual(cards);
    }
  });

  test('an empty index comes back empty', () => {
    const index = CardIndex.decode(bytesOf(CardIndex.empty()));
    expect(contentOf(index)).toEqual([]);
    expect(index?.get('A4')).toBeNull();
    expect([...(index?.claimable(0) ?? [])]).toEqual([]);
  });

  test('changes do not reach what was encoded until it is encoded again', () => {
    const index = indexOf(someCards(50));
    const pieces = index.encode();
    const before = Buffer.concat(pieces);
    for (const { id } of someCards(50)) index.put(card(id, { status: 'done', phase: 'another' }));
    index.remove('n7');
    expect(Buffer.concat(pieces)).toEqual(before);
  });

  test('a few cards that change cost no second copy of the others, and come back as they are', () => {
    const cards: Summary[] = someCards(5_000).map((each, i) => ({
      ...each,
      dependsOn: i % 5 === 4 ? [`n${i - 1}`] : [],
    }));
    const index = indexOf(cards);
    const [, memory] = index.encode();
    for (let round = 1; round <= 20; round += 1) {
      for (let i = round; i < cards.length; i += 331) {
        const of = cards[i] ?? card('none');
        cards[i] = { ...of, status: i % 2 === 0 ? 'done' : 'claimed', attempts: round, updatedAtMs: 9_000 + round };
        index.put(cards[i] ?? of);
      }
      const [, body] = index.encode();
      expect(body?.buffer).toBe(memory?.buffer);
      const again = CardIndex.decode(bytesOf(index));
      expect(contentOf(again)).toEqual(cards);
      for (const { id } of cards) expect(again?.unmetDependencies(id)).toBe(index.unmetDependencies(id));
      expect([...(again?.claimable(20_000) ?? [])]).toEqual([...index.claimable(20_000)]);
    }
  });

  test('encoding twice gives the same bytes when nothing was put in between', () => {
    const index = indexOf(someCards(50));
    expect(bytesOf(index)).toEqual(bytesOf(index));
  });

  test('a card keeps every field, whatever stands in it', () => {
    fc.assert(
      fc.property(anyCard, fc.string({ unit: 'binary' }), (some, text) => {
        const odd = {
          ...some,
          phase: text,
          labels: [text, ''],
          claimOwner: text,
          idempotencyKey: text,
          fileName: text,
        };
        expect(contentOf(CardIndex.decode(bytesOf(indexOf([odd]))))).toEqual([odd]);
      }),
    );
  });

  test('a card that changes a hundred times does not make the index grow without end', () => {
    const index = indexOf(someCards(100));
    const size = bytesOf(index).length;
    for (let round = 1; round <= 100; round += 1) {
      for (const each of someCards(100)) index.put({ ...each, attempts: round, fileBytes: round });
      expect(bytesOf(index).length).toBeLessThan(size * 2);
    }
    expect(contentOf(index)).toEqual(someCards(100).map((each) => ({ ...each, attempts: 100, fileBytes: 100 })));
  });

  test('cards that are gone leave no room behind for ever', () => {
    const index = indexOf(someCards(3_000));
    const size = bytesOf(index).length;
    for (const { id } of someCards(3_000).slice(100)) index.remove(id);
    index.encode();
    index.put(card('last', { createdAtMs: 9_000, dependsOn: ['n5', 'n2999'] }));
    expect(bytesOf(index).length).toBeLessThan(size / 10);
    expect(contentOf(index).map(({ id }) => id)).toEqual([...someCards(100).map(({ id }) => id), 'last']);
    expect(index.dependents('n2999')).toEqual(['last']);
  });

  test('edges that are gone leave no room behind for ever', () => {
    const index = indexOf(someCards(1_500));
    index.encode();
    for (const round of [1, 2, 3, 4, 5]) {
      for (const each of someCards(1_500)) index.put({ ...each, dependsOn: [`hub${round}`] });
      index.encode();
    }
    expect(bytesOf(index).length).toBeLessThan(bytesOf(indexOf(someCards(1_500))).length * 1.5);
    expect(index.dependents('hub4')).toEqual([]);
    expect(index.dependents('hub5')).toHaveLength(1_500);
  });
});

function someCards(count: number): readonly Summary[] {
  return Array.from({ length: count }, (_, i) =>
    card(`n${i}`, { createdAtMs: 1_000 + i, idempotencyKey: i % 3 === 0 ? `key${i}` : null, dependsOn: [`n${i - 1}`] }),
  );
}

function indexOf(cards: readonly Summary[]): CardIndex {
  const index = CardIndex.empty();
  for (const each of cards) index.put(each);
  return index;
}

function contentOf(index: CardIndex | null): readonly Summary[] {
  if (index === null) throw new Error('What was encoded did not decode.');
  return [...index.all()];
}
