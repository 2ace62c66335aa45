/** What V8 has compiled of the program is kept for the next run, and is never trusted further than it deserves. */
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { randomFrom } from '../data/generated.ts';

/** As the build writes it. */
const FIRST_LINE_BYTES = 128;

const random = randomFrom(7);
let place = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'mosaic-compiled-'));
  const made = place;
  onTestFinished(() => rmSync(made, { recursive: true }));
  for (const part of ['bin', 'dist/bin', 'package.json']) cpSync(part, join(place, part), { recursive: true });
});

const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...env } = process.env;

function wordsOf(command: string): readonly string[] {
  return [join(place, 'bin/mosaic.js'), 'fleet', 'backlog', command, '--json', '--mosaic-home', place];
}

function claim(options: readonly string[] = []): unknown {
  const words = [...options, ...wordsOf('claim'), '--owner', 'coder0'];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', env }));
}

function stats(): unknown {
  return JSON.parse(execFileSync(process.execPath, wordsOf('stats'), { encoding: 'utf8', env }));
}

function kept(): readonly string[] {
  const folder = join(place, 'dist', '.code-cache');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.bin'))
    .map((name) => join(folder, name));
}

describe('what was compiled', () => {
  it('is kept by the first run of a command, one file for each', () => {
    claim();
    expect(kept()).toHaveLength(1);
    const [file = ''] = kept();
    const before = readFileSync(file);
    // No more renewals: those come by chance.
    before.writeUInt32LE(0, 4);
    writeFileSync(file, before);
    claim();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is not used when a bit of it has flipped, or a part of it is lost, and is made anew', () => {
    const good = claim();
    const [file = ''] = kept();
    const whole = readFileSync(file);
    for (let round = 0; round < 12; round += 1) {
      const bytes = Buffer.from(whole);
      const at = Math.floor(random() * bytes.length);
      if (round % 3 === 0) bytes.fill(0, at, at + 4096);
      else bytes[at] = (bytes[at] ?? 0) ^ (1 << (round % 8));
      writeFileSync(file, round % 3 === 1 ? bytes.subarray(0, at) : bytes);
      expect(claim()).toEqual(good);
      expect(claim()).toEqual(good);
    }
    expect(kept()).toEqual([file]);
  });

  it('is kept apart for each part of the program that a command needs', () => {
    stats();
    const names = kept().map((file) => basename(file));
    const parts = ['bin', 'pages.bin', 'seldom.bin'];
    expect(names.toSorted()).toEqual(parts.map((part) => `fleet-backlog-stats.${part}`));
    const good = stats();
    for (const file of kept()) writeFileSync(file, readFileSync(file).fill(0, 5000, 9000));
    expect(stats()).toEqual(good);
  });

  it('of another program is not used', () => {
    const good = claim();
    const program = join(place, 'dist/bin/program.cjs');
    writeFileSync(program, readFileSync(program, 'latin1').replace(/^\/\/ \w{4}/, '// 0000'), 'latin1');
    expect(claim()).toEqual(good);
    expect(kept()).toHaveLength(2);
  });

  it('is left alone by a Node with other options', () => {
    const good = claim();
    const [file = ''] = kept();
    const before = readFileSync(file);
    expect(claim(['--max-lazy'])).toEqual(good);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is missed by nobody where nothing can be written', () => {
    writeFileSync(join(place, 'dist', '.code-cache'), 'in the way');
    expect(claim()).toBeNull();
  });
});

describe('the program', () => {
  const cutAt: readonly (readonly [string, (whole: Buffer) => Buffer])[] = [
    ['in its first line', (whole) => whole.subarray(0, 40)],
    ['in what every command needs', (whole) => whole.subarray(0, 10_000)],
    ['in what this command does not need', (whole) => whole.subarray(0, -1)],
    ['to nothing', (whole) => whole.subarray(0, 0)],
    ['and goes on with another', (whole) => Buffer.concat([whole, whole])],
    [
      'by a build before this one',
      (whole) => Buffer.concat([Buffer.from('// 0123456789abcdef\n'), whole.subarray(FIRST_LINE_BYTES)]),
    ],
  ];

  it.each(cutAt)('is not run where its file was cut: %s', (_where, cut) => {
    const program = join(place, 'dist/bin/program.cjs');
    writeFileSync(program, cut(readFileSync(program)));
    const { status, stdout, stderr } = spawnSync(process.execPath, wordsOf('claim'), { encoding: 'utf8', env });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'mosaic is damaged: dist/bin/program.cjs is not whole. ' +
        'Run `npm run build` in the folder of mosaic-fleet, then try again.\n',
    });
  });

  it('is the one that it was when the command began, whatever an update puts in its place', () => {
    const { status, stdout } = editedWhile('mv');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'New' });
  });

  it('is not mixed with another one that somebody writes over it', () => {
    const { status, stderr } = editedWhile('cp');
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'DISK_FAILED',
        message: 'The program was written over while this command ran, so the rest of it could not be loaded.',
        hint: 'Wait until it is there again. Whether anything was changed is not known: look before you repeat it.',
      },
    });
  });

  /** The editor puts another build in the place of ours; what stands behind it needs a part that none has needed yet. */
  function editedWhile(put: 'mv' | 'cp'): SpawnSyncReturns<string> {
    const words = [...wordsOf('create'), 'A1', '--title', 'First'];
    execFileSync(process.execPath, words, { env });
    const program = join(place, 'dist/bin/program.cjs');
    const whole = readFileSync(program, 'latin1');
    const other = whole.slice(FIRST_LINE_BYTES).replaceAll(/[a-z]/g, 'x');
    writeFileSync(`${program}.other`, whole.slice(0, FIRST_LINE_BYTES).replace(/^\/\/ \w{4}/, '// 0000') + other);
    const editor = join(place, 'editor');
    const change = `sed s/First/New/ "$1" > "$1.new" && mv "$1.new" "$1"`;
    writeFileSync(editor, `#!/bin/sh\n${put} '${program}.other' '${program}' && ${change}\n`, { mode: 0o755 });
    return spawnSync(process.execPath, [...wordsOf('edit'), 'A1'], {
      encoding: 'utf8',
      env: { ...env, VISUAL: editor },
    });
  }
});
