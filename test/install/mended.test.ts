/** Whatever somebody has taken away or damaged is there again after the next run, and a package that changes is no package. */
import { appendFileSync, chmodSync, rmSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Installation, tellGroup } from './installation.ts';
import { isNoCache, lines } from './listing.ts';
import { packageWith, wholePackage } from './packages.ts';

let source: string;
let installation: Installation;

beforeAll(() => {
  source = packageWith();
});

beforeEach(async () => {
  installation = new Installation();
  await installation.ok(source);
});

describe('an installation of which something is gone or damaged is whole after the next run:', () => {
  const program = (): string => join(installation.current, 'dist/bin/program.cjs');

  it.each<readonly [string, () => void]>([
    ['a file of the program', () => rmSync(program())],
    ['a file of the program that was cut off', () => truncateSync(program(), 1000)],
    ['a file that cannot be run any more', () => chmodSync(join(installation.current, 'bin/mosaic.js'), 0o644)],
    ['the version in use', () => rmSync(join(installation.current, '.'), { recursive: true })],
    ['all versions', () => rmSync(join(dirname(installation.current), 'versions'), { recursive: true })],
    ['the link to the version in use', () => rmSync(installation.current)],
    ['the links by which the program is found', () => rmSync(join(installation.prefix, 'bin'), { recursive: true })],
    ['the note where it came from', () => rmSync(join(dirname(installation.current), 'installed.json'))],
    [
      'all that an installer needs for itself',
      () => rmSync(join(dirname(installation.current), 'lock'), { recursive: true }),
    ],
    ['the home', () => rmSync(installation.home, { recursive: true })],
  ])('%s', async (_what, damage) => {
    damage();
    await installation.ok(source);
    expect(await installation.version()).toBe('0.1.0');
    expect(lines(installation.current, 'bytes').filter(isNoCache)).toEqual(lines(source, 'bytes').filter(isNoCache));
    expect((await installation.install(source, ['--check'])).status).toBe(0);
  });
});

it('a package that changes while it is installed is refused, and what was installed before works on', async () => {
  const changing = wholePackage();
  const [child, over] = await installation.stoppedAmidWork(changing);
  appendFileSync(join(changing, 'node_modules/zod/package.json'), '\n');
  tellGroup(child, 'SIGCONT');
  const { status, stderr } = await over;
  expect(status, stderr).toBe(1);
  expect(stderr).toContain('node_modules/zod/package.json');
  expect(lines(installation.current, 'bytes').filter(isNoCache)).toEqual(lines(source, 'bytes').filter(isNoCache));
});
