/**
 * An index that is read in pages: it answers as the whole one does, reads little for it, and notices whatever is not as
 * it was encoded before it answers wrongly.
 */
import { expect, test } from 'vitest';
import { CardIndex } from '../../src/backlog/files/card-index/card-index.ts';
import { IndexDamaged } from '../../src/backlog/files/card-index/encoded/pages.ts';
import type { Summary } from '../../src/backlog/files/card-index/summary.ts';
import { bytesOf, card } from './cards.ts';

type Question = (index: CardIndex) => unknown;

const PAGE = 8192;

/** What a cold command asks, each of an index that nobody has asked before. */
const QUESTIONS: readonly Question[] = [
  (index) => index.get('n7'),
  (index) => index.get('no such card'),
  (index) => index.idOfIdempotencyKey('key9'),
  (index) => index.dependents('n7'),
  (index) => index.unmetDependencies('n8'),
  (index) => index.claimable(5_000).next().value,
  (index) => index.claimable(5_000, { phase: 'M5' }).next().value,
  (index) => index.claimable(5_000, { phase: 'none' }).next().value ?? null,
  (index) => index.expired(9_000),
  (index) => index.claimedAhead(9_000),
  (index) => index.nextMomentMs(0),
  (index) => [...index.open()].length,
  (index) => firstOf(index.all(), 3),
  (index) => [index.size, index.openCount],
  (index) => changed(index),
];

test('every question has the answer of the whole index, however little is read for it', () => {
  const bytes = bytesOf(indexOf(someCards(6_000)));
  for (const question of QUESTIONS) expect(question(inPages(bytes))).toEqual(question(whole(bytes)));
});

test('a bit that flipped anywhere is noticed, or changes no answer', () => {
  const bytes = bytesOf(indexOf(someCards(150)));
  const answers = QUESTIONS.map((question) => question(whole(bytes)));
  let noticed = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = bytes.slice();
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    // A different question at each byte, and each of them in each of the parts.
    const number = at % QUESTIONS.length;
    const answer = answerOf(flipped, QUESTIONS[number]);
    if (answer === 'noticed') noticed += 1;
    else expect(answer, `byte ${at}`).toEqual(answers[number]);
  }
  expect(noticed).toBeGreaterThan(0);
  expect(noticed).toBeLessThan(bytes.length);
});

test('an index that is shorter or longer than it says is refused', () => {
  const bytes = bytesOf(indexOf(someCards(20)));
  for (let length = 0; length < bytes.length; length += 1) {
    if (CardIndex.decodeInPages(length, readerOf(bytes.slice(0, length))) !== null) expect.fail(`${length} decoded.`);
  }
  expect(CardIndex.decodeInPages(bytes.length + 8, readerOf(bytes))).toBeNull();
});

test('an index that is cut while it is read is noticed, or changes no answer', () => {
  const bytes = bytesOf(indexOf(someCards(150)));
  for (const question of QUESTIONS) {
    const answer = question(whole(bytes));
    for (let length = 0; length < bytes.length; length += 97) {
      const cut = cutAfterOpening(bytes, length);
      const given = attempt(() => question(cut));
      if (given !== 'noticed') expect(given, `${length} bytes`).toEqual(answer);
    }
  }
});

test('what was noticed once is noticed again', () => {
  const index = cutAfterOpening(bytesOf(indexOf(someCards(150))), 0);
  expect(() => index.get('n7')).toThrow(IndexDamaged);
  expect(() => index.get('n7')).toThrow(IndexDamaged);
  expect(() => bytesOf(index)).toThrow(IndexDamaged);
});

test('a cold question reads a small part of a large index', () => {
  // Cards that wait for their date are all looked at: whether it has come.
  const bytes = bytesOf(indexOf(someCards(20_000).map((each) => ({ ...each, notBeforeMs: null }))));
  const beginning = reading(bytes, () => null);
  expect(beginning).toBeLessThan(bytes.length / 50);
  expect(reading(bytes, (index) => index.get('n12345'))).toBeLessThan(beginning + 15 * PAGE);
  expect(reading(bytes, (index) => index.claimable(50_000).next())).toBeLessThan(beginning + 20 * PAGE);
  expect(reading(bytes, (index) => firstOf(index.all(), 50))).toBeLessThan(beginning + 20 * PAGE);
});

