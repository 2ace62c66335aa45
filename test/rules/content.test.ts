/** New cards, their fields and their edges. */
import { describe, expect, it } from 'vitest';
import { link, newCard, unlink, update } from '../../src/card/content.ts';
import { toTimestamp } from '../../src/card/time.ts';
import { aCard, aClaimedCard, changedCard, NOW_MS } from './given.ts';

const NOW = toTimestamp(NOW_MS);

describe('a new card', () => {
  it('has every field, and the defaults where nothing was said', () => {
    expect(newCard({ id: 'A4', title: 'Paint the fence' }, NOW_MS)).toEqual({
      id: 'A4',
      title: 'Paint the fence',
      body: null,
      phase: null,
      priority: 0,
      status: 'ready',
      dependsOn: [],
      claimOwner: null,
      claimTtlSeconds: null,
      claimedAt: null,
      attempts: 0,
      idempotencyKey: null,
      acceptance: null,
      createdAt: NOW,
      updatedAt: NOW,
      rev: 1,
      labels: [],
      maxAttempts: null,
      notBefore: null,
      statusReason: null,
      result: null,
    });
  });

  it('takes everything that is said', () => {
    const fields = {
      id: 'A4',
      title: 'Paint the fence',
      body: 'Both sides.',
      phase: 'M1',
      priority: -3,
      status: 'blocked',
      dependsOn: ['A2'],
      idempotencyKey: 'key',
      acceptance: ['dry'],
      labels: ['garden'],
      maxAttempts: 3,
      notBefore: toTimestamp(NOW_MS + 1),
      statusReason: 'Waits for paint.',
    } as const;
    expect(newCard(fields, NOW_MS)).toMatchObject(fields);
  });

  it('has each label and each dependency once', () => {
    const card = newCard({ id: 'A', title: 'A', dependsOn: ['C', 'B', 'C'], labels: ['y', 'x', 'y'] }, NOW_MS);
    expect(card).toMatchObject({ dependsOn: ['C', 'B'], labels: ['y', 'x'] });
  });

  it('shares no list with what it was made from', () => {
    const dependsOn = ['B'];
    const card = newCard({ id: 'A', title: 'A', dependsOn }, NOW_MS);
    dependsOn.push('C');
    expect(card.dependsOn).toEqual(['B']);
  });
});

describe('update', () => {
  it('changes what is given and nothing else', () => {
    const card = aClaimedCard({ body: 'Both sides.', phase: 'M1' });
    expect(update(card, { title: 'Other', body: null, priority: 7, labels: ['x', 'x'] }, NOW_MS)).toEqual({
      kind: 'changed',
      change: 'updated',
      card: { ...card, title: 'Other', body: null, priority: 7, labels: ['x'], rev: 2, updatedAt: NOW },
    });
  });

  it.each([
    { title: 'Other' },
    { body: 'Other' },
    { phase: 'Other' },
    { priority: 1 },
    { labels: ['other'] },
    { acceptance: { other: true } },
    { maxAttempts: 2 },
    { notBefore: NOW },
  ])('changes %o alone', (fields) => {
    const card = aCard({ labels: ['there before'] });
    expect(changedCard(update(card, fields, NOW_MS))).toEqual({ ...card, ...fields, rev: 2, updatedAt: NOW });
  });

  it('that says what the card already says returns that very card', () => {
    const card = aCard({ acceptance: { a: 1, b: [2] }, labels: ['x'] });
    const outcome = update(
      card,
      { title: card.title, acceptance: { b: [2], a: 1 }, labels: ['x'], phase: null },
      NOW_MS,
    );
    expect(outcome).toEqual({ kind: 'unchanged', card });
  });

  it('on condition of a revision that has passed is refused, also where nothing would differ', () => {
    const card = aCard({ rev: 5 });
    const refusal = { code: 'REVISION_CONFLICT', id: 'A4', expectedRev: 4, rev: 5 };
    expect(update(card, { rev: 4, title: 'Other' }, NOW_MS)).toEqual({ kind: 'refused', refusal });
    expect(update(card, { rev: 4 }, NOW_MS)).toEqual({ kind: 'refused', refusal });
    expect(update(card, { rev: 5, title: 'Other' }, NOW_MS).kind).toBe('changed');
  });

  it('cannot reach the life of the card or its identity', () => {
    const card = aCard();
    const smuggled = { id: 'B', status: 'done', attempts: 9, createdAt: NOW, title: card.title };
    expect(update(card, smuggled, NOW_MS)).toEqual({ kind: 'unchanged', card });
  });
});

describe('an edge', () => {
  it('is added at the end and taken away again', () => {
    const linked = changedCard(link(aCard({ dependsOn: ['B'] }), 'C', NOW_MS));
    expect(linked).toMatchObject({ dependsOn: ['B', 'C'], rev: 2, updatedAt: NOW });
    expect(unlink(linked, 'B', NOW_MS)).toMatchObject({ change: 'unlinked', card: { dependsOn: ['C'], rev: 3 } });
  });

  it('that is there, or is gone, changes nothing', () => {
    const card = aCard({ dependsOn: ['B'] });
    expect(link(card, 'B', NOW_MS)).toEqual({ kind: 'unchanged', card });
    expect(unlink(card, 'C', NOW_MS)).toEqual({ kind: 'unchanged', card });
  });
});
