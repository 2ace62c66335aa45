/** The options of every operation, parsed once at the library's border. Unknown fields are refused, never ignored. */
import * as z from 'zod/mini';
import { checkRetryAfterSeconds } from '../card/field.ts';
import { MosaicError } from '../errors.ts';
import type {
  ArchiveOptions,
  BatchOptions,
  BlockOptions,
  ClaimOptions,
  CompleteOptions,
  CreateOptions,
  DoctorOptions,
  EdgeOptions,
  FailOptions,
  FenceOptions,
  HistoryOptions,
  ImportOptions,
  Lines,
  ListOptions,
  Progress,
  RenewOptions,
  UpdateOptions,
} from './backlog.ts';
import { checked, describeIssue, field, kindError } from './card-schema.ts';

const { id, owner } = field;
const attempt = z.exactOptional(field.atLeastOne);
const seconds = z
  .number(kindError('must be a number of seconds'))
  .check(checked((value: number) => (value >= 0 ? null : 'must be 0 seconds or more')));
const retryAfterSeconds = z.exactOptional(
  z.number(kindError('must be a number of seconds')).check(checked(checkRetryAfterSeconds)),
);
const signal = z.exactOptional(z.instanceof(AbortSignal, kindError('must be an AbortSignal')));
const flag = z.exactOptional(z.boolean(kindError('must be true or false')));
const lines = z.custom<Lines>(isLines, kindError('must be an iterable of lines'));
const onProgress = z.exactOptional(
  z.custom<(progress: Progress) => void>((value) => typeof value === 'function', kindError('must be a function')),
);
const fence = { id, owner: z.exactOptional(owner), attempt };
const word = z.exactOptional(z.string(kindError('must be a text')));
const filter = { phase: word, label: word };
const changeable = {
  body: z.exactOptional(field.body),
  phase: z.exactOptional(field.phase),
  priority: z.exactOptional(field.priority),
  labels: z.exactOptional(field.labels),
  acceptance: z.exactOptional(field.json),
  maxAttempts: z.exactOptional(z.nullable(field.atLeastOne)),
  notBefore: z.exactOptional(z.nullable(field.timestamp)),
};

/** What each operation's options are once they are parsed. */
export interface Requests {
  create: CreateOptions;
  get: { readonly id: string };
  list: ListOptions;
  claim: ClaimOptions;
  claimMany: Omit<ClaimOptions, 'id'> & { readonly count: number };
  renew: RenewOptions;
  release: FenceOptions;
  complete: CompleteOptions;
  fail: FailOptions;
  reclaim: { readonly id?: string };
  link: EdgeOptions;
  unlink: EdgeOptions;
  block: BlockOptions;
  unblock: { readonly id: string };
  update: UpdateOptions;
  explain: { readonly id?: string };
  history: HistoryOptions;
  watch: { readonly since?: number; readonly signal?: AbortSignal };
  archive: ArchiveOptions;
  batch: BatchOptions;
  import: ImportOptions;
  doctor: DoctorOptions;
}

const schemas: { readonly [K in keyof Requests]: z.ZodMiniType<Requests[K]> } = {
  create: z.strictObject({
    id,
    title: field.title,
    ...changeable,
    dependsOn: z.exactOptional(field.dependsOn),
    idempotencyKey: z.exactOptional(field.idempotencyKey),
    status: z.exactOptional(z.enum(['ready', 'blocked'], kindError('must be ready or blocked'))),
    statusReason: z.exactOptional(field.reason),
  }),
  get: z.strictObject({ id }),
  list: z.strictObject({
    status: z.exactOptional(field.status),
    ...filter,
    owner: word,
    text: word,
    readyOnly: flag,
    limit: z.exactOptional(field.count),
    archived: flag,
  }),
  claim: z.strictObject({
    owner,
    ttlSeconds: z.exactOptional(field.ttlSeconds),
    id: z.exactOptional(id),
    ...filter,
    // zod's number refuses Infinity, which means here: for as long as it takes.
    waitSeconds: z.exactOptional(
      z.union([seconds, z.literal(Infinity)], kindError('must be a number of seconds, 0 or more')),
    ),
    signal,
  }),
  claimMany: z.strictObject({
    owner,
    count: field.atLeastOne,
    ttlSeconds: z.exactOptional(field.ttlSeconds),
    ...filter,
    waitSeconds: z.exactOptional(
      z.union([seconds, z.literal(Infinity)], kindError('must be a number of seconds, 0 or more')),
    ),
    signal,
  }),
  renew: z.strictObject({ ...fence, owner, ttlSeconds: z.exactOptional(field.ttlSeconds) }),
  release: z.strictObject(fence),
  complete: z.strictObject({ ...fence, result: z.exactOptional(field.json) }),
  fail: z.strictObject({ ...fence, reason: z.exactOptional(field.reason), retryAfterSeconds }),
  reclaim: z.strictObject({ id: z.exactOptional(id) }),
  link: z.strictObject({ from: id, to: id }),
  unlink: z.strictObject({ from: id, to: id }),
  block: z.strictObject({ id, reason: z.exactOptional(field.reason) }),
  unblock: z.strictObject({ id }),
  update: z.strictObject({
    id,
    title: z.exactOptional(field.title),
    ...changeable,
    rev: z.exactOptional(field.atLeastOne),
  }),
  explain: z.strictObject({ id: z.exactOptional(id) }),
  history: z.strictObject({ id: z.exactOptional(id), since: z.exactOptional(field.count) }),
  watch: z.strictObject({ since: z.exactOptional(field.count), signal }),
  archive: z.strictObject({ olderThanSeconds: z.exactOptional(seconds) }),
  batch: z.strictObject({ lines, dryRun: flag }),
  import: z.strictObject({ lines, update: flag, dryRun: flag, onProgress }),
  doctor: z.strictObject({ fix: flag, onProgress }),
};

/**
 * Parses what a caller gave to an operation.
 *
 * @throws MosaicError INVALID_INPUT, naming the operation and the field
 */
export function parseRequest<K extends keyof Requests>(operation: K, options: unknown): Requests[K] {
  const parsed = schemas[operation].safeParse(withoutUndefined(options));
  if (parsed.success) return parsed.data;
  throw new MosaicError({
    code: 'INVALID_INPUT',
    message: `${operation} cannot be done: ${describeIssue(parsed.error.issues[0])}. Nothing was changed.`,
  });
}

function isLines(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/** A field given as `undefined` is a field not given. */
function withoutUndefined(options: unknown): unknown {
  if (typeof options !== 'object' || options === null) return options ?? {};
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
