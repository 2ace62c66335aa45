/** Back to a version before, and away with it: all that was installed goes, and nothing else. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasSystemd, hasTmux, TestFleet } from '../fleet/life/fleet.ts';
import { TestSystemd } from '../fleet/life/systemd.ts';
import { Installation } from './installation.ts';
import { filesIn, isThere, lines } from './listing.ts';
import { moveIn, operators } from './operator.ts';
import { packageWith, writeInto } from './packages.ts';

const a = packageWith({ version: '0.1.0', framework: { 'guides/a.md': 'one\n', 'guides/b.md': 'one\n' } });
const b = packageWith({ version: '0.2.0', framework: { 'guides/a.md': 'two\n' } });
const AWAY = ['--uninstall', '--yes'] as const;

let installation: Installation;

beforeEach(() => {
  installation = new Installation();
});

it('a version before is installed over a later one as any other, and the later one stays at hand', async () => {
  await installation.ok(b);
  await installation.ok(a);
  expect(await installation.version()).toBe('0.1.0');
  expect(filesIn(installation.home)).toContain('guides/b.md');
  const { all, current } = installation.versions();
  expect(current).toMatch(/^0\.1\.0-[0-9a-f]{12}$/);
  expect(all).toEqual([current, expect.stringMatching(/^0\.2\.0-[0-9a-f]{12}$/)]);
});

it('of all versions the one in use and the one before stay', async () => {
  for (const source of [a, b, packageWith({ version: '0.3.0' })]) await installation.ok(source);
  expect(installation.versions().all.map((name) => name.slice(0, 5))).toEqual(['0.2.0', '0.3.0']);
});

describe('--uninstall', () => {
  it('takes away all that was installed and nothing else, says where the data stays, and a second time has nothing to do', async () => {
    writeInto(installation.prefix, 'bin/another', 'theirs\n');
    writeInto(installation.prefix, 'lib/node_modules/another/x.js', 'theirs\n');
    moveIn(installation.home);
    const before = {
      prefix: lines(installation.prefix, 'bytes'),
      home: lines(installation.home, 'bytes'),
      operators: operators(installation.home),
    };
    await installation.ok(a);
    await installation.ok(b);
    const said = await installation.ok(b, AWAY);
    expect(lines(installation.prefix, 'bytes')).toEqual(before.prefix);
    expect(lines(installation.home, 'bytes')).toEqual(before.home);
    expect(operators(installation.home)).toEqual(before.operators);
    expect(said).toContain(installation.home);
    const everything = installation.everything();
    await installation.ok(b, AWAY);
    expect(installation.everything()).toEqual(everything);
  });

  it('leaves cards and roster, and they are there again for the next installation', async () => {
    await installation.ok(a);
    await installation.mosaic.create('A');
    await installation.ok(a, AWAY);
    expect(isThere(installation.program)).toBe(false);
    expect(isThere(join(installation.home, 'fleet/backlog/cards/A.json'))).toBe(true);
    await installation.ok(b);
    expect(await installation.json('backlog', 'show', 'A')).toMatchObject({ id: 'A' });
  });

  it('leaves a framework file that its user has changed', async () => {
    await installation.ok(a);
    writeFileSync(join(installation.home, 'guides/a.md'), 'mine\n');
    await installation.ok(a, AWAY);
    expect(filesIn(installation.home)).toEqual(['guides/a.md']);
  });

  it('of one half leaves the other', async () => {
    await installation.ok(a);
    await installation.ok(a, [...AWAY, '--framework']);
    expect(filesIn(installation.home)).toEqual([]);
    expect(await installation.version()).toBe('0.1.0');
    await installation.ok(a);
    await installation.ok(a, [...AWAY, '--cli']);
    expect(filesIn(installation.prefix)).toEqual([]);
    expect(isThere(join(installation.home, 'guides/a.md'))).toBe(true);
  });

  it.skipIf(!hasTmux)('is refused while the fleet runs, and changes nothing', async () => {
    await installation.ok(a);
    const fleet = new TestFleet(installation.mosaic);
    await fleet.add('one', 'true');
    await fleet.ok('start');
    const before = lines(installation.prefix, 'everything');
    const { status, stderr } = await installation.install(a, AWAY);
    expect(status).toBe(1);
    expect(stderr).toContain('mosaic fleet stop');
    expect(lines(installation.prefix, 'everything')).toEqual(before);
    expect(isThere(join(installation.home, 'guides/a.md'))).toBe(true);
    await fleet.ok('stop');
    await installation.ok(a, AWAY);
    expect(isThere(installation.program)).toBe(false);
  });
});

describe.skipIf(!hasSystemd)('where systemd keeps the fleet (skipped where none can be run)', () => {
  let systemd: TestSystemd;
  let env: Readonly<Record<string, string>>;

  beforeEach(async () => {
    await installation.ok(a);
    systemd = new TestSystemd(installation.env());
    env = { XDG_RUNTIME_DIR: systemd.runtimeFolder };
    await systemd.start();
    writeInto(installation.userHome, '.config/systemd/user/mine.service', '[Service]\nExecStart=true\n');
    expect((await installation.run(['fleet', 'install-systemd'], env)).status).toBe(0);
  });

  afterEach(() => systemd.crash());

  it('an update leaves the units as they are, and they lead to the program whatever its version', async () => {
    const folder = join(installation.userHome, '.config/systemd');
    const before = lines(folder, 'everything');
    for (const source of [b, packageWith({ version: '0.3.0' })]) await installation.ok(source, ['--yes'], { env });
    expect(lines(folder, 'everything')).toEqual(before);
    const unit = readFileSync(join(folder, 'user/mosaic-agent@.service'), 'utf8');
    expect(unit).toContain(installation.program);
    expect(unit).not.toContain('versions');
  });

  it('--uninstall takes the units of this fleet away, and no other', async () => {
    await installation.ok(a, AWAY, { env });
    expect(filesIn(join(installation.userHome, '.config/systemd'))).toEqual(['user/mine.service']);
    expect(systemd.ask('show', '-P', 'LoadState', 'mosaic-agent@one.service')).toBe('not-found');
  });
});

describe('--uninstall --purge', () => {
  beforeEach(async () => {
    await installation.ok(a);
    await installation.mosaic.create('A');
    for (const path of [
      'fleet/roster.yaml',
      'fleet/other.yaml',
      'fleet/agents/one.env',
      'memory/today.md',
      'SOUL.md',
    ]) {
      writeInto(installation.home, path, 'mine\n');
    }
  });

  it.each([[[]], [['--yes']], [['-y', '--cli']]])(
    'where nobody can be asked is refused, and changes nothing: %j',
    async (words) => {
      const before = installation.everything();
      const env = { MOSAIC_ASSUME_YES: '1' };
      const { status, stderr } = await installation.install(a, ['--uninstall', '--purge', ...words], { env });
      expect(status).toBe(1);
      expect(stderr).toContain('terminal');
      expect(installation.everything()).toEqual(before);
    },
  );
});
