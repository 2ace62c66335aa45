/** Files that were replaced and are written over: when they may be, and what is in them then. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { type Moment, SpareFiles } from '../../src/disk/spare-files.ts';

const DATE_MS = 1_800_000_000_000;
const AGE_MS = 250;

let folder: string;
let spares: SpareFiles;
let names = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mosaic-test-spares-'));
  spares = new SpareFiles(nodeFileSystem, process.getuid?.() ?? 0, () => join(folder, `spare-${(names += 1)}`));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As a commit does it. */
function replace(by: SpareFiles, staged: string, place: string, since: Moment): void {
  const path = by.keep(place, statSync(place).size);
  renameSync(staged, place);
  if (path !== null) by.add(path, since);
}

/** A card's file is replaced at the moment 0 of epoch 1. @returns the inode that was replaced */
function replaced(text: string = 'the old one', prepare: (path: string) => void = () => undefined): number {
  const [place, staged] = [join(folder, 'place'), join(folder, 'staged')];
  writeFileSync(place, text, { mode: 0o600 });
  writeFileSync(staged, 'the new one', { mode: 0o600 });
  prepare(place);
  const { ino } = statSync(place);
  replace(spares, staged, place, { epoch: 1, ms: 0 });
  expect(readFileSync(place, 'utf8')).toBe('the new one');
  return ino;
}

function written(text: string, { epoch = 2, ms = AGE_MS }: { epoch?: number; ms?: number } = {}): string | null {
  return spares.write(new TextEncoder().encode(text), DATE_MS, { epoch, ms }, AGE_MS);
}

describe('a file that was replaced', () => {
  test.each(['short', 'as long as..', 'a good deal longer than what had stood there'])(
    'is written over: %s',
    (text) => {
      const inode = replaced('as long as..');
      const path = written(text) ?? '';
      expect(readFileSync(path, 'utf8')).toBe(text);
      expect(statSync(path)).toMatchObject({ ino: inode, nlink: 1, mtimeMs: DATE_MS });
    },
  );

  test('is written over once', () => {
    replaced();
    expect(written('first')).not.toBeNull();
    expect(written('second')).toBeNull();
  });

  test('is left alone until its folder has been flushed', () => {
    replaced();
    expect(written('too early', { epoch: 1 })).toBeNull();
    expect(written('in time')).not.toBeNull();
  });

  test('is left alone until whoever opened it has had time to read it', () => {
    replaced();
    expect(written('too early', { ms: AGE_MS - 1 })).toBeNull();
    expect(written('in time')).not.toBeNull();
  });

  test('is left alone for ever when it has another name', () => {
    const backup = join(folder, 'backup');
    replaced('the old one', (place) => linkSync(place, backup));
    expect(written('something else')).toBeNull();
    expect(readFileSync(backup, 'utf8')).toBe('the old one');
  });

  test('is not used when it is not as private as our files are', () => {
    replaced('the old one', (place) => chmodSync(place, 0o644));
    expect(written('something else')).toBeNull();
  });

  test.runIf(process.getuid?.() === 0)('is not used when it belongs to another user', () => {
    const others = new SpareFiles(nodeFileSystem, 4711, () => join(folder, 'other'));
    const [place, staged] = [join(folder, 'place'), join(folder, 'staged')];
    writeFileSync(place, 'the old one', { mode: 0o600 });
    writeFileSync(staged, 'the new one', { mode: 0o600 });
    replace(others, staged, place, { epoch: 1, ms: 0 });
    expect(others.write(new Uint8Array([1]), DATE_MS, { epoch: 2, ms: AGE_MS }, AGE_MS)).toBeNull();
  });

  test('that was large is not kept, and nothing large is written over it', () => {
    replaced('x'.repeat(5000));
    expect(written('small')).toBeNull();
    expect(readdirSync(folder)).toEqual(['place']);
    replaced();
    expect(written('x'.repeat(5000))).toBeNull();
  });
});

test('what was kept and then not replaced is not written over', () => {
  const place = join(folder, 'place');
  writeFileSync(place, 'the old one', { mode: 0o600 });
  spares.add(spares.keep(place, 11) ?? '', { epoch: 1, ms: 0 });
  expect(written('something else')).toBeNull();
  expect(readFileSync(place, 'utf8')).toBe('the old one');
});

test('what is not there is not kept', () => {
  expect(spares.keep(join(folder, 'missing'), 11)).toBeNull();
});

test('a reader that was stopped halfway never gets what has been written over since', { timeout: 60_000 }, async () => {
  const put = (name: string, moment: number): void => {
    const bytes = new TextEncoder().encode(name.repeat(400 + ((moment * 37) % 400)));
    const now = { epoch: moment, ms: moment };
    let path = spares.write(bytes, DATE_MS + moment, now, 0);
    if (path === null) {
      path = join(folder, `new-${moment}`);
      writeFileSync(path, bytes, { mode: 0o600 });
    }
    replace(spares, path, join(folder, name), now);
  };
  for (const name of ['a', 'b']) writeFileSync(join(folder, name), name.repeat(500), { mode: 0o600 });
  const words = ['test/run-typescript.mjs', 'test/disk/programs/reader.ts', folder];
  const reader = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  reader.stderr.on('data', (data: Buffer) => (said += data.toString()));
  await once(reader.stdout, 'data');
  const ended = once(reader, 'exit');
  for (let moment = 1; moment < 1200 && reader.exitCode === null; moment += 1) {
    reader.kill('SIGSTOP');
    // Each is replaced by what the other has left behind.
    for (const name of ['a', 'b', 'a']) put(name, (moment += 1));
    reader.kill('SIGCONT');
    await sleep(1);
  }
  reader.kill('SIGKILL');
  await ended;
  expect(said).toBe('');
});
