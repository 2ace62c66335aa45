/** The floors of src/ hold: who imports whom, which package lives where. */
import { describe, expect, it } from 'vitest';
import { violationsOf } from './rooms.ts';
import { parseSource, readSources } from './source.ts';

const sources = readSources('src');

describe('every file of src/', () => {
  it('imports only what its room may import', () => {
    expect(sources.flatMap(violationsOf)).toEqual([]);
  });

  it('is no barrel: only src/index.ts hands on what others export', () => {
    const barrels = sources.filter(({ path, onlyReexports }) => onlyReexports || path.endsWith('/index.ts'));
    expect(barrels.map(({ path }) => path).filter((path) => path !== 'src/index.ts')).toEqual([]);
  });
});

describe('the rules notice', () => {
  const broken = (path: string, text: string): readonly string[] => violationsOf(parseSource(path, text));

  it.each([
    ['a module of Node in a pure room', 'src/card/a.ts', "import { readFileSync } from 'node:fs';"],
    ['a module of Node without its prefix', 'src/disk/a.ts', "import { readFileSync } from 'fs';"],
    ['a room above, even for its types alone', 'src/disk/a.ts', "import type { Card } from '../card/card.ts';"],
    ['a room above, in a type', 'src/disk/a.ts', "let card: import('../card/card.ts').Card;"],
    ['a room above, loaded late', 'src/backlog/a.ts', "await import('../cli/main.ts');"],
    ['a store behind the back of the backlog', 'src/cli/a.ts', "import { x } from '../backlog/files/x.ts';"],
    ['a package in a room that is not its own', 'src/cli/a.ts', "import * as z from 'zod/mini';"],
    ['a package that has no room', 'src/cli/a.ts', "import chalk from 'chalk';"],
    ['the public entry, used inside', 'src/cli/a.ts', "export { MosaicError } from '../index.ts';"],
    ['a room without a floor', 'src/attic/a.ts', 'export const a = 1;'],
    ['a file outside src/', 'src/cli/a.ts', "import '../../test/a.ts';"],
    ['a relative import without its ending', 'src/cli/a.ts', "import { b } from './b.js';"],
  ])('%s', (_what, path, text) => {
    expect(broken(path, text)).toHaveLength(1);
  });

  it('and say which file, which line and which rule', () => {
    expect(broken('src/disk/a.ts', "\nimport type { Card } from '../card/card.ts';")).toEqual([
      'src/disk/a.ts:2 imports ../card/card.ts, but disk/ may import host/ and not card/ (test/house/rooms.ts).',
    ]);
  });
});
