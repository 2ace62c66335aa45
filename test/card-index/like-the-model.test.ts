/**
 * Whatever is put, removed, encoded and decoded, in whatever order: every answer is the one of the plain model.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CardIndex } from '../../src/backlog/files/card-index/card-index.ts';
import type { Summary } from '../../src/backlog/files/card-index/summary.ts';
import { MANY, anyCard, anyFilter, anyId, anyKey, anyMoment, bytesOf, card } from './cards.ts';
import { ModelIndex } from './model.ts';

/** A step changes both, or compares them. The index may be another one afterwards. */
type Step = (index: CardIndex, model: ModelIndex) => CardIndex;

/** Shows what a step was about when the test fails. */
function step(name: string, about: unknown, run: Step): Step {
  return Object.assign(run, { [fc.toStringMethod]: () => `${name} ${fc.stringify(about)}` });
}

const put = anyCard.map((some) =>
  step('put', some, (index, model) => {
    index.put(some);
    model.put(some);
    return index;
  }),
);

/** What most changes are: the same card with another status. */
const change = fc
  .record({ id: anyId, fields: anyCard, pick: fc.constantFrom('status', 'claim', 'edges', 'priority', 'phase', 'key') })
  .map(({ id, fields, pick }) =>
    step('change', [id, someOf(fields, pick)], (index, model) => {
      const known = model.get(id);
      if (known === null) return index;
      const changed = { ...known, ...someOf(fields, pick) };
      index.put(changed);
      model.put(changed);
      return index;
    }),
  );

const remove = anyId.map((id) =>
  step('remove', id, (index, model) => {
    index.remove(id);
    model.remove(id);
    return index;
  }),
);

const encode = fc.constant(
  step('encode', null, (index) => {
    index.encode();
    return index;
  }),
);

const reopen = fc.constant(
  step('reopen', null, (index) => {
    const again = CardIndex.decode(bytesOf(index));
    if (again === null) throw new Error('What was encoded did not decode.');
    return again;
  }),
);

const reopenInPages = fc.constant(
  step('reopen in pages', null, (index) => {
    const bytes = bytesOf(index);
    const again = CardIndex.decodeInPages(bytes.length, (into, position) => {
      const there = bytes.subarray(position, position + into.length);
      into.set(there);
      return there.length;
    });
    if (again === null) throw new Error('What was encoded did not decode.');
    return again;
  }),
);

const askAboutTime = fc.tuple(anyMoment, anyFilter).map(([nowMs, filter]) =>
  step('ask', [nowMs, filter], (index, model) => {
    expect([...index.claimable(nowMs, filter)]).toEqual(model.claimable(nowMs, filter));
    expect(index.claimable(nowMs, filter).next().value ?? null).toEqual(model.claimable(nowMs, filter)[0] ?? null);
    expect(index.expired(nowMs)).toEqual(model.expired(nowMs));
    expect(index.claimedAhead(nowMs)).toEqual(model.claimedAhead(nowMs));
    expect(index.nextMomentMs(nowMs)).toBe(model.nextMomentMs(nowMs));
    return index;
  }),
);

const askAboutId = fc.tuple(anyId, anyKey).map(([id, key]) =>
  step('ask', [id, key], (index, model) => {
    expect(index.get(id)).toEqual(model.get(id));
    expect(index.dependents(id)).toEqual(model.dependents(id));
    expect(index.unmetDependencies(id)).toBe(model.unmetDependencies(id));
    expect(index.idOfIdempotencyKey(key)).toBe(model.idOfIdempotencyKey(key));
    return index;
  }),
);

const askForAll = fc.constant(
  step('ask for all', null, (index, model) => {
    expect([...index.all()]).toEqual(model.all());
    expect(byId(index.open())).toEqual(byId(model.open()));
    expect(index.size).toBe(model.size);
    expect(index.openCount).toBe(model.open().length);
    return index;
  }),
);

const anyStep = fc.oneof(
  { weight: 6, arbitrary: put },
  { weight: 6, arbitrary: change },
  { weight: 2, arbitrary: remove },
  { weight: 1, arbitrary: encode },
  { weight: 1, arbitrary: reopen },
  { weight: 1, arbitrary: reopenInPages },
  { weight: 3, arbitrary: askAboutTime },
  { weight: 2, arbitrary: askAboutId },
  { weight: 1, arbitrary: askForAll },
);

test('every question has the answer of the plain model, whatever came before it', () => {
  fc.assert(
    fc.property(fc.nat(MANY), fc.array(anyStep, { maxLength: 120, size: 'max' }), (count, steps) => {
      const model = new ModelIndex();
      let index = CardIndex.empty();
      for (let i = 0; i < count; i += 1) {
        const plain = card(`n${i}`, { phase: i % 2 === 0 ? 'M1' : 'M2', createdAtMs: i * 100 });
        index.put(plain);
        model.put(plain);
      }
      index.encode();
      for (const next of steps) index = next(index, model);
    }),
    { numRuns: 400 },
  );
});

test('the order in which cards were put does not show in what is decoded', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyCard, { selector: ({ id }) => id, maxLength: 40 }), (cards) => {
      const forth = indexOf(cards);
      const back = indexOf(cards.toReversed());
      expect([...decoded(forth).all()]).toEqual([...decoded(back).all()]);
    }),
  );
});

test('nothing becomes claimable or expires by itself before the next moment, and something does in it', () => {
  fc.assert(
    fc.property(fc.array(anyCard, { maxLength: 30 }), anyMoment, (cards, nowMs) => {
      const index = indexOf(cards);
      const next = index.nextMomentMs(nowMs);
      const now = answersAt(index, nowMs);
      expect(answersAt(index, (next ?? Number.MAX_SAFE_INTEGER) - 0.125)).toEqual(now);
      if (next !== null) expect(answersAt(index, next)).not.toEqual(now);
    }),
  );
});

function someOf(of: Summary, pick: string): Partial<Summary> {
  const { status, archived, claimedAtMs, claimTtlSeconds, notBeforeMs, dependsOn, priority, phase, labels } = of;
  if (pick === 'key') return { idempotencyKey: of.idempotencyKey };
  if (pick === 'status') return { status };
  if (pick === 'claim') return { status: 'claimed', claimedAtMs, claimTtlSeconds };
  if (pick === 'edges') return { dependsOn, archived };
  if (pick === 'priority') return { priority, status: 'ready', notBeforeMs };
  return { phase, labels };
}

function indexOf(cards: readonly Summary[]): CardIndex {
  const index = CardIndex.empty();
  for (const each of cards) index.put(each);
  return index;
}

function decoded(index: CardIndex): CardIndex {
  const again = CardIndex.decode(bytesOf(index));
  if (again === null) throw new Error('What was encoded did not decode.');
  return again;
}

function byId(cards: Iterable<Summary>): readonly Summary[] {
  return [...cards].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function answersAt(index: CardIndex, nowMs: number): { claimable: readonly Summary[]; expired: readonly Summary[] } {
  return { claimable: [...index.claimable(nowMs)], expired: index.expired(nowMs) };
}
