/** A password file is read as libpq reads it. */
import { expect, it } from 'vitest';
import { passwordIn } from '../../src/backlog/postgres/server/password-file.ts';

const QUESTION = { host: 'h', port: 5432, database: 'd', user: 'u' };

it.each([
  ['h:5432:d:u:secret', 'secret'],
  ['*:*:*:*:secret', 'secret'],
  ['h:5432:d:u:with:colons', 'with:colons'],
  [String.raw`h:5432:d:u:a\:b\\c`, String.raw`a:b\c`],
  ['h:5432:d:u:one\nh:5432:d:u:two', 'one'],
  ['other:5432:d:u:one\r\nh:5432:d:u:two\r\n', 'two'],
  ['# h:5432:d:u:commented\nh:*:d:u:meant', 'meant'],
  ['h:5433:d:u:secret', null],
  ['h:5432:e:u:secret', null],
  ['h:5432:d:v:secret', null],
  ['h:5432:d:u', null],
  [':5432:d:u:secret', null],
  ['', null],
])('%j says %j', (text, expected) => {
  expect(passwordIn(text, QUESTION)).toBe(expected);
});

it('a socket goes by its folder, or by the name of this machine', () => {
  expect(passwordIn('localhost:*:*:*:secret', { ...QUESTION, host: '/run' })).toBe('secret');
  expect(passwordIn('/run:*:*:*:secret', { ...QUESTION, host: '/run' })).toBe('secret');
});
