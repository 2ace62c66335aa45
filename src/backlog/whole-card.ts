/**
 * Tells a card that stands there in the very form in which we write it. Nearly every card that a program reads is one,
 * and to tell so costs a tenth of what it takes to parse it by the schema; everything else goes to the schema, which
 * fills in what is missing and says what is wrong.
 */
import { type Card, isCardStatus } from '../card/card.ts';
import {
  checkClaimTtlSeconds,
  checkId,
  checkLabel,
  checkOwner,
  checkPhase,
  checkPriority,
  checkText,
  checkTitle,
} from '../card/field.ts';
import { checkInvariants } from '../card/invariants.ts';
import { isTimestamp } from '../card/time.ts';
import { isJson, type JsonObject } from './json-text.ts';

/** So many entries are compared one by one; longer lists go to the schema, which has a faster way. */
const SHORT_LIST = 32;

type Test = (value: unknown) => boolean;

/** In the order in which the fields are written. */
const FIELDS: readonly (readonly [string, Test])[] = [
  ['id', text(checkId)],
  ['title', text(checkTitle)],
  ['body', orNull(text(checkText))],
  ['phase', orNull(text(checkPhase))],
  ['priority', (value) => typeof value === 'number' && checkPriority(value) === null],
  ['status', isCardStatus],
  ['dependsOn', list(checkId)],
  ['claimOwner', orNull(text(checkOwner))],
  ['claimTtlSeconds', orNull((value) => typeof value === 'number' && checkClaimTtlSeconds(value) === null)],
  ['claimedAt', orNull(timestamp)],
  ['attempts', count(0)],
  ['idempotencyKey', orNull(text(checkOwner))],
  ['acceptance', isJson],
  ['createdAt', timestamp],
  ['updatedAt', timestamp],
  ['rev', count(1)],
  ['labels', list(checkLabel)],
  ['maxAttempts', orNull(count(1))],
  ['notBefore', orNull(timestamp)],
  ['statusReason', orNull(text(checkText))],
  ['result', isJson],
];

/** Whether parsing it by the schema would give the same value, field by field and in the same order. */
export function isWholeCard(value: JsonObject): value is Card {
  return hasAllFields(value) && checkInvariants(value) === null;
}

function hasAllFields(value: JsonObject): value is Card {
  let index = 0;
  // Without a list of the entries: of a change that another process made, this is a good part of the work.
  for (const key in value) {
    const field = FIELDS[index];
    const content = value[key];
    // Fields of a newer version, or a person's own, come after ours.
    if (field === undefined ? key === '__proto__' || !isJson(content) : key !== field[0] || !field[1](content))
      return false;
    index += 1;
  }
  return index >= FIELDS.length;
}

function text(check: (value: string) => string | null): Test {
  return (value) => typeof value === 'string' && check(value) === null;
}

function orNull(test: Test): Test {
  return (value) => value === null || test(value);
}

function list(check: (entry: string) => string | null): Test {
  const isEntry = text(check);
  return (value) =>
    Array.isArray(value) &&
    value.length <= SHORT_LIST &&
    value.every((entry, index) => isEntry(entry) && value.indexOf(entry) === index);
}

function count(least: number): Test {
  return (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}

function timestamp(value: unknown): boolean {
  return typeof value === 'string' && isTimestamp(value);
}
