/** "Did you mean …?": which words are near enough to be meant, and which of them comes first. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostSimilar } from '../../src/card/similar.ts';

describe('of the known words, those are meant that', () => {
  it.each([
    ['are the same but for case', 'CLAIM', ['claim'], ['claim']],
    ['lack a letter', 'clam', ['claim'], ['claim']],
    ['have one too many', 'claiim', ['claim'], ['claim']],
    ['have another one', 'cleim', ['claim'], ['claim']],
    ['have two neighbours swapped', 'calim', ['claim'], ['claim']],
    ['have the first two swapped', 'lcaim', ['claim'], ['claim']],
    ['are one letter off, however short', 'ab', ['ac'], ['ac']],
    ['are two off in six', 'friend', ['frxexd'], ['frxexd']],
    ['are as far off as may be, and no further', 'abcdef', ['abxyef', 'axyzef'], ['abxyef']],
    ['are not much longer, and not much shorter', 'abc', ['abcd', 'ab', 'abcde', 'a'], ['ab', 'abcd']],
    ['only share a letter, each at another end', 'xb', ['by'], []],
    ['only share a letter, each at the other end', 'ab', ['ca'], []],
    ['are near at all', 'claim', ['zebra', 'x', ''], []],
  ])('%s', (_what, word, known, meant) => {
    expect(mostSimilar(word, known)).toEqual(meant);
  });

  it('come best first, then by the alphabet, and are three at most', () => {
    expect(mostSimilar('abcdef', ['abcdxy', 'abcdex', 'abcdef', 'zbcdef', 'abcdez'])).toEqual([
      'abcdef',
      'abcdex',
      'abcdez',
    ]);
    expect(mostSimilar('abcdef', ['abcdez', 'abcdex'])).toEqual(['abcdex', 'abcdez']);
  });
});

describe('how far two words are from one another', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 7 });

  /** The same, from its definition: the shortest way by one letter more, less or other, or two neighbours swapped. */
  function errors(a: string, b: string): number {
    if (a === '' || b === '') return a.length + b.length;
    const swapped = a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1);
    return Math.min(
      errors(a.slice(0, -1), b) + 1,
      errors(a, b.slice(0, -1)) + 1,
      errors(a.slice(0, -1), b.slice(0, -1)) + (a.at(-1) === b.at(-1) ? 0 : 1),
      swapped ? errors(a.slice(0, -2), b.slice(0, -2)) + 1 : Infinity,
    );
  }

  it('decides whether one is meant', () => {
    fc.assert(
      fc.property(words, words, (word, known) => {
        const limit = Math.max(1, Math.floor(word.length / 3));
        expect(mostSimilar(word, [known])).toEqual(errors(word, known) <= limit ? [known] : []);
      }),
      { numRuns: 300 },
    );
  });
});