test('nothing is read twice, and all of it is there to be encoded', () => {
  const bytes = bytesOf(indexOf(someCards(500)));
  let read = 0;
  const index = opened(bytes, (count) => (read += count));
  expect(index.get('n400')?.id).toBe('n400');
  expect([...index.all()]).toEqual([...whole(bytes).all()]);
  expect(bytesOf(index)).toEqual(bytes);
  // The header is looked at before the head, to know how long that is.
  expect(read).toBeLessThan(bytes.length + 128);
  index.put(card('late', { createdAtMs: 9_000 }));
  expect([...inPages(bytesOf(index)).all()].map(({ id }) => id)).toContain('late');
});

function changed(index: CardIndex): unknown {
  index.put(card('n5', { status: 'done', createdAtMs: 1_005, dependsOn: ['n3'] }));
  index.put(card('fresh', { createdAtMs: 900, dependsOn: ['n6'] }));
  index.remove('n9');
  return [index.get('n5'), index.get('n9'), index.claimable(5_000).next().value, index.dependents('n3'), index.size];
}

function answerOf(bytes: Uint8Array, question: Question | undefined): unknown {
  const index = CardIndex.decodeInPages(bytes.length, readerOf(bytes));
  return index === null ? 'noticed' : attempt(() => question?.(index));
}

function attempt(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof IndexDamaged) return 'noticed';
    throw error;
  }
}

function cutAfterOpening(bytes: Uint8Array, length: number): CardIndex {
  let isOpen = false;
  const readAt = (into: Uint8Array, position: number): number =>
    readerOf(isOpen ? bytes.subarray(0, length) : bytes)(into, position);
  const index = mustDecode(CardIndex.decodeInPages(bytes.length, readAt));
  isOpen = true;
  return index;
}

/** @returns how many bytes were read to answer it */
function reading(bytes: Uint8Array, question: Question): number {
  let read = 0;
  question(opened(bytes, (count) => (read += count)));
  return read;
}

function whole(bytes: Uint8Array): CardIndex {
  return mustDecode(CardIndex.decode(bytes));
}

function inPages(bytes: Uint8Array): CardIndex {
  return opened(bytes, () => undefined);
}

function opened(bytes: Uint8Array, onRead: (count: number) => void): CardIndex {
  const readAt = readerOf(bytes);
  return mustDecode(
    CardIndex.decodeInPages(bytes.length, (into, position) => {
      const count = readAt(into, position);
      onRead(count);
      return count;
    }),
  );
}

function readerOf(bytes: Uint8Array): (into: Uint8Array, position: number) => number {
  return (into, position) => {
    const there = bytes.subarray(position, position + into.length);
    into.set(there);
    return there.length;
  };
}

function mustDecode(index: CardIndex | null): CardIndex {
  if (index === null) throw new Error('What was encoded did not decode.');
  return index;
}

function firstOf(cards: Iterable<Summary>, count: number): readonly Summary[] {
  const first: Summary[] = [];
  for (const each of cards) {
    if (first.length === count) break;
    first.push(each);
  }
  return first;
}

function someCards(count: number): readonly Summary[] {
  return Array.from({ length: count }, (_, i) =>
    card(`n${i}`, {
      createdAtMs: 1_000 + i,
      updatedAtMs: 2_000 + i,
      fileCrc: 7_000 + i,
      priority: 1 + (i % 3),
      phase: `M${i % 7}`,
      idempotencyKey: i % 3 === 0 ? `key${i}` : null,
      dependsOn: i % 2 === 0 ? [`n${i + 1}`] : [],
      ...(i % 40 === 1 ? { status: 'claimed', claimOwner: 'one', claimedAtMs: 2_000, claimTtlSeconds: 3 } : {}),
      ...(i % 40 === 3 ? { notBeforeMs: 8_000 } : {}),
    }),
  );
}

function indexOf(cards: readonly Summary[]): CardIndex {
  const index = CardIndex.empty();
  for (const each of cards) index.put(each);
  return index;
}
