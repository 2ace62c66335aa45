/** The environment file of an agent: what is written is what is read, and only its owner may. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createEnvironmentFile,
  environmentFileOf,
  environmentText,
  readEnvironmentFile,
} from '../../../src/fleet/roster/environment-file.ts';

const home = mkdtempSync(join(tmpdir(), 'mosaic-test-env-'));
afterAll(() => rmSync(home, { recursive: true }));

describe('an environment file', () => {
  it('gives back every value as it was, between others', () => {
    const values = [
      '',
      'a',
      'a b',
      ' a ',
      '#a',
      'a#b',
      '"',
      "'",
      '`',
      '\'"',
      '$HOME',
      'a\nb',
      String.raw`a\nb`,
      'é=',
      'a=',
    ];
    const variables = Object.fromEntries(values.map((value, at) => [`K${at}`, value]));
    const file = environmentFileOf(home, 'all');
    expect(createEnvironmentFile(file, environmentText(variables) ?? '')).toBe(true);
    expect(readEnvironmentFile(file)).toEqual(variables);
  });

  it('is not written with a value that no quotes can hold', () => {
    expect(environmentText({ A: 'a', B: '\'"`' })).toBeNull();
  });

  it('is for its owner alone, whatever the umask, and is never written over', () => {
    const file = environmentFileOf(home, 'one');
    createEnvironmentFile(file, 'A=1\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'fleet/agents')).mode & 0o777).toBe(0o700);
    expect(createEnvironmentFile(file, 'A=2\n')).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('A=1\n');
  });

  it('that is not there says nothing, and one written by hand is read', () => {
    const file = environmentFileOf(home, 'hand');
    expect(readEnvironmentFile(file)).toEqual({});
    writeFileSync(file, '# mine\nexport A="x y" # why\n\nB = 2\nnonsense\n');
    expect(readEnvironmentFile(file)).toEqual({ A: 'x y', B: '2' });
  });
});
