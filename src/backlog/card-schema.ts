/**
 * What a valid card is, at the border: the one schema through which card files, imports and the library's callers pass.
 * `zod/mini`, because a cold command cannot pay for the full entry.
 */
import * as z from 'zod/mini';
import type { Card, CardStatus, Json } from '../card/card.ts';
import { CARD_STATUSES } from '../card/card.ts';
import {
  checkClaimTtlSeconds,
  checkId,
  checkLabel,
  checkOwner,
  checkPhase,
  checkPriority,
  checkReason,
  checkText,
  checkTitle,
  checkTtlSeconds,
} from '../card/field.ts';
import { checkInvariants } from '../card/invariants.ts';
import { newCard } from '../card/content.ts';
import { toMs, toTimestamp } from '../card/time.ts';
import { type BadText, isJson, isJsonObject, lineOfKey, parseJsonText } from './json-text.ts';
import { isWholeCard } from './whole-card.ts';

/** Lists and labels longer than this are an accident. */
const MAX_LIST = 10_000;

type FieldCheck<T> = (value: T) => string | null;

/** Adds one of the pure field checks to a schema; its words become the message. */
export function checked<T>(check: FieldCheck<T>): z.core.$ZodCheck<T> {
  return z.check((payload: z.core.ParsePayload<T>) => {
    const problem = check(payload.value);
    if (problem !== null) payload.issues.push({ code: 'custom', message: problem, input: payload.value });
  });
}

/** What is said when a value is of another kind, or not there at all. */
export function kindError(words: string): { readonly error: (issue: z.core.$ZodRawIssue) => string } {
  return { error: (issue) => (issue.input === undefined ? 'is missing' : words) };
}

/** What the JSON Schema says of a field: the checks are functions, which it cannot hold. */
type Described = Readonly<Record<string, string | number | boolean>>;

function text(check: FieldCheck<string>, described: Described = {}): z.ZodMiniType<string> {
  return z.string(kindError('must be a text')).check(checked(check)).register(z.globalRegistry, described);
}

function wholeNumber(check: FieldCheck<number>, described: Described = {}): z.ZodMiniType<number> {
  return z.int(kindError('must be a whole number')).check(checked(check)).register(z.globalRegistry, described);
}

function checkCount(value: number): string | null {
  return Number.isSafeInteger(value) && value >= 0 ? null : 'must be a whole number, 0 or more';
}

function checkAtLeastOne(value: number): string | null {
  return Number.isSafeInteger(value) && value >= 1 ? null : 'must be a whole number, 1 or more';
}

function checkTimestamp(value: string): string | null {
  return Number.isNaN(toMs(value)) ? 'must be a time in ISO 8601, for example 2026-01-31T09:30:00.000Z' : null;
}

/** Times are kept as UTC with milliseconds, however they were written. */
function timestamp(): z.ZodMiniType<string> {
  return z.pipe(
    text(checkTimestamp, { format: 'date-time' }),
    z.transform((value: string) => toTimestamp(toMs(value))),
  );
}

function noRepeats(values: readonly string[]): string | null {
  if (values.length > MAX_LIST) return `must not have more than ${MAX_LIST} entries`;
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) return `names ${JSON.stringify(value)} twice`;
    seen.add(value);
  }
  return null;
}

interface Fields {
  readonly id: () => z.ZodMiniType<string>;
  readonly title: () => z.ZodMiniType<string>;
  readonly body: () => z.ZodMiniType<string | null>;
  readonly phase: () => z.ZodMiniType<string | null>;
  readonly priority: () => z.ZodMiniType<number>;
  readonly status: () => z.ZodMiniType<CardStatus>;
  readonly dependsOn: () => z.ZodMiniType<string[]>;
  readonly owner: () => z.ZodMiniType<string>;
  readonly ttlSeconds: () => z.ZodMiniType<number>;
  readonly claimTtlSeconds: () => z.ZodMiniType<number>;
  readonly count: () => z.ZodMiniType<number>;
  readonly atLeastOne: () => z.ZodMiniType<number>;
  readonly timestamp: () => z.ZodMiniType<string>;
  readonly idempotencyKey: () => z.ZodMiniType<string | null>;
  readonly json: () => z.ZodMiniType<Json>;
  readonly labels: () => z.ZodMiniType<string[]>;
  readonly text: () => z.ZodMiniType<string | null>;
  readonly reason: () => z.ZodMiniType<string | null>;
}

const NAME: Described = { minLength: 1, maxLength: 128 };
const AT_LEAST_ONE: Described = { minimum: 1 };

/**
 * The fields of a card, one schema each, made when it is first asked for: a cold command needs two or three. The
 * requests of the library use the same ones.
 */
