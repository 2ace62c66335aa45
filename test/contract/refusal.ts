/**
 * How the tests look at a refusal: by its code, and by a message that a person can act on.
 */
import { expect } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { MosaicError, type ErrorCode } from '../../src/errors.ts';

/** The error of an operation that has to be refused; what it says must name every one of `names`. */
export async function refusal(
  operation: Promise<unknown>,
  code: ErrorCode,
  ...names: readonly (string | RegExp)[]
): Promise<MosaicError> {
  const error: unknown = await operation.then(
    (value) => expect.fail(`expected ${code}, but the operation gave ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof MosaicError)) throw error;
  expect(error.code, error.message).toBe(code);
  expect(error.message, 'a whole sentence').toMatch(/^\S.*[.?!]$/su);
  for (const name of names) {
    if (typeof name === 'string') expect(error.message).toContain(name);
    else expect(error.message).toMatch(name);
  }
  return error;
}

/** How a message names a line, at the beginning of a sentence or within one. */
export function atLine(line: number): RegExp {
  return new RegExp(`\\bline ${line}\\b`, 'i');
}

/** Calls an operation as plain JavaScript does, where no compiler has looked at the options. */
export async function call(backlog: Backlog, operation: keyof Backlog, options?: unknown): Promise<unknown> {
  const answer: unknown = Reflect.apply(backlog[operation], backlog, [options]);
  if (!isAsyncIterable(answer)) return answer;
  const items: unknown[] = [];
  for await (const item of answer) items.push(item);
  return items;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
