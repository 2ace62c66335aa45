/** How words on the command line become values, and values words: no process is started here. */
import { describe, expect, it } from 'vitest';
import { parseDuration, parseTime } from '../../src/fleet/duration.ts';
import { closest, editDistance } from '../../src/cli/parse/spelling.ts';
import { printable, printableJson, printableLines } from '../../src/cli/print/text/escape.ts';
import { screenOf } from '../../src/cli/print/text/screen.ts';
import { table } from '../../src/cli/print/text/table.ts';
import { fromNow, span } from '../../src/cli/print/text/time.ts';
import { cut, textWidth, wrap } from '../../src/cli/print/text/width.ts';

describe('a duration', () => {
  it.each([
    ['900', 900],
    ['90s', 90],
    ['15m', 900],
    ['4h', 14_400],
    ['2d', 172_800],
    ['1w', 604_800],
    ['0', 0],
    [' 5 m ', 300],
  ])('%j is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '-1', '1.5h', 'h', '5x', '5M', '1h30m', 'PT5M', '99999999999d', '٣s'])('%j is refused', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});

describe('a time', () => {
  const now = Date.UTC(2026, 0, 31, 9, 30);

  it.each([
    ['2026-02-01T00:00:00Z', Date.UTC(2026, 1, 1)],
    ['2026-02-01T02:00:00+02:00', Date.UTC(2026, 1, 1)],
    ['2026-02-01', Date.UTC(2026, 1, 1)],
    ['4h', now + 4 * 3_600_000],
  ])('%j is read', (text, ms) => {
    expect(parseTime(text, now)).toBe(ms);
  });

  it.each(['tomorrow', '', '2026-02-30', '2026-13-01', '1 Feb 2026', '2026-02-01T25:00Z'])('%j is refused', (text) => {
    expect(parseTime(text, now)).toBeNull();
  });
});

describe('did you mean', () => {
  it.each([
    ['complet', 'complete', 1],
    ['cliam', 'claim', 1],
    ['', 'abc', 3],
    ['show', 'show', 0],
  ])('%j and %j are %d apart', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('offers what is close and keeps silent about the rest', () => {
    const known = ['claim', 'create', 'complete', 'list', 'link'];
    expect(closest('cliam', known)).toEqual(['claim']);
    expect(closest('lst', known)).toEqual(['list']);
    expect(closest('comp', known)).toEqual(['complete']);
    expect(closest('frobnicate', known)).toEqual([]);
  });
});

describe('text from a card', () => {
  it('never reaches a terminal with a character the terminal would act on', () => {
    expect(printable('a\x1b[2Jb\x9bc\u202ed\ne\u2028')).toBe(String.raw`a\x1b[2Jb\x9bc\u202ed\ne\u2028`);
    expect(printableLines('a\tb\r\nc\x07')).toEqual(['a    b', String.raw`c\x07`]);
  });

  it('stays the same JSON value when its text is made harmless', () => {
    const value = { title: 'a\u2028b\x9b\u202e\x7f' };
    const text = printableJson(JSON.stringify(value));
    expect(text).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(text)).toEqual(value);
  });

  it.each([
    ['plain', 5],
    ['日本語', 6],
    ['é', 1],
    ['🚀', 2],
    ['👩‍👩‍👧', 2],
    ['❤️', 2],
    ['✓ ○', 3],
    ['한국', 4],
  ])('%j takes %d columns', (text, columns) => {
    expect(textWidth(text)).toBe(columns);
  });

  it('takes as many columns alone as beside a character that makes us look closer', () => {
    const codes = Array.from({ length: 0x2800 }, (_, code) => code).filter((code) => code < 0x900 || code >= 0x2000);
    const different = codes
      .map((code) => String.fromCharCode(code))
      .filter((character) => {
        const isOneOfMany = /[\p{M}\p{C}]/u.test(character);
        return !isOneOfMany && textWidth(character) !== textWidth(`${character}日`) - 2;
      });
    expect(different).toEqual([]);
  });

  it('is cut between characters and never in the middle of one', () => {
    expect(cut('plain text', 6)).toBe('plain…');
    expect(cut('日本語', 4)).toBe('日…');
    expect(cut('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…');
    expect(cut('fits', 4)).toBe('fits');
  });

  it('is wrapped at spaces, and in a word only where the word is longer than the line', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('  indented words', 12)).toEqual(['  indented', '  words']);
    expect(wrap('abcdefghijkl', 8)).toEqual(['abcdefgh', 'ijkl']);
  });
});

describe('time in words', () => {
  it.each([
    [45_000, '45 s'],
    [120_000, '2 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 days'],
  ])('%d milliseconds are %s', (ms, words) => {
    expect(span(ms)).toBe(words);
  });

  it('says which side of now', () => {
    expect([fromNow(0, 0), fromNow(60_000, 0), fromNow(0, 60_000)]).toEqual(['just now', 'in 60 s', '60 s ago']);
  });
});

describe('a screen', () => {
  const terminal = { isTTY: true, columns: 60 };
  const red = (stream: { isTTY?: boolean }, env: Record<string, string>): boolean =>
    screenOf(stream, env).paint.red('x') !== 'x';

  it('is coloured on a terminal only, unless that is asked for or forbidden', () => {
    expect(red(terminal, {})).toBe(true);
    expect(red({}, {})).toBe(false);
    expect(red(terminal, { NO_COLOR: '1' })).toBe(false);
    expect(red(terminal, { NO_COLOR: '' })).toBe(true);
    expect(red(terminal, { TERM: 'dumb' })).toBe(false);
    expect(red({}, { FORCE_COLOR: '1' })).toBe(true);
    expect(red(terminal, { FORCE_COLOR: '0' })).toBe(false);
    expect(red(terminal, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });

  it('that is narrow makes a table give way where it is told to, and no line wider', () => {
    const rows = [
      [{ text: 'A1' }, { text: 'a long title that goes on' }],
      [{ text: 'B22' }, { text: '日本語日本語日本語' }],
    ];
    const columns = [{ title: 'ID' }, { title: 'TITLE' }];
    const narrow = screenOf({ isTTY: true, columns: 20 }, { NO_COLOR: '1' });
    const lines = table(columns, rows, narrow, [{ column: 1, least: 4 }]);
    expect(lines).toEqual(['ID   TITLE', 'A1   a long title t…', 'B22  日本語日本語日…']);
    expect(table(columns, rows, screenOf({}, {}), [{ column: 1, least: 4 }])[1]).toContain('goes on');
  });
});
