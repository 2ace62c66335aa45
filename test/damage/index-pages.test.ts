/**
 * Commands that read the index in pages, and whatever becomes of its file meanwhile: nothing is answered wrongly, nothing
 * is done twice, and no file stays open.
 */
import { expect, test } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { fileBacklog } from '../../src/backlog/files/file-backlog.ts';
import type { FileStore } from '../../src/backlog/files/file-store.ts';
import { claimCards } from '../../src/backlog/operations/claim.ts';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { collect, given } from '../contract/given.ts';
import { killedAtEachCall } from '../crash/misfortune.ts';
import { historyOn, PATHS, storeOn } from '../crash/scenario.ts';
import { intercepted } from '../model/intercepted.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';

const INDEX = PATHS.indexFile;
const BEGAN_MS = 1_800_000_000_000;

/** Each as a command of its own does it, told so that a second try at another time tells the same. */
const COMMANDS: Readonly<Record<string, (backlog: Backlog) => Promise<unknown>>> = {
  claim: async (backlog) => {
    const card = await backlog.claim({ owner: 'coder' });
    return [card?.id, card?.attempts, card?.rev];
  },
  list: async (backlog) => {
    const { cards, damaged } = await backlog.list({ limit: 3 });
    return [cards.map(({ id, rev, status }) => [id, rev, status]), damaged];
  },
  show: async (backlog) => backlog.get({ id: 'card7' }),
  complete: async (backlog) => {
    const { id, status, rev } = await backlog.complete({ id: 'card2', owner: 'ghost' });
    return [id, status, rev];
  },
  refusal: async (backlog) => {
    const error: unknown = await backlog.release({ id: 'nothing' }).catch((refusal: unknown) => refusal);
    return String(error);
  },
};

/** So that a few cards make a large index. */
const LONG_LABELS = Array.from({ length: 10 }, (_, i) => `${i}${'x'.repeat(50)}`);

const USUAL = ['claim', 'list', 'show'];

/** A command's answer, what is in the journal afterwards, and how many files it has left open. */
interface Outcome {
  readonly answer: unknown;
  readonly changes: readonly (readonly [string, string])[];
  readonly leftOpen: number;
  /** The answer of the same process to a second question. */
  readonly afterwards: unknown;
}

test.each(USUAL)('a byte of the index that is not what it was changes no answer of %s', async (name) => {
  const disk = await storeOf(8);
  const expected = await outcome(disk, name);
  expect(expected.leftOpen).toBe(0);
  const bytes = contentOf(disk);
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = bytes.slice();
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    expect(await outcome(withIndex(disk, flipped), name), `byte ${at}`).toEqual(expected);
  }
});

test.each(USUAL)('an index cut short anywhere changes no answer of %s', async (name) => {
  const disk = await storeOf(8);
  const expected = await outcome(disk, name);
  const bytes = contentOf(disk);
  for (let length = 0; length < bytes.length; length += 1) {
    expect(await outcome(withIndex(disk, bytes.slice(0, length)), name), `${length} bytes`).toEqual(expected);
  }
});

test.each(Object.keys(COMMANDS))('a page of many that is damaged changes no answer of %s', async (name) => {
  const disk = await storeOf(150);
  const expected = await outcome(disk, name);
  const bytes = contentOf(disk);
  for (let at = 0; at < bytes.length; at += 211) {
    const wrong = bytes.slice().fill(0, at, at + 211);
    expect(await outcome(withIndex(disk, wrong), name), `byte ${at}`).toEqual(expected);
  }
});

test.each(USUAL)('an index that is replaced at any call changes no answer of %s', async (name) => {
  const disk = await storeOf(150);
  const { answer } = await outcome(disk, name);
  let calls = 1;
  for (let at = 1; at <= calls; at += 1) {
    const copy = disk.copy();
    calls = 0;
    const files = intercepted(pretendingLarge(copy.seenBy(5)), (_, call) => {
      calls += 1;
      if (calls === at) replaceIndex(copy);
      return call();
    });
    const store = cold(files);
    expect(await COMMANDS[name]?.(fileBacklog(store)), `call ${at}`).toEqual(answer);
    store.close();
  }
  expect(calls).toBeGreaterThan(10);
});

