/** Which cards a filter finds: everything it names must fit. */
import { describe, expect, it } from 'vitest';
import { type CardFilter, isMatch, isWork } from '../../src/card/match.ts';
import { aClaimedCard } from './given.ts';

const card = aClaimedCard({ body: 'Both SIDES,\ntwice.', phase: 'M1', labels: ['garden', 'paint'] });

const FINDS: readonly CardFilter[] = [
  {},
  { phase: 'M1' },
  { label: 'paint' },
  { phase: 'M1', label: 'garden' },
  { status: 'claimed' },
  { owner: 'coder0' },
  { text: 'fence' },
  { text: 'a4' },
  { text: 'BOTH   fence' },
  { text: 'sides' },
  { phase: 'M1', label: 'paint', status: 'claimed', owner: 'coder0', text: 'paint' },
];

const MISSES: readonly CardFilter[] = [
  { phase: 'M2' },
  { phase: '' },
  { label: 'pain' },
  { phase: 'M1', label: 'other' },
  { phase: 'M2', label: 'paint' },
  { status: 'ready' },
  { owner: 'coder1' },
  { text: 'gate' },
  { text: 'fence gate' },
  { text: 'fencea4' },
  { text: 'null' },
  { phase: 'M2', text: 'fence' },
  { status: 'ready', owner: 'coder0', text: 'fence' },
];

describe('a filter', () => {
  it.each(FINDS)('finds the card: %o', (filter) => {
    expect(isMatch(card, filter)).toBe(true);
  });

  it.each(MISSES)('does not find the card: %o', (filter) => {
    expect(isMatch(card, filter)).toBe(false);
  });

  it('looks for words in a card without a body, too', () => {
    const bare = { ...card, body: null };
    expect(isMatch(bare, { text: 'fence' })).toBe(true);
    for (const text of ['null', 'undefined', 'here']) expect(isMatch(bare, { text })).toBe(false);
  });

  it('for a claim goes by phase and label alone', () => {
    expect(isWork(card, { phase: 'M1', label: 'paint' })).toBe(true);
    expect(isWork(card, { phase: 'M2', label: 'paint' })).toBe(false);
    expect(isWork(card, { phase: 'M1', label: 'wood' })).toBe(false);
    expect(isWork({ ...card, phase: null }, {})).toBe(true);
  });
});
