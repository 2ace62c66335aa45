/** The rules of messages: what may be sent, and when a screen shows that it has arrived. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMessage, hasArrived, tracesOf } from '../../../src/fleet/terminal/message.ts';

function arrives(text: string, before: readonly string[], after: readonly string[]): boolean {
  return hasArrived(tracesOf(text, before), tracesOf(text, after));
}

describe('a message has arrived', () => {
  it.each([
    ['it stands there', 'fix the tests', ['> '], ['> fix the tests']],
    [
      'it is folded in a box',
      'fix the tests, please',
      ['│ > │'],
      ['│ > fix the te │', '│   sts, plea  │', '│   se│ │'],
    ],
    ['it stands there once more', 'go', ['go', '> '], ['go', '> go']],
    ['it takes the place of a hint that holds it', 'y', ['> try anything'], ['> tr nothing', '> y']],
    ['its end is all that is seen', `${'x'.repeat(500)} the end`, [], [`…${'x'.repeat(80)} the end`]],
    ['a mark stands for it', 'one\ntwo', ['> '], ['> [Pasted text #1 +1 lines]']],
    [
      'another mark stands for it',
      'one\ntwo',
      ['[Pasted text #1]'],
      ['[Pasted text #1]', '> [Pasted Content 7 chars]'],
    ],
    ['it is written with accents of its own', 'gr\u00f6\u00dfer', [], ['gro\u0308\u00dfer']],
  ])('when %s', (_, text, before, after) => {
    expect(arrives(text, before, after)).toBe(true);
  });

  it.each([
    ['nothing has changed', 'go', ['go'], ['go']],
    ['something else has', 'fix the tests', ['> '], ['> thinking']],
    ['a part of it is missing at the end', 'fix the tests', ['> '], ['> fix the']],
    ['a mark was there before', 'one\ntwo', ['> [Pasted text #1]'], ['  > [Pasted text #1] ']],
  ])('not when %s', (_, text, before, after) => {
    expect(arrives(text, before, after)).toBe(false);
  });

  it('however the screen folds and indents it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme-ascii', minLength: 1 }),
        fc.integer({ min: 1, max: 40 }),
        (text, fold) => {
          fc.pre(checkMessage(text).kind === 'message');
          const rows = text.match(new RegExp(`.{1,${fold}}`, 'gs')) ?? [];
          expect(
            arrives(
              text,
              [],
              rows.map((row) => `│ ${row}  │`),
            ),
          ).toBe(true);
        },
      ),
    );
  });
});

describe('a message', () => {
  it('ends before the line breaks at its end, and those of another system are the same', () => {
    expect(checkMessage('one\r\ntwo\r\n\n')).toEqual({ kind: 'message', text: 'one\ntwo' });
  });

  it('is refused when it is more than a terminal should be given', () => {
    expect(checkMessage('x'.repeat(1_000_001))).toEqual({
      kind: 'refused',
      reason: 'The message has 1000001 characters, and 1000000 are the most',
    });
  });

  it('is refused when it is no Unicode', () => {
    expect(checkMessage('half \ud83d').kind).toBe('refused');
  });

  it('holds no key', () => {
    const keys = [...Array(32).keys(), 127, ...Array.from({ length: 32 }, (_, at) => 128 + at)];
    const allowed = keys.filter((code) => checkMessage(`a${String.fromCharCode(code)}b`).kind === 'message');
    expect(allowed).toEqual([9, 10]);
  });
});
