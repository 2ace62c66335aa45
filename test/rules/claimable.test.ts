/** Which cards can be claimed now, and what stands in the way of the others. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Card } from '../../src/card/card.ts';
import { isClaimable, obstaclesOf, type DependencyState } from '../../src/card/claimable.ts';
import { toTimestamp } from '../../src/card/time.ts';
import { aCard, aClaimedCard, NOW_MS, someMs, someStatus } from './given.ts';

function obstacles(card: Card, dependencies: Record<string, DependencyState> = {}): unknown {
  return obstaclesOf(card, (id) => dependencies[id] ?? { state: 'missing' }, NOW_MS);
}

describe('a card', () => {
  it('that is ready and waits for nothing can be claimed', () => {
    expect(obstacles(aCard())).toEqual([]);
  });

  it('that is held names its holder and until when', () => {
    const expiresAt = toTimestamp(NOW_MS + 840_000);
    expect(obstacles(aClaimedCard())).toEqual([{ kind: 'claimed', owner: 'coder0', expiresAt }]);
    expect(obstacles(aClaimedCard({ claimOwner: null }))).toEqual([{ kind: 'claimed', owner: '', expiresAt }]);
  });

  it('whose claim has run out is held until that claim is taken back', () => {
    const card = aClaimedCard({ claimedAt: toTimestamp(NOW_MS - 901_000) });
    expect(obstacles(card)).toEqual([{ kind: 'claimed', owner: 'coder0', expiresAt: toTimestamp(NOW_MS - 1000) }]);
  });

  it('that is blocked gives the reason', () => {
    expect(obstacles(aCard({ status: 'blocked', statusReason: 'Waits for legal.' }))).toEqual([
      { kind: 'blocked', reason: 'Waits for legal.' },
    ]);
  });

  it('that is done says only that', () => {
    const card = aCard({ status: 'done', dependsOn: ['B'], notBefore: toTimestamp(NOW_MS + 1) });
    expect(obstacles(card)).toEqual([{ kind: 'done' }]);
  });

  it('waits until the very millisecond of its date, and no longer', () => {
    const notBefore = toTimestamp(NOW_MS + 1);
    expect(obstacles(aCard({ notBefore }))).toEqual([{ kind: 'not-before', notBefore }]);
    expect(obstacles(aCard({ notBefore: toTimestamp(NOW_MS) }))).toEqual([]);
  });

  it('with a date that cannot be read is not claimable, and shows the date', () => {
    const card = aCard({ notBefore: 'next spring' });
    expect(obstacles(card)).toEqual([{ kind: 'not-before', notBefore: 'next spring' }]);
    expect(isClaimable(card, () => ({ state: 'missing' }), NOW_MS)).toBe(false);
  });

  it('names every dependency that is not done, in order and once', () => {
    const card = aCard({ dependsOn: ['open', 'done', 'gone', 'torn', 'open'] });
    const states: Record<string, DependencyState> = {
      open: { state: 'known', status: 'claimed' },
      done: { state: 'known', status: 'done' },
      torn: { state: 'damaged', reason: 'line 3 is not JSON' },
    };
    expect(obstacles(card, states)).toEqual([
      { kind: 'dependency', id: 'open', status: 'claimed' },
      { kind: 'dependency-missing', id: 'gone' },
      { kind: 'dependency-damaged', id: 'torn', reason: 'line 3 is not JSON' },
    ]);
  });

  it('that is blocked and waits too says both', () => {
    const card = aCard({ status: 'blocked', notBefore: toTimestamp(NOW_MS + 1), dependsOn: ['gone'] });
    expect(obstacles(card)).toMatchObject([
      { kind: 'blocked' },
      { kind: 'not-before' },
      { kind: 'dependency-missing' },
    ]);
  });
});

const IDS = ['a', 'b', 'c', 'd', 'e'];
const someDependency: fc.Arbitrary<DependencyState> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ state: fc.constant('known' as const), status: fc.constant('done' as const) }) },
  fc.record({ state: fc.constant('known' as const), status: someStatus }),
  fc.constant<DependencyState>({ state: 'missing' }),
  fc.constant<DependencyState>({ state: 'damaged', reason: 'empty file' }),
);
const someWorld: fc.Arbitrary<readonly DependencyState[]> = fc.array(someDependency, {
  minLength: IDS.length,
  maxLength: IDS.length,
});

describe('claimability', () => {
  it('is what the definition says, on any card in any surroundings', () => {
    const someCard = fc.record({
      status: someStatus,
      notBefore: fc.option(fc.oneof(someMs.map(toTimestamp), fc.constant('not a time'))),
      dependsOn: fc.array(fc.constantFrom(...IDS), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(someCard, someWorld, (fields, world) => {
        const card = aCard(fields);
        const dependencyState = (id: string): DependencyState => world[IDS.indexOf(id)] ?? { state: 'missing' };

        const doneIds = IDS.filter((id) => JSON.stringify(dependencyState(id)).includes('"done"'));
        const isDue = fields.notBefore === null || Date.parse(fields.notBefore) <= NOW_MS;
        const expected = fields.status === 'ready' && isDue && fields.dependsOn.every((id) => doneIds.includes(id));

        expect(isClaimable(card, dependencyState, NOW_MS)).toBe(expected);
        expect(obstaclesOf(card, dependencyState, NOW_MS).length === 0).toBe(expected);
      }),
    );
  });

  it('is claimable when all that it depends on is done', () => {
    const done = (): DependencyState => ({ state: 'known', status: 'done' });
    expect(isClaimable(aCard({ dependsOn: ['B', 'C'] }), done, NOW_MS)).toBe(true);
  });

  it('asks for no dependency of a card that cannot be claimed anyway', () => {
    const never = (): DependencyState => expect.fail('A dependency was looked up for nothing.');
    expect(isClaimable(aCard({ status: 'blocked', dependsOn: ['B'] }), never, NOW_MS)).toBe(false);
    expect(isClaimable(aCard({ notBefore: toTimestamp(NOW_MS + 1), dependsOn: ['B'] }), never, NOW_MS)).toBe(false);
  });
});
