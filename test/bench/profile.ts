/**
 * Where the microseconds of one claim go in a long-lived process: each call of the file system, by the middle of many
 * claims, beside the physical limit, one append and its flush.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { fileBacklog } from '../../src/backlog/files/file-backlog.ts';
import { REDO_LIMITS } from '../../src/backlog/files/recovery/redo-point.ts';
import { FileStore } from '../../src/backlog/files/file-store.ts';
import { storePaths } from '../../src/backlog/files/form/layout.ts';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { systemClock } from '../../src/host/clock.ts';
import { currentIdentity, livenessOf } from '../../src/host/process-identity.ts';
import { intercepted } from '../model/intercepted.ts';
import type { Bench } from './bench.ts';
import { Series } from './figures.ts';

interface Call {
  readonly name: string;
  readonly microseconds: number;
}

/** What a line of the journal has, roughly. */
const LINE_BYTES = 700;

export async function profile(bench: Bench): Promise<void> {
  const { someCards } = bench.sizes;
  const calls: Call[] = [];
  const timed = intercepted(nodeFileSystem, (name, call) => {
    const began = performance.now();
    try {
      return call();
    } finally {
      calls.push({ name, microseconds: (performance.now() - began) * 1000 });
    }
  });
  const claims: (readonly Call[])[] = [];
  await claimEach(bench.home(someCards), timed, someCards / 2, (_, before) => claims.push(calls.splice(before)));
  const wholes: number[] = [];
  await claimEach(bench.home(someCards), nodeFileSystem, someCards / 2, (whole) => wholes.push(whole));
  print(claims, new Series(wholes).median, new Series(flushes(bench.fresh('limit'), someCards)).median);

  /** @param each is told what each claim took, and how many calls there had been before it */
  async function claimEach(
    home: string,
    files: FileSystem,
    times: number,
    each: (microseconds: number, before: number) => void,
  ): Promise<void> {
    const backlog = openOn(home, files);
    for (let time = 0; time < times; time += 1) {
      const before = calls.length;
      const began = performance.now();
      const card = await backlog.claim({ owner: 'worker' });
      each((performance.now() - began) * 1000, before);
      if (card === null) throw new Error('There was no card left to claim.');
      await backlog.complete({ id: card.id, owner: 'worker' });
    }
    await backlog.close();
  }
}

function openOn(home: string, files: FileSystem): Backlog {
  const identity = currentIdentity();
  const store = new FileStore({
    ...{
      files,
      paths: storePaths(home),
      clock: systemClock,
      identity,
      actor: null,
      durable: true,
      staleMs: 60_000,
      spareAfterMs: 250,
      redoLimits: REDO_LIMITS,
      flushFileSystem: async () => 'not-to-be-had' as const,
    },
    ...{ livenessOf: (other) => livenessOf(other, identity), newToken: () => randomBytes(8).toString('hex') },
    ...{ sleep: (ms) => sleep(ms), random: Math.random },
  });
  return fileBacklog(store);
}

/** The least that a durable change can cost: its line, appended and flushed. @returns microseconds each */
function flushes(path: string, times: number): readonly number[] {
  const line = Buffer.alloc(LINE_BYTES, 'x');
  const descriptor = openSync(path, 'a');
  const all: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    writeSync(descriptor, line);
    fdatasyncSync(descriptor);
    all.push((performance.now() - began) * 1000);
  }
  closeSync(descriptor);
  return all;
}

function print(claims: readonly (readonly Call[])[], whole: number, limit: number): void {
  console.log('call            times a claim   µs each   µs a claim');
  const names = [...new Set(claims.flatMap((calls) => calls.map(({ name }) => name)))];
  const rows = names.map((name) => {
    const of = claims.flatMap((calls) => calls.filter((call) => call.name === name));
    const each = new Series(of.map(({ microseconds }) => microseconds)).median;
    const count = of.length / claims.length;
    return { name, count, each, sum: count * each };
  });
  for (const { name, count, each, sum } of rows.sort((a, b) => b.sum - a.sum)) {
    console.log(`${name.padEnd(15)} ${column(count, 13)} ${column(each, 9)} ${column(sum, 12)}`);
  }
  const inCalls = rows.reduce((total, { sum }) => total + sum, 0);
  console.log(`\nall calls ${inCalls.toFixed(0)} µs; a claim, not looked at, ${whole.toFixed(0)} µs`);
  console.log(`one append and its flush, nothing else: ${limit.toFixed(0)} µs`);
}

function column(value: number, width: number): string {
  return value.toFixed(1).padStart(width);
}
