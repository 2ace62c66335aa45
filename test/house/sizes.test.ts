/** Files, functions and rooms stay small enough to be read in one go; every exception gives its reason here. */
import { describe, expect, it } from 'vitest';
import { parseSource, readSources, type Source } from './source.ts';

/** About 300, about 70, about a dozen: the limits leave a little room, so that nobody trims a line to pass. */
const FILE_LINES = 320;
const FUNCTION_LINES = 75;
const ROOM_FILES = 15;

/** Files that may be longer, and why. */
const LONG_FILES: Readonly<Record<string, string>> = {};

/** Functions that may be longer, as `file#name`, and why. */
const LONG_FUNCTIONS: Readonly<Record<string, string>> = {};

/** Folders that may hold more files, and why. */
const LARGE_ROOMS: Readonly<Record<string, string>> = {
  'src/cli/backlog': 'One file for every command: the folder is as long as the list of commands.',
};

const program = readSources('src', 'bin', '.ci');
const tests = readSources('test');

describe('every file', () => {
  it(`has at most ${FILE_LINES} lines`, () => {
    expect([...program, ...tests].filter(isTooLong).map(({ path, lines }) => `${path} has ${lines} lines.`)).toEqual(
      [],
    );
  });

  it('begins with a comment that says what it is for', () => {
    const silent = [...program, ...tests].filter(({ beginsWithComment }) => !beginsWithComment);
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('leaves nothing to be done in a comment', () => {
    const marker = /\b(TODO|FIXME|XXX|HACK)\b/;
    const unfinished = [...program, ...tests].filter(({ comments }) => comments.some((text) => marker.test(text)));
    expect(unfinished.map(({ path }) => path)).toEqual([]);
  });
});

describe('every function of the program', () => {
  it(`has at most ${FUNCTION_LINES} lines`, () => {
    expect(program.flatMap(longFunctionsOf)).toEqual([]);
  });
});

describe('every room', () => {
  it(`holds at most ${ROOM_FILES} files`, () => {
    const files = new Map<string, number>();
    for (const { path } of program) {
      const folder = path.slice(0, path.lastIndexOf('/'));
      files.set(folder, (files.get(folder) ?? 0) + 1);
    }
    const crowded = [...files].filter(([folder, count]) => count > ROOM_FILES && !(folder in LARGE_ROOMS));
    expect(crowded.map(([folder, count]) => `${folder}/ holds ${count} files.`)).toEqual([]);
  });
});

describe('the limits notice', () => {
  it('a long function, by the name a reader knows it by', () => {
    const body = '\n'.repeat(FUNCTION_LINES);
    const source = parseSource('src/a.ts', `class A { long(): void {${body}} }\nconst late = () => {${body}};`);
    expect(longFunctionsOf(source)).toEqual([
      `src/a.ts:1 long has ${FUNCTION_LINES + 1} lines.`,
      `src/a.ts:${FUNCTION_LINES + 2} late has ${FUNCTION_LINES + 1} lines.`,
    ]);
  });

  it('an exception for a file that is gone', () => {
    const known = new Set([...program, ...tests].map(({ path }) => path));
    const named = [...Object.keys(LONG_FILES), ...Object.keys(LONG_FUNCTIONS).map((key) => key.replace(/#.*/, ''))];
    expect(named.filter((path) => !known.has(path))).toEqual([]);
  });
});

function isTooLong({ path, lines }: Source): boolean {
  return lines > FILE_LINES && !(path in LONG_FILES);
}

function longFunctionsOf({ path, functions }: Source): readonly string[] {
  return functions
    .filter(({ name, lines }) => lines > FUNCTION_LINES && !(`${path}#${name}` in LONG_FUNCTIONS))
    .map(({ name, line, lines }) => `${path}:${line} ${name} has ${lines} lines.`);
}
