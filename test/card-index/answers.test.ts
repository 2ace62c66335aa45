/**
 * What the index promises, one example each. The whole breadth is in like-the-model.test.ts; every example runs on an
 * index that was just filled, and on one that was encoded and decoded first.
 */
import { describe, expect, test } from 'vitest';
import { CardIndex } from '../../src/backlog/files/card-index/card-index.ts';
import { summarize, type Summary } from '../../src/backlog/files/card-index/summary.ts';
import { newCard } from '../../src/card/content.ts';
import { bytesOf, card } from './cards.ts';

const NOW = 100_000;

const WAYS: readonly [string, (...cards: Summary[]) => CardIndex][] = [
  ['just filled', filled],
  ['decoded', (...cards) => decoded(filled(...cards))],
];

describe.each(WAYS)('an index %s', (_, indexOf) => {
  test('offers the highest priority first, then the oldest, then the lowest id by its UTF-8 bytes', () => {
    const index = indexOf(
      card('\u{1F600}'),
      card('\uFF5E'),
      card('b', { createdAtMs: 10 }),
      card('z', { priority: 1, createdAtMs: 5_000 }),
    );
    expect(claimableIds(index)).toEqual(['z', 'b', '\uFF5E', '\u{1F600}']);
  });

  test('offers a card once the last card it depends on is done, and no more when that one is opened again', () => {
    const index = indexOf(card('a', { status: 'done' }), card('b'), card('c', { dependsOn: ['a', 'b', 'a'] }));
    expect(index.unmetDependencies('c')).toBe(1);
    index.put(card('b', { status: 'done' }));
    expect(claimableIds(index)).toEqual(['c']);
    index.put(card('a', { status: 'ready' }));
    expect(claimableIds(index)).toEqual(['a']);
  });

  test('counts an archived done card as done, and a damaged one as not', () => {
    const index = indexOf(
      card('old', { status: 'done', archived: true }),
      card('torn', { status: 'damaged' }),
      card('a', { dependsOn: ['old'] }),
      card('b', { dependsOn: ['torn'] }),
    );
    expect(claimableIds(index)).toEqual(['a']);
    expect(idsOf(index.open()).toSorted()).toEqual(['a', 'b', 'torn']);
    expect(index.openCount).toBe(3);
  });

  test('keeps a card waiting for an id that does not exist, and knows it once the id comes', () => {
    const index = indexOf(card('b', { dependsOn: ['a'] }), card('c', { dependsOn: ['a'], priority: 1 }));
    expect(claimableIds(index)).toEqual([]);
    expect(index.dependents('a')).toEqual(['c', 'b']);
    expect(index.get('a')).toBeNull();
    expect(index.size).toBe(2);
    index.put(card('a', { status: 'done' }));
    expect(claimableIds(index)).toEqual(['c', 'b']);
    index.remove('a');
    expect(claimableIds(index)).toEqual([]);
  });

  test('never offers a card that depends on itself', () => {
    const index = indexOf(card('a', { dependsOn: ['a'] }));
    expect(claimableIds(index)).toEqual([]);
    expect(index.unmetDependencies('a')).toBe(1);
  });

  test('holds a card back until its date, though the clock goes back meanwhile', () => {
    const index = indexOf(card('a', { notBeforeMs: NOW }), card('b', { priority: -1 }));
    expect(claimableIds(index, NOW - 1)).toEqual(['b']);
    expect(index.nextMomentMs(NOW - 1)).toBe(NOW);
    expect(claimableIds(index, NOW)).toEqual(['a', 'b']);
    expect(claimableIds(index, NOW - 1)).toEqual(['b']);
  });

  test('finds a claim expired in the very millisecond it ends', () => {
    const index = indexOf(card('a', { status: 'claimed', claimedAtMs: NOW, claimTtlSeconds: 60 }));
    expect(idsOf(index.expired(NOW + 59_999))).toEqual([]);
    expect(index.nextMomentMs(NOW)).toBe(NOW + 60_000);
    expect(idsOf(index.expired(NOW + 60_000))).toEqual(['a']);
    expect(idsOf(index.expired(NOW + 60_000))).toEqual(['a']);
  });

  test('names claims dated in the future, which would otherwise last until then', () => {
    const index = indexOf(card('a', { status: 'claimed', claimedAtMs: NOW + 1, claimTtlSeconds: 60 }));
    expect(idsOf(index.claimedAhead(NOW))).toEqual(['a']);
    expect(idsOf(index.claimedAhead(NOW + 1))).toEqual([]);
  });

  test('takes phase and label at their word', () => {
    const index = indexOf(
      card('a', { phase: 'M1', labels: ['ui', 'slow'] }),
      card('b', { phase: 'M2', labels: ['ui'] }),
      card('c', { phase: '', labels: [''] }),
      card('d'),
    );
    expect(idsOf(index.claimable(NOW, { phase: 'M1' }))).toEqual(['a']);
    expect(idsOf(index.claimable(NOW, { label: 'ui' }))).toEqual(['a', 'b']);
    expect(idsOf(index.claimable(NOW, { phase: 'M2', label: 'slow' }))).toEqual([]);
    expect(idsOf(index.claimable(NOW, { phase: '' }))).toEqual(['c']);
    expect(idsOf(index.claimable(NOW, { label: '' }))).toEqual(['c']);
  });

  test('finds again under a filter what it had passed over, once it is back', () => {
    const index = indexOf(card('a', { phase: 'M1', createdAtMs: 1 }), card('b', { phase: 'M1' }), card('c'));
    index.put(card('a', { phase: 'M1', createdAtMs: 1, status: 'done' }));
    expect(idsOf(index.claimable(NOW, { phase: 'M1' }))).toEqual(['b']);
    index.put(card('a', { phase: 'M1', createdAtMs: 1 }));
    expect(idsOf(index.claimable(NOW, { phase: 'M1' }))).toEqual(['a', 'b']);
  });

  test('does not lose sight of the others under a filter when a new card comes first', () => {
    const index = indexOf(card('a', { phase: 'M1' }), card('b', { phase: 'M2' }), card('c', { phase: 'M1' }));
    const urgent = card('urgent', { phase: 'M1', priority: 1 });
    index.put(urgent);
    expect(idsOf(index.claimable(NOW, { phase: 'M1' }))).toEqual(['urgent', 'a', 'c']);
    index.put({ ...urgent, status: 'done' });
    expect(idsOf(index.claimable(NOW, { phase: 'M1' }))).toEqual(['a', 'c']);
  });

  test('goes on finding cards far apart when those between them are done', () => {
    const cards = Array.from({ length: 2_500 }, (__, i) => card(`n${i}`, { createdAtMs: i }));
    const index = indexOf(...cards);
    for (const each of cards)
      if (!['n31', 'n32', 'n1500', 'n2200'].includes(each.id)) index.put({ ...each, status: 'done' });
    expect(claimableIds(index)).toEqual(['n31', 'n32', 'n1500', 'n2200']);
    index.put(card('n31', { createdAtMs: 31, status: 'done' }));
    expect(claimableIds(index)).toEqual(['n32', 'n1500', 'n2200']);
    expect(index.openCount).toBe(3);
  });

  test('gives each card once to a walk that claims as it goes', () => {
    const ids = Array.from({ length: 40 }, (__, i) => `n${String(i).padStart(2, '0')}`);
    const index = indexOf(...ids.map((id) => card(id)));
    index.put(card('n99'));
    const claimed: string[] = [];
    for (const each of index.claimable(NOW)) {
      claimed.push(each.id);
      index.put({ ...each, status: 'claimed', claimedAtMs: NOW, claimTtlSeconds: 60 });
    }
    expect(claimed).toEqual([...ids, 'n99']);
    expect(claimableIds(index)).toEqual([]);
  });

  test('does not offer in a walk what others took meanwhile', () => {
    const index = indexOf(card('a'), card('b'), card('c'));
    index.put(card('new'));
    const walk = index.claimable(NOW);
    walk.next();
    index.put(card('b', { status: 'done' }));
    index.put(card('new', { status: 'claimed', claimedAtMs: NOW, claimTtlSeconds: 60 }));
    expect(idsOf(walk)).toEqual(['c']);
  });

  test('knows a card by its key until the key is another one', () => {
    const index = indexOf(card('a', { idempotencyKey: 'k' }), card('b', { idempotencyKey: 'k', priority: 1 }));
    expect(index.idOfIdempotencyKey('k')).toBe('b');
    index.put(card('b', { idempotencyKey: 'other', priority: 1 }));
    expect(index.idOfIdempotencyKey('k')).toBe('a');
    expect(index.idOfIdempotencyKey('other')).toBe('b');
    index.remove('a');
    expect(index.idOfIdempotencyKey('k')).toBeNull();
  });
});

