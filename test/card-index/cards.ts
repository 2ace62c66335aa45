/**
 * Cards for the tests of the index: plain ones by hand, and arbitrary ones from small pools, so that ids, keys, phases
 * and moments meet often.
 */
import fc from 'fast-check';
import type { CardIndex } from '../../src/backlog/files/card-index/card-index.ts';
import type { Summary } from '../../src/backlog/files/card-index/summary.ts';

export function card(id: string, fields: Partial<Summary> = {}): Summary {
  return {
    id,
    status: 'ready',
    priority: 0,
    createdAtMs: 1_000,
    updatedAtMs: 1_000,
    notBeforeMs: null,
    claimedAtMs: null,
    claimTtlSeconds: null,
    claimOwner: null,
    phase: null,
    labels: [],
    dependsOn: [],
    idempotencyKey: null,
    rev: 1,
    attempts: 0,
    maxAttempts: null,
    fileName: `${id}.json`,
    fileBytes: 500,
    fileCrc: 7,
    archived: false,
    ...fields,
  };
}

/** Some differ only where UTF-16 and UTF-8 sort apart; one is what a lone surrogate leaves behind. */
const IDS = [
  'a',
  'b',
  'c',
  'A4',
  'fleet-001',
  'café',
  '\u{1F600}',
  '\uFF5E',
  '猫',
  'a b/c',
  '"\\',
  '\uD800',
  'x'.repeat(128),
];
const TIMES = [0, 1_000, 1_000.25, 2_000, 3_000, 61_000, 1_000_000];

/** Enough for sets of several words. */
export const MANY = 120;

export const anyId: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...IDS) },
  { weight: 1, arbitrary: fc.nat(MANY).map((n) => `n${n}`) },
);

export const anyMoment: fc.Arbitrary<number> = fc.constantFrom(-1, 500, ...TIMES, 2_000_000);

const anyText = fc.constantFrom('M1', 'M2', 'infra', 'ü', '');
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });

export const anyKey: fc.Arbitrary<string> = fc.constantFrom('k1', 'k2', 'k3', '钥匙');

export const anyFilter: fc.Arbitrary<{ phase?: string; label?: string }> = fc.record(
  { phase: anyText, label: anyText },
  { requiredKeys: [] },
);

export const anyCard: fc.Arbitrary<Summary> = fc.record({
  id: anyId,
  status: fc.constantFrom('ready', 'ready', 'ready', 'claimed', 'blocked', 'done', 'done', 'damaged'),
  priority: fc.constantFrom(0, 0, 0, 1, -1, 2 ** 31 - 1, -(2 ** 31)),
  createdAtMs: fc.constantFrom(...TIMES),
  updatedAtMs: fc.constantFrom(...TIMES),
  notBeforeMs: orNull(fc.constantFrom(...TIMES)),
  claimedAtMs: orNull(fc.constantFrom(...TIMES)),
  claimTtlSeconds: orNull(fc.constantFrom(1, 60, 900)),
  claimOwner: orNull(fc.constantFrom('coder0', 'größe')),
  phase: orNull(anyText),
  labels: fc.array(anyText, { maxLength: 3 }),
  dependsOn: fc.array(anyId, { maxLength: 3 }),
  idempotencyKey: orNull(anyKey),
  rev: fc.nat(),
  attempts: fc.nat(5),
  maxAttempts: orNull(fc.nat(5)),
  fileName: fc.constantFrom('a.json', 'odd name.json', '%2e.json'),
  fileBytes: fc.nat(),
  fileCrc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  archived: fc.constantFrom(false, false, true),
});

/** What is encoded, in one piece, and whatever becomes of the index. */
export function bytesOf(index: CardIndex): Uint8Array {
  return new Uint8Array(Buffer.concat(index.encode()));
}