test('a cold command reads a small part of a large index, and a process that goes on all of it, once', async () => {
  const disk = await storeOf(1_000, LONG_LABELS);
  const bytes = contentOf(disk).length;
  const { files, read } = readingsOfIndex(disk.copy().seenBy(5));
  const backlog = fileBacklog(cold(files));
  await backlog.get({ id: 'card567' });
  expect(read()).toBeLessThan(bytes / 4);
  await backlog.get({ id: 'card4' });
  const byThen = read();
  expect(byThen).toBeGreaterThanOrEqual(bytes);
  await backlog.get({ id: 'card5' });
  await backlog.claim({ owner: 'coder' });
  expect(read()).toBe(byThen);
  await backlog.close();
});

test('a checkpoint that finds the index damaged leaves a store that the next command mends', async () => {
  const disk = await storeOf(150);
  const bytes = contentOf(disk);
  // The last page: hardly anybody asks for it but a checkpoint, which needs them all.
  const damaged = withIndex(disk, bytes.slice().fill(0, bytes.length - 40));
  const store = cold(pretendingLarge(damaged.seenBy(5)));
  const claimed = store.tryChange((transaction) => claimCards(transaction, { owner: 'coder' }), { checkpoint: 'now' });
  expect(claimed).toMatchObject({ kind: 'done', value: [{ id: 'card103' }] });
  store.close();
  const next = await outcome(damaged, 'claim');
  expect(next).toMatchObject({ answer: ['card108', 1, 2], leftOpen: 0 });
  expect(next.changes.filter(([kind]) => kind === 'claimed')).toHaveLength(2);
  expect(await healthOf(damaged)).toEqual([]);
});

test('whoever begins while a new index is put in place finds one, and need not read the cards', async () => {
  const disk = await storeOf(150);
  replaceIndex(disk);
  const { answer } = await outcome(disk, 'show');
  let moments = 0;
  for (const left of killedAtEachCall(disk, (files) => mustCheckpoint(cold(files)))) {
    moments += 1;
    let cardsRead = 0;
    const files = intercepted(left.seenBy(7), (name, call, [path]) => {
      if (name === 'readFile' && String(path).startsWith(PATHS.cards)) cardsRead += 1;
      return call();
    });
    const store = cold(files);
    expect(await COMMANDS['show']?.(fileBacklog(store)), `moment ${moments}`).toEqual(answer);
    expect(cardsRead, `moment ${moments}`).toBeLessThan(5);
    store.close();
  }
  expect(moments).toBeGreaterThan(20);
});

/** A store whose index knows nearly all of it, and whose journal knows a little more. */
async function storeOf(count: number, labels: readonly string[] = []): Promise<MemoryDisk> {
  const disk = MemoryDisk.empty();
  const store = storeOn(disk.seenBy(1), { process: 1, boot: 'boot', clock: { nowMs: BEGAN_MS } });
  const cards = Array.from({ length: count }, (_, i) => ({
    id: `card${i}`,
    priority: i % 5,
    labels,
    dependsOn: i % 5 === 4 ? ['card1'] : [],
    ...(i === 2 ? claimedBy('ghost') : {}),
  }));
  await given(fileBacklog(store), ...cards);
  await store.change(() => null, { checkpoint: 'now' });
  await fileBacklog(store).update({ id: 'card7', title: 'Changed since' });
  await fileBacklog(store).create({ id: 'late', title: 'Made since', priority: 3 });
  store.close();
  return disk;
}

function claimedBy(claimOwner: string): object {
  const claimedAt = new Date(BEGAN_MS).toISOString();
  return { status: 'claimed', claimOwner, claimedAt, claimTtlSeconds: 9_000_000, attempts: 1 };
}

