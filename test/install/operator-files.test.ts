/** Whatever an operator keeps in the home is the same before and after, to the byte, the mode and the time. */
import { chmodSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../cli/mosaic.ts';
import { Installation, TOOLS, toolsWithout } from './installation.ts';
import { moveIn, operators } from './operator.ts';
import { packageWith } from './packages.ts';

let older: string;
let newer: string;

beforeAll(() => {
  older = packageWith({ version: '0.1.0', framework: { 'guides/a.md': 'one\n', 'guides/gone.md': 'one\n' } });
  newer = packageWith({
    version: '0.2.0',
    framework: { 'guides/a.md': 'two\n', 'guides/b.md': 'two\n', 'guides/deep/c.md': 'two\n' },
  });
});

/** One that fails, and says that it was asked: where there is none in truth, none may be needed either. */
function rsyncThatFails(): string {
  const folder = newFolder();
  const file = join(folder, 'rsync');
  writeFileSync(file, '#!/bin/sh\necho "rsync was asked: $*" >&2\nexit 99\n');
  chmodSync(file, 0o755);
  return folder;
}

describe.each<readonly [string, () => string]>([
  ['with the rsync of the machine, where it has one', () => TOOLS],
  ['with an rsync that fails', () => `${rsyncThatFails()}:${TOOLS}`],
  ['without any rsync', () => toolsWithout('rsync')],
])('%s', (_what, tools) => {
  it('installing, updating, going back and removing leave every file of the operator as it was', async () => {
    const installation = new Installation();
    const env = { PATH: tools() };
    moveIn(installation.home);
    const before = operators(installation.home);
    expect(before.length).toBeGreaterThan(50);
    const steps: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>])[] = [
      [older, ['--yes'], {}],
      [newer, ['--yes'], {}],
      [newer, ['--yes'], {}],
      [older, ['--yes'], { MOSAIC_INSTALL_MODE: 'keep' }],
      [newer, ['--framework', '--yes'], { MOSAIC_INSTALL_MODE: 'prompt' }],
      [newer, ['--uninstall', '--yes'], {}],
    ];
    for (const [source, words, more] of steps) {
      const said = await installation.ok(source, words, { env: { ...env, ...more } });
      expect(said).not.toContain('rsync was asked');
      expect(operators(installation.home)).toEqual(before);
    }
  });
});

it('a link of the operator under the name of a framework file stays, and what it leads to is not written', async () => {
  const installation = new Installation();
  const elsewhere = join(newFolder(), 'theirs.md');
  writeFileSync(elsewhere, 'theirs\n');
  mkdirSync(join(installation.home, 'guides'), { recursive: true });
  symlinkSync(elsewhere, join(installation.home, 'guides', 'a.md'));
  for (const source of [older, newer]) {
    expect(await installation.ok(source)).toContain('guides/a.md');
    expect(readFileSync(elsewhere, 'utf8')).toBe('theirs\n');
    expect(readlinkSync(join(installation.home, 'guides', 'a.md'))).toBe(elsewhere);
  }
});