test('a summary says of a card what stands in it, and never offers one whose date cannot be read', () => {
  const fields = { id: 'A4', title: 'Title', notBefore: '2026-01-31T09:30:00.000Z', labels: ['ui'] };
  const plain = newCard(fields, Date.parse('2026-01-30T09:30:00.000Z'));
  const summary = summarize(plain, { name: 'A4.json', bytes: 321, crc: 7 }, false);
  expect(summary).toEqual(
    card('A4', {
      createdAtMs: Date.parse('2026-01-30T09:30:00.000Z'),
      updatedAtMs: Date.parse('2026-01-30T09:30:00.000Z'),
      notBeforeMs: Date.parse('2026-01-31T09:30:00.000Z'),
      labels: ['ui'],
      fileBytes: 321,
    }),
  );
  const unreadable = summarize({ ...plain, notBefore: 'soon' }, { name: 'A4.json', bytes: 321, crc: 7 }, false);
  const index = filled(unreadable);
  expect(claimableIds(index, Date.parse('9999-12-31T23:59:59.999Z'))).toEqual([]);
  expect(index.nextMomentMs(NOW)).toBeNull();
});

function filled(...cards: Summary[]): CardIndex {
  const index = CardIndex.empty();
  for (const each of cards) index.put(each);
  return index;
}

function decoded(index: CardIndex): CardIndex {
  const again = CardIndex.decode(bytesOf(index));
  if (again === null) throw new Error('What was encoded did not decode.');
  return again;
}

function idsOf(cards: Iterable<Summary>): readonly string[] {
  return [...cards].map(({ id }) => id);
}

function claimableIds(index: CardIndex, nowMs: number = NOW): readonly string[] {
  return idsOf(index.claimable(nowMs));
}
