/** What V8 has compiled of the program is kept for the next run, and is never trusted further than it deserves. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { randomFrom } from '../data/generated.ts';

const random = randomFrom(7);
let place = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'mosaic-compiled-'));
  const made = place;
  onTestFinished(() => rmSync(made, { recursive: true }));
  for (const part of ['bin', 'dist/bin', 'package.json']) cpSync(part, join(place, part), { recursive: true });
});

function stats(options: readonly string[] = []): unknown {
  const words = [join(place, 'bin/mosaic.js'), 'fleet', 'backlog', 'stats', '--json', '--mosaic-home', place];
  const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...env } = process.env;
  return JSON.parse(execFileSync(process.execPath, [...options, ...words], { encoding: 'utf8', env }));
}

function kept(): readonly string[] {
  const folder = join(place, 'dist', '.code-cache');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.bin'))
    .map((name) => join(folder, name));
}

describe('what was compiled', () => {
  it('is kept by the first run of a command, one file for each', () => {
    stats();
    expect(kept()).toHaveLength(1);
    const [file = ''] = kept();
    const before = readFileSync(file);
    stats();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is not used when a bit of it has flipped, or a part of it is lost, and is made anew', () => {
    const good = stats();
    const [file = ''] = kept();
    const whole = readFileSync(file);
    for (let round = 0; round < 12; round += 1) {
      const bytes = Buffer.from(whole);
      const at = Math.floor(random() * bytes.length);
      if (round % 3 === 0) bytes.fill(0, at, at + 4096);
      else bytes[at] = (bytes[at] ?? 0) ^ (1 << (round % 8));
      writeFileSync(file, round % 3 === 1 ? bytes.subarray(0, at) : bytes);
      expect(stats()).toEqual(good);
      expect(stats()).toEqual(good);
    }
    expect(kept()).toEqual([file]);
  });

  it('of another program is not used', () => {
    const good = stats();
    const program = join(place, 'dist/bin/program.cjs');
    writeFileSync(program, readFileSync(program, 'latin1').replace(/^\/\/ \w{4}/, '// 0000'), 'latin1');
    expect(stats()).toEqual(good);
    expect(kept()).toHaveLength(2);
  });

  it('is left alone by a Node with other options', () => {
    const good = stats();
    const [file = ''] = kept();
    const before = readFileSync(file);
    expect(stats(['--max-lazy'])).toEqual(good);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is missed by nobody where nothing can be written', () => {
    writeFileSync(join(place, 'dist', '.code-cache'), 'in the way');
    expect(stats()).toMatchObject({ total: 0 });
  });
});
