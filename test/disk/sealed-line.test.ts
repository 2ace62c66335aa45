/** A line that proves itself. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLine, sealLine } from '../../src/disk/sealed-line.ts';

describe('a sealed line', () => {
  it('gives back the object that was sealed', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (object) => {
        fc.pre(!Object.hasOwn(object, 'sum') && !Object.hasOwn(object, '__proto__'));
        expect(openLine(sealLine(JSON.stringify(object)))).toMatchObject(JSON.parse(JSON.stringify(object)));
      }),
    );
  });

  it('that is cut short anywhere is not whole', () => {
    const line = sealLine(JSON.stringify({ seq: 1, left: 0, title: 'A card – with a dash' }));
    for (let length = 0; length < line.length; length += 1) expect(openLine(line.slice(0, length))).toBeNull();
  });

  it('in which one character has changed is not whole', () => {
    const line = sealLine(JSON.stringify({ seq: 1, left: 0 }));
    for (let at = 0; at < line.length; at += 1) {
      const other = String.fromCodePoint((line.codePointAt(at) ?? 0) ^ 1);
      expect(openLine(line.slice(0, at) + other + line.slice(at + 1))).toBeNull();
    }
  });
});
