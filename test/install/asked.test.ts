/** What the installer asks somebody who sits at a terminal, and what it does with each answer. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hasTmux } from '../fleet/life/fleet.ts';
import { Installation } from './installation.ts';
import { filesIn, isNoCache, isThere } from './listing.ts';
import { packageWith, writeInto } from './packages.ts';
import { type Conversation, talk, type Talk } from './terminal.ts';

const a = packageWith({ version: '0.1.0', framework: { 'guides/a.md': 'one\n', 'guides/b.md': 'one\n' } });
const b = packageWith({ version: '0.2.0', framework: { 'guides/a.md': 'two\n', 'guides/b.md': 'two\n' } });

describe.skipIf(!hasTmux)('at a terminal (skipped where tmux is not installed)', () => {
  let installation: Installation;

  beforeEach(() => {
    installation = new Installation();
  });

  function run(
    source: string,
    words: readonly string[],
    conversation: Conversation,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Talk> {
    return talk(['bash', join(source, 'install.sh'), ...words], { ...installation.env(), ...env }, conversation);
  }

  describe('--uninstall --purge', () => {
    const MINE = ['SOUL.md', 'fleet/other.yaml', 'memory/today.md'];

    beforeEach(async () => {
      await installation.ok(a);
      await installation.mosaic.create('A');
      for (const path of [...MINE, 'fleet/roster.yaml', 'fleet/agents/one.env']) {
        writeInto(installation.home, path, 'mine\n');
      }
    });

    it('asks twice whatever else is said, and then takes away the data of the fleet and nothing else', async () => {
      const name = basename(installation.home);
      const { status, screen } = await run(
        a,
        ['--uninstall', '--purge', '--yes'],
        [
          ['Type yes', 'yes'],
          ['Type the name of the folder', name],
        ],
        { MOSAIC_ASSUME_YES: '1' },
      );
      expect({ status, screen }).toEqual({ status: 0, screen: expect.stringContaining('one card') });
      expect(filesIn(installation.prefix)).toEqual([]);
      expect(filesIn(installation.home)).toEqual(MINE);
      for (const path of ['backlog', 'run', 'agents'])
        expect(isThere(join(installation.home, 'fleet', path))).toBe(false);
    });

    it.each<readonly [string, Conversation]>([
      ['the first question', [['Type yes', 'no']]],
      ['the first question, with what a hasty hand types', [['Type yes', 'y']]],
      [
        'the second question',
        [
          ['Type yes', 'yes'],
          ['Type the name of the folder', 'yes'],
        ],
      ],
    ])('removes nothing after another answer to %s', async (_which, conversation) => {
      const before = installation.everything();
      const { status } = await run(a, ['--uninstall', '--purge'], conversation);
      expect(status).toBe(1);
      expect(installation.everything().filter(isNoCache)).toEqual(before.filter(isNoCache));
    });
  });

  it('--uninstall asks once, and takes a no for a no', async () => {
    await installation.ok(a);
    expect((await run(a, ['--uninstall'], [['[y/N]', 'n']])).status).toBe(0);
    expect(await installation.version()).toBe('0.1.0');
    expect((await run(a, ['--uninstall'], [['[y/N]', 'y']])).status).toBe(0);
    expect(filesIn(installation.prefix)).toEqual([]);
  });

  it('with MOSAIC_INSTALL_MODE=prompt asks about each file that was changed', async () => {
    await installation.ok(a);
    for (const path of ['guides/a.md', 'guides/b.md']) writeFileSync(join(installation.home, path), 'mine\n');
    const { status } = await run(
      b,
      ['--no-auto-launch'],
      [
        ['guides/a.md', 'y'],
        ['guides/b.md', 'n'],
      ],
      { MOSAIC_INSTALL_MODE: 'prompt' },
    );
    expect(status).toBe(0);
    expect(readFileSync(join(installation.home, 'guides/a.md'), 'utf8')).toBe('two\n');
    expect(readFileSync(join(installation.home, 'guides/b.md'), 'utf8')).toBe('mine\n');
    expect(filesIn(join(installation.home, 'fleet/run/replaced'))).toEqual([expect.stringMatching(/^guides\/a\.md\./)]);
  });

  it('offers to make a roster after the first installation, and never again once there is one', async () => {
    expect((await run(a, [], [['[y/N]', 'y']])).status).toBe(0);
    expect(isThere(join(installation.home, 'fleet/roster.yaml'))).toBe(true);
    expect((await run(b, [], [])).status).toBe(0);
    expect(await installation.version()).toBe('0.2.0');
  });

  it('--no-auto-launch offers nothing', async () => {
    expect((await run(a, ['--no-auto-launch'], [])).status).toBe(0);
    expect(isThere(join(installation.home, 'fleet/roster.yaml'))).toBe(false);
  });
});
