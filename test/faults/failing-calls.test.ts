/**
 * Every file-system call of every operation fails once, in every way. Then the answer is a clear error or a success, and
 * true either way; the same process goes on, and whoever comes after it finds a whole store.
 */
import { describe, expect, test } from 'vitest';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { MosaicError } from '../../src/errors.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';
import { historyOn, type Operation, PATHS, type Scenario, storeOn } from '../crash/scenario.ts';
import { scenarios } from '../crash/scenarios.ts';
import { ERRORS, type FailingDisk, failingAt, failingFrom, LASTING } from './failing.ts';

const BEGAN_MS = 1_800_000_000_000;

type Failing = (files: FileSystem, at: number) => FailingDisk;

/** By name, the ways in which a call can fail. */
const FAULTS: ReadonlyMap<string, Failing> = new Map<string, Failing>([
  ...[...ERRORS, 'short' as const].map((fault): [string, Failing] => [
    fault,
    (files, at) => failingAt(files, at, fault),
  ]),
  ...LASTING.map((fault): [string, Failing] => [`${fault} from then on`, (files, at) => failingFrom(files, at, fault)]),
]);

describe('whatever call fails, the answer is true and the store goes on', () => {
  test.each(scenarios.filter(({ byHand }) => byHand !== true))('$name', { timeout: 600_000 }, (scenario) => {
    const problems = new Map<string, number>();
    const counts = { faults: 0, errors: 0, unknown: 0 };
    for (const operation of scenario.operations) {
      for (let at = 0, isOver = false; !isOver; at += 1) {
        for (const fault of FAULTS.keys()) {
          try {
            const seen = failOnce(scenario, operation, at, fault);
            isOver = seen === 'over';
            if (isOver) break;
            if (seen === 'no fault') continue;
            counts.faults += 1;
            if (seen !== 'success') counts.errors += 1;
            if (seen === 'OUTCOME_UNKNOWN') counts.unknown += 1;
          } catch (error) {
            const text = `${operation.name}: ${String(error)
              .replace(/call \d+/, 'call')
              .replace(/staging\/\w+/, 'staging/T')}`;
            problems.set(text, (problems.get(text) ?? 0) + 1);
          }
        }
      }
    }
    const { faults, errors, unknown } = counts;
    console.log(`${scenario.name}: ${faults} faults, ${errors} errors, ${unknown} of them of unknown outcome.`);
    expect([...problems]).toEqual([]);
    expect(faults).toBeGreaterThan(1000);
  });
});

type Seen = 'over' | 'no fault' | 'success' | MosaicError['code'];

interface Beginning {
  readonly disk: MemoryDisk;
  readonly nowMs: number;
}

const beginnings = new Map<Operation, Beginning>();

/** The store as that operation finds it. */
function beginningOf(scenario: Scenario, operation: Operation): Beginning {
  let beginning = beginnings.get(operation);
  if (beginning === undefined) {
    const disk = MemoryDisk.empty();
    const clock = { nowMs: BEGAN_MS };
    const store = storeOn(disk.seenBy(1), { process: 1, boot: 'boot', clock });
    const earlier = scenario.operations.slice(0, scenario.operations.indexOf(operation));
    for (const one of [...scenario.before, ...earlier]) must(store, one);
    store.close();
    beginning = { disk, nowMs: clock.nowMs };
    beginnings.set(operation, beginning);
  }
  return { disk: beginning.disk.copy(), nowMs: beginning.nowMs };
}

