/** Installers that come at the same time, and programs of others under our names. */
import { mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complains, ended, Installation, tellGroup } from './installation.ts';
import { filesIn, isNoCache, isThere, lines } from './listing.ts';
import { packageWith, wholePackage } from './packages.ts';

function packageOf(version: string): string {
  const framework = { 'guides/a.md': `of ${version}\n`, [`guides/only in ${version}.md`]: 'it\n' };
  return packageWith({ version, framework });
}

const a = packageOf('0.1.0');
const b = packageOf('0.2.0');

/** The program and the framework of that package, and of no other. */
async function isWhole(installation: Installation, source: string): Promise<void> {
  expect(await installation.version()).toBe(source === a ? '0.1.0' : '0.2.0');
  const shipped = join(source, 'fixtures/framework');
  const isShipped = (line: string): boolean => !line.startsWith('"fleet/run') && !line.startsWith('"fleet" ');
  const installed = lines(installation.home, 'bytes').filter(isShipped);
  expect(installed).toEqual(lines(shipped, 'bytes').filter(isShipped));
  expect(isThere(join(installation.home, 'fleet/run/replaced'))).toBe(false);
  expect(lines(installation.current, 'bytes').filter(isNoCache)).toEqual(lines(source, 'bytes').filter(isNoCache));
}

describe.each<readonly [string, readonly string[]]>([
  ['of the same version', [a, a]],
  ['of two versions', [a, b]],
  ['of two versions, twice each', [a, b, b, a]],
])('installers at once, %s', (_what, sources) => {
  it.each([
    ['where nothing is installed', false],
    ['over an installation', true],
  ])('%s: all are content, and the result is one of them, whole', async (_where, hasOne) => {
    const installation = new Installation();
    if (hasOne) await installation.ok(b);
    const answers = await Promise.all(sources.map((source) => installation.install(source)));
    for (const { status, stderr } of answers) expect(status, stderr).toBe(0);
    const version = await installation.version();
    const winner = version === '0.1.0' ? a : b;
    expect(sources).toContain(winner);
    await isWhole(installation, winner);
    const before = installation.everything().filter(isNoCache);
    await installation.ok(winner);
    expect(installation.everything().filter(isNoCache)).toEqual(before);
  });
});

it('whoever waits for an installer while everything is removed is through, too', async () => {
  const slow = wholePackage();
  for (let round = 0; round < 3; round += 1) {
    const installation = new Installation();
    const [first, over] = await installation.stoppedAmidWork(slow);
    const waiting = [installation.start(b), installation.start(a), installation.start(a, ['--uninstall', '--yes'])];
    const answers = [over, ...waiting.map(ended)];
    await Promise.all(waiting.map((child) => complains(child, 'Waiting for another installation')));
    tellGroup(first, 'SIGCONT');
    for (const { status, stderr } of await Promise.all(answers)) expect(status, stderr).toBe(0);
    await installation.ok(b);
    await isWhole(installation, b);
  }
});

describe('a program of somebody else', () => {
  function foreign(installation: Installation, name: string): string {
    const path = join(installation.prefix, 'bin', name);
    mkdirSync(join(installation.prefix, 'bin'), { recursive: true });
    writeFileSync(path, '#!/bin/sh\necho theirs\n', { mode: 0o755 });
    return path;
  }

  it('called mosaic is left alone, and said; the other command is installed', async () => {
    const installation = new Installation();
    const path = foreign(installation, 'mosaic');
    const before = lines(join(path, '..'), 'everything').filter((line) => line.startsWith('"mosaic"'));
    expect(await installation.ok(a)).toContain(path);
    expect(lines(join(path, '..'), 'everything').filter((line) => line.startsWith('"mosaic"'))).toEqual(before);
    expect(isThere(`${path}-fleet`)).toBe(true);
    await installation.ok(a, ['--uninstall', '--yes']);
    expect(filesIn(installation.prefix)).toEqual(['bin/mosaic']);
  });

  it('under both names: refused, and nothing is changed', async () => {
    const installation = new Installation();
    foreign(installation, 'mosaic');
    foreign(installation, 'mosaic-fleet');
    const before = installation.everything();
    const { status, stderr } = await installation.install(a);
    expect(status).toBe(1);
    expect(stderr).toContain(join(installation.prefix, 'bin'));
    expect(installation.everything()).toEqual(before);
  });

  it("a link that leads elsewhere, or nowhere, is somebody else's too", async () => {
    const installation = new Installation();
    const path = join(installation.prefix, 'bin', 'mosaic');
    mkdirSync(join(path, '..'), { recursive: true });
    symlinkSync('/nowhere/mosaic', path);
    expect(await installation.ok(a)).toContain(path);
    expect(readlinkSync(path)).toBe('/nowhere/mosaic');
  });

  it('what npm has linked from this very project is ours', async () => {
    const installation = new Installation();
    const path = join(installation.prefix, 'bin', 'mosaic');
    mkdirSync(join(path, '..'), { recursive: true });
    symlinkSync('../lib/node_modules/mosaic-fleet/bin/mosaic.js', path);
    await installation.ok(a);
    expect(readlinkSync(path)).toBe('../lib/mosaic-fleet/current/bin/mosaic.js');
    expect(await installation.version()).toBe('0.1.0');
  });
});
