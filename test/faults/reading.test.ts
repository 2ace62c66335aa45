/** Every file-system call of every operation that only looks fails once: it answers as ever, or says what is wrong. */
import { describe, expect, test } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { fileBacklog } from '../../src/backlog/files/file-backlog.ts';
import { MosaicError } from '../../src/errors.ts';
import { historyOn, storeOn } from '../crash/scenario.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';
import { ERRORS, failingAt, type Fault } from './failing.ts';

const BEGAN_MS = 1_800_000_000_000;
const FAULTS: readonly Fault[] = [...ERRORS, 'short'];

type Look = (backlog: Backlog) => Promise<unknown>;

const looks: Readonly<Record<string, Look>> = {
  get: (backlog) => backlog.get({ id: 'a' }),
  list: (backlog) => backlog.list({ archived: true }),
  'what is ready': (backlog) => backlog.list({ readyOnly: true }),
  explain: (backlog) => backlog.explain(),
  stats: (backlog) => backlog.stats(),
  history: (backlog) => backlog.history(),
  doctor: (backlog) => backlog.doctor(),
  export: (backlog) => everyLine(backlog.export()),
  'a batch that is only tried': (backlog) => backlog.batch({ lines: ['{"op":"complete","id":"a"}'], dryRun: true }),
};

describe.each(Object.entries(looks))('whatever call fails, %s', (name, look) => {
  test('answers as ever, or says what is wrong', async () => {
    const { disk, nowMs } = await newStore();
    const expected = await answer(fileBacklog(storeAt(disk.copy(), nowMs)), look);
    let faults = 0;
    for (let at = 0, isOver = false; !isOver; at += 1) {
      for (const fault of FAULTS) {
        const copy = disk.copy();
        const failing = failingAt(copy.seenBy(2), at, fault);
        const backlog = fileBacklog(storeOn(failing.files, { process: 2, boot: 'boot', clock: { nowMs } }));
        const got = await answer(backlog, look);
        isOver = failing.calls() <= at;
        const failed = failing.failed();
        if (isOver || failed === null) continue;
        faults += 1;
        const story = `${fault} at call ${at}, ${failed}`;
        if (!isHonest(got, expected)) expect.fail(`${story}: ${got}, not ${expected}`);
        // The same process looks again, and nothing of it has stayed.
        expect(await answer(backlog, look), story).toBe(expected);
        await backlog.close();
        expect(historyOn(copy), story).toEqual(historyOn(disk));
      }
    }
    console.log(`${name}: ${faults} faults.`);
    expect(faults).toBeGreaterThan(20);
  });
});

async function everyLine(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

async function newStore(): Promise<{ readonly disk: MemoryDisk; readonly nowMs: number }> {
  const disk = MemoryDisk.empty();
  const clock = { nowMs: BEGAN_MS };
  const backlog = fileBacklog(storeOn(disk.seenBy(1), { process: 1, boot: 'boot', clock }));
  await backlog.create({ id: 'old', title: 'An old card' });
  await backlog.complete({ id: 'old' });
  await backlog.archive();
  await backlog.create({ id: 'a', title: 'Card a' });
  await backlog.create({ id: 'b', title: 'Card b', dependsOn: ['a'] });
  await backlog.doctor({ fix: true });
  await backlog.create({ id: 'c', title: 'Card c' });
  await backlog.claim({ owner: 'worker', id: 'c' });
  await backlog.close();
  return { disk, nowMs: clock.nowMs };
}

function storeAt(disk: MemoryDisk, nowMs: number): ReturnType<typeof storeOn> {
  return storeOn(disk.seenBy(3), { process: 3, boot: 'boot', clock: { nowMs } });
}

async function answer(backlog: Backlog, look: Look): Promise<string> {
  try {
    return JSON.stringify(await look(backlog)).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T');
  } catch (error) {
    if (error instanceof MosaicError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** The true answer, an error that names the trouble, or an answer that names the card it could not read. */
function isHonest(got: string, expected: string): boolean {
  const names = /this user may not read it|it was damaged a moment ago/;
  return got === expected || /^(DISK_\w+|CARD_DAMAGED): /.test(got) || names.test(got);
}
