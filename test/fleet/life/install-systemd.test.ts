/** Units are written, and taken away again, and never anybody else's. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../../../src/host/look-around.ts';
import { Mosaic, newFolder } from '../../cli/mosaic.ts';
import { hasSystemd, TestFleet } from './fleet.ts';

const HOLDER = 'mosaic-tmux-holder.service';
const AGENT = 'mosaic-agent@.service';

function unitsOf({ mosaic }: TestFleet): string {
  return join(mosaic.env()['HOME'] ?? '', '.config', 'systemd', 'user');
}

/** Every file and link under the folder, as a path from there. */
function filesUnder(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => !lstatSync(join(folder, name)).isDirectory()).toSorted();
}

async function refusal(fleet: TestFleet, ...words: readonly string[]): Promise<{ code: string; message: string }> {
  const { status, stdout, stderr } = await fleet.run('install-systemd', ...words, '--json');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the program's own answer; what is wrong with it fails the test
  return (JSON.parse(stderr) as { readonly error: { code: string; message: string } }).error;
}

describe.skipIf(!hasSystemd)('install-systemd', () => {
  it('shows what it would write, and writes nothing', async () => {
    const fleet = await TestFleet.withSystemd();
    const page = await fleet.ok('install-systemd', '--print');
    expect(page).toContain(`# ${unitsOf(fleet)}/${HOLDER}\n`);
    expect(page).toContain(`# ${unitsOf(fleet)}/${AGENT}\n`);
    expect(filesUnder(unitsOf(fleet))).toEqual([]);
  });

  it('writes two units once, and takes them away with all that starts them at login', async () => {
    const fleet = await TestFleet.withSystemd();
    await fleet.add('one', 'true');
    await fleet.add('two', 'true');
    const paths = [HOLDER, AGENT].map((name) => join(unitsOf(fleet), name));
    expect(JSON.parse(await fleet.ok('install-systemd', '--json'))).toEqual({ written: paths });
    expect(JSON.parse(await fleet.ok('install-systemd', '--json'))).toEqual({ written: [] });
    expect(await fleet.deeds('start')).toEqual(['one started', 'two started']);
    expect(await refusal(fleet, '--uninstall')).toMatchObject({ code: 'FLEET_RUNNING' });
    // Of this one nobody would take away the link when all are stopped.
    await fleet.ok('remove', 'two');
    await fleet.ok('stop');
    fleet.systemctl('enable', 'mosaic-agent@two.service');
    writeFileSync(
      join(unitsOf(fleet), 'else.service'),
      '[Service]\nExecStart=true\n[Install]\nWantedBy=default.target\n',
    );
    fleet.systemctl('enable', 'else.service');
    expect(JSON.parse(await fleet.ok('install-systemd', '--uninstall', '--json'))).toEqual({ removed: paths });
    expect(filesUnder(unitsOf(fleet))).toEqual(['default.target.wants/else.service', 'else.service']);
    expect(fleet.systemctl('show', '-P', 'LoadState', HOLDER)).toBe('not-found');
    expect(JSON.parse(await fleet.ok('install-systemd', '--uninstall', '--json'))).toEqual({ removed: [] });
    expect((await fleet.status()).startedBy).toBe('tmux');
  });

  it('leaves a unit of somebody else as it is, whatever it is called', async () => {
    const fleet = await TestFleet.withSystemd();
    const path = join(unitsOf(fleet), AGENT);
    mkdirSync(unitsOf(fleet), { recursive: true });
    writeFileSync(path, '[Service]\nExecStart=true\n');
    const message = `${path} was written by somebody else, and is left as it is.`;
    expect(await refusal(fleet)).toMatchObject({ code: 'UNITS_TAKEN', message });
    expect(await refusal(fleet, '--uninstall')).toMatchObject({ code: 'UNITS_TAKEN', message });
    expect(filesUnder(unitsOf(fleet))).toEqual([AGENT]);
    expect(readFileSync(path, 'utf8')).toBe('[Service]\nExecStart=true\n');
  });

  it('leaves the units of another fleet to it, and says whose they are', async () => {
    const other = await TestFleet.withSystemd();
    await other.ok('install-systemd');
    const home = newFolder();
    other.set('MOSAIC_HOME', home);
    const path = join(unitsOf(other), HOLDER);
    const message = `${path} is for another fleet, the one in ${other.home}, and is left as it is.`;
    expect(await refusal(other)).toMatchObject({ code: 'UNITS_TAKEN', message });
    expect(await refusal(other, '--uninstall')).toMatchObject({ code: 'UNITS_TAKEN', message });
    // That fleet is no business of this one, which lives in tmux alone.
    await other.add('one', 'true');
    expect(await other.status()).toMatchObject({ startedBy: 'tmux' });
  });

  it('is refused while a fleet runs that systemd has not started', async () => {
    const fleet = await TestFleet.withSystemd();
    await fleet.add('one', 'true');
    await fleet.ok('start');
    expect(await refusal(fleet)).toMatchObject({ code: 'FLEET_RUNNING' });
    expect(filesUnder(unitsOf(fleet))).toEqual([]);
    await fleet.ok('stop');
    await fleet.ok('install-systemd');
  });

  it('says that systemd does not answer before it writes anything, and cleans up without it', async () => {
    const fleet = await TestFleet.withSystemd();
    await fleet.add('one', 'true');
    await fleet.ok('install-systemd');
    fleet.systemctl('enable', 'mosaic-agent@one.service');
    fleet.set('XDG_RUNTIME_DIR', '/nowhere');
    await fleet.ok('install-systemd', '--uninstall');
    expect(filesUnder(unitsOf(fleet))).toEqual([]);
    expect(await refusal(fleet)).toMatchObject({ code: 'SYSTEMD_FAILED' });
    expect(filesUnder(unitsOf(fleet))).toEqual([]);
  });

  it.each([`it's "here", 100% of $HOME`, 'a\\b\\x20 %i %% $$ ;#{pid} ü'])('works in a home called %j', async (name) => {
    const home = join(newFolder(), name);
    // systemd takes no program whose path has a quote or a backslash in it.
    const programs = join(newFolder(), '100% of $HOME');
    mkdirSync(home);
    mkdirSync(programs);
    const tmux = await findProgram('tmux', home, process.env['PATH'] ?? '');
    symlinkSync(tmux ?? '', join(programs, 'tmux'));
    const fleet = await TestFleet.withSystemd(new Mosaic(home));
    fleet.set('PATH', `${programs}:${process.env['PATH'] ?? ''}`);
    await fleet.add('one', 'pwd > "$MOSAIC_HOME/worked"', '--cwd', home);
    await fleet.mosaic.create('A');
    await fleet.ok('install-systemd');
    expect(readFileSync(join(unitsOf(fleet), HOLDER), 'utf8')).toContain('/100%% of $HOME/tmux" "-L"');
    expect(await fleet.deeds('start')).toEqual(['one started']);
    await fleet.until(async () => (await fleet.doneCount()) === 1);
    expect(readFileSync(join(home, 'worked'), 'utf8')).toBe(`${home}\n`);
    expect(await fleet.agent('one')).toMatchObject({ restarts: 0 });
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'tmux server stopped']);
  });
});
