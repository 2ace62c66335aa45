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
import { checked, describeIssue, field, kindError, once } from './card-schema.ts';
import { isPlainRequest } from './plain-request.ts';

const id = field.id;
const owner = field.owner;
const attempt = once(() => z.exactOptional(field.atLeastOne()));
const seconds = once(() =>
  z
    .number(kindError('must be a number of seconds'))
    .check(checked((value: number) => (value >= 0 ? null : 'must be 0 seconds or more'))),
);
const retryAfterSeconds = once(() =>
  z.exactOptional(z.number(kindError('must be a number of seconds')).check(checked(checkRetryAfterSeconds))),
);
// zod's number refuses Infinity, which means here: for as long as it takes.
const waitSeconds = once(() =>
  z.exactOptional(z.union([seconds(), z.literal(Infinity)], kindError('must be a number of seconds, 0 or more'))),
);
const signal = once(() => z.exactOptional(z.instanceof(AbortSignal, kindError('must be an AbortSignal'))));
const flag = once(() => z.exactOptional(z.boolean(kindError('must be true or false'))));
const lines = once(() => z.custom<Lines>(isLines, kindError('must be an iterable of lines')));
const onProgress = once(() =>
  z.exactOptional(
    z.custom<(progress: Progress) => void>((value) => typeof value === 'function', kindError('must be a function')),
  ),
);
const fence = once(() => ({ id: id(), owner: z.exactOptional(owner()), attempt: attempt() }));
const word = once(() => z.exactOptional(z.string(kindError('must be a text'))));
const filter = once(() => ({ phase: word(), label: word() }));
const words = once(() => {
  const kind = kindError('must be a text, or a list of texts');
  return z.exactOptional(z.union([z.string(), z.array(z.string())], kind));
});
const choice = once(() => ({ phase: words(), label: words() }));
const changeable = once(() => ({
  body: z.exactOptional(field.body()),
  phase: z.exactOptional(field.phase()),
  priority: z.exactOptional(field.priority()),
  labels: z.exactOptional(field.labels()),
  acceptance: z.exactOptional(field.json()),
  maxAttempts: z.exactOptional(z.nullable(field.atLeastOne())),
  notBefore: z.exactOptional(z.nullable(field.timestamp())),
}));

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

/** Each made when it is first asked for. */
const schemas: { readonly [K in keyof Requests]: () => z.ZodMiniType<Requests[K]> } = {
  create: once(() =>
    z.strictObject({
      id: id(),
      title: field.title(),
      ...changeable(),
      dependsOn: z.exactOptional(field.dependsOn()),
      idempotencyKey: z.exactOptional(field.idempotencyKey()),
      status: z.exactOptional(z.enum(['ready', 'blocked'], kindError('must be ready or blocked'))),
      statusReason: z.exactOptional(field.reason()),
    }),
  ),
  get: once(() => z.strictObject({ id: id() })),
  list: once(() =>
    z.strictObject({
      status: z.exactOptional(field.status()),
      ...filter(),
      owner: word(),
      text: word(),
      readyOnly: flag(),
      limit: z.exactOptional(field.count()),
      archived: flag(),
    }),
  ),
  claim: once(() =>
    z.strictObject({
      owner: owner(),
      ttlSeconds: z.exactOptional(field.ttlSeconds()),
      id: z.exactOptional(id()),
      ...choice(),
      waitSeconds: waitSeconds(),
      signal: signal(),
    }),
  ),
  claimMany: once(() =>
    z.strictObject({
      owner: owner(),
      count: field.atLeastOne(),
      ttlSeconds: z.exactOptional(field.ttlSeconds()),
      ...choice(),
      waitSeconds: waitSeconds(),
      signal: signal(),
    }),
  ),
  renew: once(() => z.strictObject({ ...fence(), owner: owner(), ttlSeconds: z.exactOptional(field.ttlSeconds()) })),
  release: once(() => z.strictObject(fence())),
  complete: once(() => z.strictObject({ ...fence(), result: z.exactOptional(field.json()) })),
  fail: once(() =>
    z.strictObject({ ...fence(), reason: z.exactOptional(field.reason()), retryAfterSeconds: retryAfterSeconds() }),
  ),
  reclaim: once(() => z.strictObject({ id: z.exactOptional(id()) })),
  link: once(() => z.strictObject({ from: id(), to: id() })),
  unlink: once(() => z.strictObject({ from: id(), to: id() })),
  block: once(() => z.strictObject({ id: id(), reason: z.exactOptional(field.reason()) })),
  unblock: once(() => z.strictObject({ id: id() })),
  update: once(() =>
    z.strictObject({
      id: id(),
      title: z.exactOptional(field.title()),
      ...changeable(),
      rev: z.exactOptional(field.atLeastOne()),
    }),
  ),
  explain: once(() => z.strictObject({ id: z.exactOptional(id()) })),
  history: once(() => z.strictObject({ id: z.exactOptional(id()), since: z.exactOptional(field.count()) })),
  watch: once(() => z.strictObject({ since: z.exactOptional(field.count()), signal: signal() })),
  archive: once(() => z.strictObject({ olderThanSeconds: z.exactOptional(seconds()) })),
  batch: once(() => z.strictObject({ lines: lines(), dryRun: flag() })),
  import: once(() => z.strictObject({ lines: lines(), update: flag(), dryRun: flag(), onProgress: onProgress() })),
  doctor: once(() => z.strictObject({ fix: flag(), onProgress: onProgress() })),
};

/** zod would make code for each schema and compile it: that pays for cards by the thousand, not for a request or two. */
const COLD = { jitless: true } as const;

/**
 * Parses what a caller gave to an operation.
 *
 * @throws MosaicError INVALID_INPUT, naming the operation and the field
 */
export function parseRequest<K extends keyof Requests>(operation: K, options: unknown): Requests[K] {
  if (isPlainRequest(operation, options)) return { ...options };
  const parsed = schemas[operation]().safeParse(withoutUndefined(options), COLD);
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
