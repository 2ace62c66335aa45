/**
 * The short way to read a request gives what the schema gives: whatever is taken for a plain one, the schema leaves as
 * it is; and what workers ask for all day is taken for one.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPlainRequest } from '../../src/backlog/plain-request.ts';
import { parseRequest, type Requests } from '../../src/backlog/requests.ts';

const OPERATIONS = ['get', 'claim', 'claimMany', 'renew', 'release', 'complete', 'fail', 'list'] as const;

const USUAL: readonly (readonly [keyof Requests, object])[] = [
  ['get', { id: 'A4' }],
  ['claim', { owner: 'coder0' }],
  ['claim', { owner: 'coder0', ttlSeconds: 900, phase: 'M1', label: 'urgent' }],
  ['claim', { owner: 'coder0', id: 'A4' }],
  ['claimMany', { owner: 'coder0', count: 3 }],
  ['renew', { id: 'A4', owner: 'coder0', attempt: 1, ttlSeconds: 900 }],
  ['release', { id: 'A4', owner: 'coder0', attempt: 1 }],
  ['complete', { id: 'A4', owner: 'coder0', attempt: 1, result: { commit: 'abc', files: [1, null] } }],
  ['fail', { id: 'A4', owner: 'coder0', attempt: 1, reason: 'no disk', retryAfterSeconds: 60 }],
];

const key = fc.constantFrom(
  ...['id', 'owner', 'attempt', 'ttlSeconds', 'phase', 'label', 'count', 'result', 'reason', 'retryAfterSeconds'],
  ...['waitSeconds', 'signal', 'rev', '__proto__', 'toString'],
);
const value = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, '', ' ', ' A', 'A', 'päd', 'a\u0007', '\ud800', 'x'.repeat(129)),
  fc.constantFrom<unknown>(0, 1, 900, -1, 1.5, NaN, Infinity, 2 ** 31, 2 ** 53, '1', true, new Date(0), () => 1),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Through the schema: no plain request has a field of that name. */
function bySchema(operation: keyof Requests, options: object): unknown {
  return parseRequest(operation, { ...options, nothing: undefined });
}

it('takes what workers ask for all day for plain', () => {
  for (const [operation, options] of USUAL) {
    expect([operation, isPlainRequest(operation, options)]).toEqual([operation, true]);
    expect(parseRequest(operation, options)).toEqual(bySchema(operation, options));
  }
});

it('takes nothing for plain that the schema would refuse, or change', () => {
  let taken = 0;
  const entry = fc.tuple(key, value);
  const usual = fc.constantFrom(...USUAL);
  fc.assert(
    fc.property(fc.constantFrom(...OPERATIONS), usual, fc.array(entry, { maxLength: 3 }), (other, given, changes) => {
      const [own, options] = given;
      for (const operation of [own, other]) {
        const request = { ...options, ...Object.fromEntries(changes) };
        if (!isPlainRequest(operation, request)) continue;
        taken += 1;
        expect(bySchema(operation, request)).toEqual(request);
      }
    }),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(300);
});

it('is not misled by what an object has inherited', () => {
  class Request {
    readonly id = 'A4';
  }
  expect(isPlainRequest('get', new Request())).toBe(false);
  expect(isPlainRequest('get', Object.create({ id: 'A4' }))).toBe(false);
  expect(isPlainRequest('get', ['A4'])).toBe(false);
});
