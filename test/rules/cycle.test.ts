/** Cycles among dependencies, held against plain reachability on random graphs. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCycle, findCyclesIn, findCycleThrough, type Dependencies } from '../../src/card/cycle.ts';

const SIZE = 7;
const IDS = Array.from({ length: SIZE }, (_, index) => `n${index}`);

type Edge = readonly [from: string, to: string];

const someEdge: fc.Arbitrary<Edge> = fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(...IDS));
const someEdges: fc.Arbitrary<readonly Edge[]> = fc.array(someEdge, { maxLength: 14 });

function dependenciesOf(edges: readonly Edge[]): Dependencies {
  return (id) => edges.filter(([from]) => from === id).map(([, to]) => to);
}

/** The number of edges on a shortest way of at least one edge; Infinity where there is none. */
function distances(edges: readonly Edge[]): (from: string, to: string) => number {
  const known = new Map(edges.map(([from, to]) => [`${from} ${to}`, 1]));
  const distance = (from: string, to: string): number => known.get(`${from} ${to}`) ?? Infinity;
  for (const via of IDS) {
    for (const from of IDS) {
      for (const to of IDS) {
        const length = distance(from, via) + distance(via, to);
        if (length < distance(from, to)) known.set(`${from} ${to}`, length);
      }
    }
  }
  return distance;
}

function expectCycle(cycle: readonly string[], edges: readonly Edge[]): void {
  expect(cycle.length).toBeGreaterThanOrEqual(2);
  expect(cycle.at(-1)).toBe(cycle[0]);
  expect(new Set(cycle.slice(1)).size).toBe(cycle.length - 1);
  for (const [index, from] of cycle.slice(0, -1).entries()) {
    expect(edges).toContainEqual([from, cycle[index + 1]]);
  }
}

/** Fails the test when the edges of one card are asked for a second time. */
function once(dependsOn: Dependencies): Dependencies {
  const asked = new Set<string>();
  return (id) => {
    expect(asked).not.toContain(id);
    asked.add(id);
    return dependsOn(id);
  };
}

describe('a new edge', () => {
  it('from a card to itself is a cycle of one', () => {
    expect(findCycle('a', 'a', () => [])).toEqual(['a', 'a']);
  });

  it('that closes a cycle gets it named from end to end', () => {
    const dependsOn = dependenciesOf([
      ['b', 'c'],
      ['c', 'd'],
      ['d', 'a'],
    ]);
    expect(findCycle('a', 'b', dependsOn)).toEqual(['a', 'b', 'c', 'd', 'a']);
  });

  it('to an id that nobody knows closes none', () => {
    expect(findCycle('a', 'nowhere', dependenciesOf([['b', 'a']]))).toBeNull();
  });

  it('gets the same answer when it is already there', () => {
    const edges: Edge[] = [
      ['b', 'c'],
      ['c', 'a'],
    ];
    expect(findCycle('a', 'b', dependenciesOf([...edges, ['a', 'b']]))).toEqual(['a', 'b', 'c', 'a']);
  });

  it('closes a cycle exactly when its end already leads to its beginning, and a shortest one is named', () => {
    fc.assert(
      fc.property(someEdges, someEdge, (edges, [from, to]) => {
        const cycle = findCycle(from, to, once(dependenciesOf(edges)));
        const wayBack = from === to ? 0 : distances(edges)(to, from);
        expect(cycle === null ? Infinity : cycle.length - 2).toBe(wayBack);
        expect(cycle?.slice(0, 2) ?? [from, to]).toEqual([from, to]);
        if (cycle !== null) expectCycle(cycle, [...edges, [from, to]]);
      }),
    );
  });

  it('at the end of a chain of 100,000 cards is judged without running out of stack', () => {
    const last = 100_000;
    const chain: Dependencies = (id) => (Number(id) < last ? [String(Number(id) + 1)] : []);
    expect(findCycle(String(last), '0', chain)).toHaveLength(last + 2);
    expect(findCycle('-1', '0', chain)).toBeNull();
  });
});

describe('a card', () => {
  it('lies on a cycle exactly when it leads back to itself, and a shortest one is named', () => {
    fc.assert(
      fc.property(someEdges, fc.constantFrom(...IDS), (edges, id) => {
        const cycle = findCycleThrough(id, once(dependenciesOf(edges)));
        const length = distances(edges)(id, id);
        expect(cycle === null ? Infinity : cycle.length - 1).toBe(length);
        expect(cycle?.[0] ?? id).toBe(id);
        if (cycle !== null) expectCycle(cycle, edges);
      }),
    );
  });
});

describe('a whole backlog', () => {
  it('without cycles has none', () => {
    const edges: Edge[] = [
      ['n0', 'n1'],
      ['n0', 'n2'],
      ['n1', 'n3'],
      ['n2', 'n3'],
    ];
    expect(findCyclesIn(IDS, dependenciesOf(edges))).toEqual([]);
  });

  it('has one cycle named for each group of cards that wait for each other', () => {
    fc.assert(
      fc.property(someEdges, fc.shuffledSubarray(IDS, { minLength: SIZE }), (edges, ids) => {
        const distance = distances(edges);
        const cycles = findCyclesIn(ids, dependenciesOf(edges));
        for (const cycle of cycles) expectCycle(cycle, edges);

        const groupOf = (id: string): string =>
          IDS.filter((other) => distance(id, other) < Infinity && distance(other, id) < Infinity).join(' ');
        const groups = new Set(IDS.filter((id) => distance(id, id) < Infinity).map(groupOf));
        const named = cycles.map((cycle) => groupOf(cycle[0] ?? ''));
        expect(named.toSorted()).toEqual([...groups].toSorted());
      }),
    );
  });

  it('is searched beyond the ids it is asked about', () => {
    const dependsOn = dependenciesOf([
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'b'],
    ]);
    expect(findCyclesIn(['a'], dependsOn)).toEqual([['b', 'c', 'b']]);
  });

  it('in a ring of 100,000 cards, or a chain of them, is searched in passable time', () => {
    const size = 100_000;
    const ids = Array.from({ length: size }, (_, index) => String(index));
    const ring: Dependencies = (id) => [String((Number(id) + 1) % size)];
    expect(findCyclesIn(ids, ring).map((cycle) => cycle.length)).toEqual([size + 1]);
    const chain: Dependencies = (id) => (Number(id) + 1 < size ? [String(Number(id) + 1)] : []);
    expect(findCyclesIn(ids, chain)).toEqual([]);
  });
});