/** Runs a scenario in which one call of one operation fails; returns what its user was told. */
function failOnce(scenario: Scenario, operation: Operation, at: number, fault: string): Seen {
  const { disk, ...clock } = beginningOf(scenario, operation);
  const told = new Set(historyOn(disk).map((record) => JSON.stringify(record)));
  const failing = FAULTS.get(fault)?.(disk.seenBy(2), at);
  if (failing === undefined) throw new Error(`There is no fault ${fault}.`);
  const store = storeOn(failing.files, { process: 2, boot: 'boot', clock });
  const seen = attempt(store, operation);
  failing.mend();
  if (failing.calls() <= at) return 'over';
  const failed = failing.failed();
  if (failed === null) return 'no fault';

  const story = `${fault} at call ${at} (${failed.replace(/\/home\/fleet\/backlog/, '')}), answered ${seen}`;
  const after = historyOn(disk).map((record) => JSON.stringify(record));
  const isThere = after.length > told.size;
  if (seen === 'success' && !isThere) throw new Error(`${story}: acknowledged, and not there`);
  if (seen !== 'success' && seen !== 'OUTCOME_UNKNOWN' && isThere) throw new Error(`${story}: refused, and there`);
  if (failed.startsWith('flushData') && seen !== 'OUTCOME_UNKNOWN') throw new Error(`${story}: a failed flush`);
  if (seen !== 'success' && !TRUE_ANSWERS.has(seen)) throw new Error(`${story}: no error of the disk`);

  // The same process goes on, and makes up for what failed.
  try {
    if (!isThere) must(store, operation);
    for (const next of scenario.operations.slice(scenario.operations.indexOf(operation) + 1)) must(store, next);
    store.close();
  } catch (error) {
    throw new Error(`${story}: afterwards ${String(error)}`, { cause: error });
  }
  const end = endOf(disk);
  const expected = expectedEnd(scenario);
  if (end !== expected) throw new Error(`${story}: in the end ${end}, not ${expected}`);
  return seen;
}

const TRUE_ANSWERS: ReadonlySet<string> = new Set([
  'DISK_FULL',
  'DISK_FAILED',
  'DISK_DENIED',
  'DISK_READ_ONLY',
  'OUTCOME_UNKNOWN',
  'CARD_DAMAGED',
]);

type Store = ReturnType<typeof storeOn>;

function must(store: Store, operation: Operation): void {
  const told = attempt(store, operation);
  if (told !== 'success') throw new Error(`${operation.name} was answered with ${told}`);
}

function attempt(store: Store, operation: Operation): 'success' | MosaicError['code'] {
  const terms = { thoroughness: 'usual', checkpoint: operation.checkpoint ?? 'when-due' } as const;
  try {
    for (;;) {
      const { kind } = store.tryChange(operation.change, terms);
      if (kind === 'done') return 'success';
      if (kind === 'held') throw new Error('The lock is held by nobody.');
    }
  } catch (error) {
    if (error instanceof MosaicError) return error.code;
    throw error;
  }
}

const ends = new Map<Scenario, string>();

function expectedEnd(scenario: Scenario): string {
  let end = ends.get(scenario);
  if (end === undefined) {
    const disk = MemoryDisk.empty();
    const store = storeOn(disk.seenBy(1), { process: 1, boot: 'boot', clock: { nowMs: BEGAN_MS } });
    for (const operation of [...scenario.before, ...scenario.operations]) must(store, operation);
    store.close();
    end = endOf(disk);
    ends.set(scenario, end);
  }
  return end;
}

/** What somebody finds who comes after all: cards and history but for their times, and whatever is not as it should be. */
function endOf(disk: MemoryDisk): string {
  const store = storeOn(disk.seenBy(50), { process: 50, boot: 'boot', clock: { nowMs: 1_800_000_100_000 } });
  const attempted = store.tryChange((transaction) => transaction.damaged().map(({ id }) => id));
  store.close();
  if (attempted.kind !== 'done') throw new Error('The lock is not to be had.');
  const history = historyOn(disk).map(({ seq, kind, id, place, card }) => [seq, kind, id, place, card]);
  const files = disk.seenBy(50);
  const cards = ['cards', 'archive', 'aside'].map((place) => [place, files.list(`${PATHS.root}/${place}`)]);
  const text = JSON.stringify([attempted.value, cards, history]);
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T');
}