async function outcome(disk: MemoryDisk, name: string): Promise<Outcome> {
  const copy = disk.copy();
  let open = 0;
  const files = intercepted(pretendingLarge(copy.seenBy(5)), (called, call) => {
    const answer = call();
    if (called === 'open') open += 1;
    if (called === 'close') open -= 1;
    return answer;
  });
  const store = cold(files);
  const backlog = fileBacklog(store);
  const answer = await COMMANDS[name]?.(backlog);
  const leftOpen = open;
  const afterwards = (await backlog.list()).cards.map(({ id, rev, status }) => [id, rev, status]);
  store.close();
  return { answer, changes: historyOn(copy).map(({ kind, id }) => [kind, id]), leftOpen, afterwards };
}

function mustCheckpoint(store: FileStore): void {
  expect(store.tryChange(() => null, { checkpoint: 'now' })).toEqual({ kind: 'done', value: null });
}

function cold(files: FileSystem): FileStore {
  return storeOn(files, {
    process: 5,
    boot: 'boot',
    clock: { nowMs: BEGAN_MS + 60_000 },
    isAlive: (other) => other === 6,
  });
}

/** Has even a small index read as a large one is: in pages. */
function pretendingLarge(files: FileSystem): FileSystem {
  return {
    ...files,
    readFile: (path, limit) => {
      const content = files.readFile(path, limit);
      if (path !== INDEX || limit === undefined || !Number.isFinite(limit) || content === null) return content;
      return { stat: { ...content.stat, bytes: limit + 1 }, bytes: new Uint8Array() };
    },
  };
}

function readingsOfIndex(files: FileSystem): { readonly files: FileSystem; readonly read: () => number } {
  let bytes = 0;
  let descriptor = -1;
  const counted: FileSystem = {
    ...files,
    open: (path, mode) => {
      const opened = files.open(path, mode);
      if (path === INDEX) descriptor = opened;
      return opened;
    },
    read: (from, into, position) => {
      const count = files.read(from, into, position);
      if (from === descriptor) bytes += count;
      return count;
    },
    close: (closed) => {
      if (closed === descriptor) descriptor = -1;
      files.close(closed);
    },
    readFile: (path, limit = Number.POSITIVE_INFINITY) => {
      const content = files.readFile(path, limit);
      // Of what is larger than the limit nothing is read; this file system does not go to the trouble.
      if (path === INDEX && content !== null && content.bytes.length <= limit) bytes += content.bytes.length;
      return content;
    },
  };
  return { files: counted, read: () => bytes };
}

/** By another process, at once: the same cards, in another file. */
function replaceIndex(disk: MemoryDisk): void {
  const store = storeOn(disk.seenBy(6), {
    process: 6,
    boot: 'boot',
    clock: { nowMs: BEGAN_MS + 90_000 },
    isAlive: () => true,
  });
  // Where somebody has the lock, nobody makes a checkpoint.
  store.tryChange(() => null, { checkpoint: 'now' });
  store.close();
}

async function healthOf(disk: MemoryDisk): Promise<readonly string[]> {
  const backlog = fileBacklog(cold(disk.copy().seenBy(7)));
  const { findings } = await backlog.doctor();
  expect((await collect(backlog.export())).length).toBeGreaterThan(0);
  await backlog.close();
  return findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
}

function contentOf(disk: MemoryDisk): Uint8Array {
  const content = disk.seenBy(9).readFile(INDEX);
  if (content === null) throw new Error('There is no index.');
  return content.bytes;
}

function withIndex(disk: MemoryDisk, bytes: Uint8Array): MemoryDisk {
  const copy = disk.copy();
  const files = copy.seenBy(9);
  const descriptor = files.open(INDEX, 'write');
  files.truncate(descriptor, 0);
  files.write(descriptor, bytes, 0);
  files.close(descriptor);
  return copy;
}