export const field: Fields = {
  id: once(() =>
    text(checkId, { ...NAME, description: 'Chosen by the caller, unique, 1 to 128 bytes of printable text.' }),
  ),
  title: once(() => text(checkTitle, { minLength: 1 })),
  body: once(() => z.nullable(text(checkText))),
  phase: once(() => z.nullable(text(checkPhase, { ...NAME, description: 'Board lane or milestone.' }))),
  priority: once(() =>
    wholeNumber(checkPriority, { minimum: -(2 ** 31), maximum: 2 ** 31 - 1, description: 'Higher is sooner.' }),
  ),
  status: once(() => z.enum(CARD_STATUSES, kindError(`must be one of ${CARD_STATUSES.join(', ')}`))),
  dependsOn: once(() => idList(text(checkId, NAME), 'must be a list of ids')),
  owner: once(() => text(checkOwner, NAME)),
  ttlSeconds: once(() => wholeNumber(checkTtlSeconds, AT_LEAST_ONE)),
  claimTtlSeconds: once(() => wholeNumber(checkClaimTtlSeconds, AT_LEAST_ONE)),
  count: once(() => wholeNumber(checkCount, { minimum: 0 })),
  atLeastOne: once(() => wholeNumber(checkAtLeastOne, AT_LEAST_ONE)),
  timestamp: once(timestamp),
  idempotencyKey: once(() =>
    z.nullable(text(checkOwner, { ...NAME, description: 'Makes create safe to repeat; unique.' })),
  ),
  json: once(() => z.custom<Json>(isJson, { error: 'must be a JSON value, nested at most 64 deep' })),
  labels: once(() => idList(text(checkLabel, NAME), 'must be a list of labels')),
  text: once(() => z.nullable(text(checkText))),
  reason: once(() => z.nullable(text(checkReason))),
};

/** Makes it when it is first asked for, and the same one every time after. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function idList(entry: z.ZodMiniType<string>, words: string): z.ZodMiniType<string[]> {
  return z.array(entry, kindError(words)).check(checked(noRepeats)).register(z.globalRegistry, { uniqueItems: true });
}

type CardFields = { readonly [Key in keyof Card as string extends Key ? never : Key]: Card[Key] };

export type CardInput = Partial<CardFields> & Pick<CardFields, 'id' | 'title'> & { readonly [extra: string]: Json };

/** A card as somebody may write it: only `id` and `title` are needed, the rest takes the defaults of `create`. */
export const cardInputSchema: () => z.ZodMiniType<CardInput> = once(() =>
  z.catchall(
    z.object({
      id: field.id(),
      title: field.title(),
      body: z.exactOptional(field.body()),
      phase: z.exactOptional(field.phase()),
      priority: z.exactOptional(field.priority()),
      status: z.exactOptional(field.status()),
      dependsOn: z.exactOptional(field.dependsOn()),
      claimOwner: z.exactOptional(z.nullable(field.owner())),
      claimTtlSeconds: z.exactOptional(z.nullable(field.claimTtlSeconds())),
      claimedAt: z.exactOptional(z.nullable(field.timestamp())),
      attempts: z.exactOptional(field.count()),
      idempotencyKey: z.exactOptional(field.idempotencyKey()),
      acceptance: z.exactOptional(field.json()),
      createdAt: z.exactOptional(field.timestamp()),
      updatedAt: z.exactOptional(field.timestamp()),
      rev: z.exactOptional(field.atLeastOne()),
      labels: z.exactOptional(field.labels()),
      maxAttempts: z.exactOptional(z.nullable(field.atLeastOne())),
      notBefore: z.exactOptional(z.nullable(field.timestamp())),
      statusReason: z.exactOptional(field.text()),
      result: z.exactOptional(field.json()),
    }),
    // Fields of a newer version, or a person's own: kept as they are.
    field.json(),
  ),
);

export type ParsedCard =
  /** `given`: the fields the text itself names; the others are defaults. */
  { readonly kind: 'card'; readonly card: Card; readonly given: readonly string[] } | BadText;

/**
 * Parses the text of one card.
 *
 * @param nowMs fills `createdAt` and `updatedAt` where they are missing
 */
export function parseCardText(source: string, nowMs: number): ParsedCard {
  const json = parseJsonText(source);
  if (json.kind === 'bad') return json;
  return parseCard(json.value, source, nowMs);
}

/** The same for text that is parsed already; `source`, where there is one, lets a reason name the line. */
export function parseCard(value: unknown, source: string | null, nowMs: number): ParsedCard {
  if (!isJsonObject(value)) return bad('it is not a JSON object');
  if (isWholeCard(value)) return { kind: 'card', card: value, given: Object.keys(value) };
  if (Object.hasOwn(value, '__proto__')) return bad('it has a member named __proto__');
  const parsed = cardInputSchema().safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = issue?.path[0];
    const line = source === null || name === undefined ? null : lineOfKey(source, String(name));
    return { kind: 'bad', reason: describeIssue(issue), line };
  }
  const card: Card = { ...newCard({ id: parsed.data.id, title: parsed.data.title }, nowMs), ...parsed.data };
  const contradiction = checkInvariants(card);
  return contradiction === null ? { kind: 'card', card, given: Object.keys(value) } : bad(contradiction);
}

function bad(reason: string): BadText {
  return { kind: 'bad', reason, line: null };
}

/** A sentence part for one problem: which field, and what is wrong. */
export function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'it is not valid';
  if (issue.code === 'unrecognized_keys') return `it has no field ${issue.keys.join(', ')}`;
  const [name] = issue.path;
  return name === undefined ? issue.message : `its field ${String(name)} ${issue.message}`;
}

/** A card with more is refused; all that are kept have to be read by everybody. */
export const MAX_CARD_BYTES: number = 16 * 1024 * 1024;

/** A larger file is no card. Above the other limit, because a claim, an expiry, a reason may come on top of that. */
export const MAX_CARD_FILE_BYTES: number = MAX_CARD_BYTES + 1024 * 1024;

/** The text of a card's file: for `cat` and `jq`, and the same bytes for the same card. */
export function cardText(card: Card): string {
  if (last?.card !== card) last = { card, text: `${JSON.stringify(card, null, 2)}\n` };
  return last.text;
}

/** Whoever puts a card asks whether its text is too long, and then for the text. */
let last: { readonly card: Card; readonly text: string } | null = null;
