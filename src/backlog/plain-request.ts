/**
 * Tells a request that is as it should be, of the operations that workers repeat all day. Nearly every one is, and to
 * tell so costs a command that has just begun a tenth of what the schema does; whatever is not goes to the schema, which
 * says what is wrong.
 */
import { checkId, checkOwner, checkReason, checkRetryAfterSeconds, checkTtlSeconds } from '../card/field.ts';
import { isJson } from './json-text.ts';
import type { Requests } from './requests.ts';

type Test = (value: unknown) => boolean;

/** By operation: what has to be there, and what may be. */
interface Plain {
  readonly needed: Readonly<Record<string, Test>>;
  readonly possible: Readonly<Record<string, Test>>;
}

const id = text(checkId);
const owner = text(checkOwner);
const ttlSeconds = number(checkTtlSeconds);
const word: Test = (value) => typeof value === 'string';
const fence = { owner, attempt: isFromOneOn };
const words: Test = (value) => (Array.isArray(value) ? value.every(word) : word(value));
const choice = { phase: words, label: words };

const PLAIN: { readonly [K in keyof Requests]?: Plain } = {
  get: { needed: { id }, possible: {} },
  claim: { needed: { owner }, possible: { id, ttlSeconds, ...choice } },
  claimMany: { needed: { owner, count: isFromOneOn }, possible: { ttlSeconds, ...choice } },
  renew: { needed: { id, owner }, possible: { attempt: isFromOneOn, ttlSeconds } },
  release: { needed: { id }, possible: fence },
  complete: { needed: { id }, possible: { ...fence, result: isJson } },
  fail: {
    needed: { id },
    possible: { ...fence, reason: text(checkReason), retryAfterSeconds: number(checkRetryAfterSeconds) },
  },
};

/** Whether the schema would give the same, field by field. */
export function isPlainRequest<K extends keyof Requests>(operation: K, options: unknown): options is Requests[K] {
  const plain = PLAIN[operation];
  if (plain === undefined || typeof options !== 'object' || options === null) return false;
  if (Object.getPrototypeOf(options) !== Object.prototype) return false;
  const { needed, possible } = plain;
  let found = 0;
  for (const [name, value] of Object.entries(options)) {
    const isNeeded = Object.hasOwn(needed, name);
    const isValid = isNeeded ? needed[name] : Object.hasOwn(possible, name) ? possible[name] : undefined;
    if (isValid?.(value) !== true) return false;
    if (isNeeded) found += 1;
  }
  return found === Object.keys(needed).length;
}

function text(check: (value: string) => string | null): Test {
  return (value) => typeof value === 'string' && check(value) === null;
}

function number(check: (value: number) => string | null): Test {
  return (value) => typeof value === 'number' && check(value) === null;
}

function isFromOneOn(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
