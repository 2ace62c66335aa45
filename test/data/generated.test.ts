/** Generated cards, the same ones every time: the ground that real ones cover, and ties and alphabets besides. */
import { describe, expect, test } from 'vitest';
import { generatedCards } from './generated.ts';
import { journey } from './journey.ts';

describe('generated cards', () => {
  for (const seed of [1, 2, 3]) {
    test(
      `of seed ${seed} come in, are listed, claimed in the right order, and go out again without loss`,
      {
        timeout: 120_000,
      },
      async () => {
        await journey(generatedCards(seed, 250));
      },
    );
  }

  test('are the same for the same seed, and cover what they are for', () => {
    const cards = generatedCards(7, 400);
    expect(cards.map((card) => card.id)).toEqual(generatedCards(7, 400).map((card) => card.id));
    expect(new Set(cards.map((card) => card.status))).toEqual(new Set([undefined, 'done', 'blocked', 'claimed']));
    expect(cards.some((card) => card.dependsOn?.some((id) => id.startsWith('nowhere')))).toBe(true);
    expect(new Set(cards.map((card) => `${card.priority} ${card.createdAt}`)).size).toBeLessThan(cards.length);
  });
});
