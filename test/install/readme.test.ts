/** The installing part of the README, run as it stands by a user who has nothing: from a clone to the first claim. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../house/source.ts';
import { ended, Installation, TOOLS } from './installation.ts';
import { isThere } from './listing.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The first line of the README that matches; what comes after a prompt, if there is one. */
function line(pattern: RegExp): string {
  const found = README.split('\n').find((one) => pattern.test(one));
  if (found === undefined) throw new Error(`The README has no line like ${String(pattern)}.`);
  return found.replace(/^\$ /, '');
}

it('the install line, what it says of the PATH, and the first claim', async () => {
  const { userHome: HOME, temporary: TMPDIR } = new Installation();
  const env = [`HOME=${HOME}`, `TMPDIR=${TMPDIR}`, `PATH=${TOOLS}`];
  const shell = (script: string): ReturnType<typeof ended> =>
    ended(spawn('env', ['-i', ...env, 'bash', '-c', script], { cwd: ROOT }));
  const installing = await shell(line(/^\.\/install\.sh/));
  expect(installing).toMatchObject({ status: 0 });
  const path = /export PATH=.*/.exec(installing.stderr)?.[0] ?? '';
  const create = line(/^\$ mosaic fleet backlog create lexer/);
  const claim = line(/^\$ mosaic fleet backlog claim/);
  const { status, stdout, stderr } = await shell(`set -e\n${path}\n${create}\n${claim}`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('Created: lexer');
  expect(stdout).toContain('Claimed by coder0, attempt 1');
  expect(isThere(join(HOME, '.config/mosaic/fleet/backlog/cards/lexer.json'))).toBe(true);
});
