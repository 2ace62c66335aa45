/** The templates of the units: whose is taken, what is said of one that is broken, and what stays as it was meanwhile. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../src/fleet/framework/template.ts';
import { areUpToDate, installationIn } from '../../../src/fleet/life/installed-units.ts';
import { unitFiles } from '../../../src/fleet/life/units.ts';
import { newFolder } from '../../cli/mosaic.ts';
import { hasSystemd, hasTmux, TestFleet } from './fleet.ts';

const HOLDER = 'mosaic-tmux-holder.service';
const AGENT = 'mosaic-agent@.service';

function shipped(name: string): string {
  return readFileSync(new URL(`../../../fixtures/framework/systemd/user/${name}`, import.meta.url), 'utf8');
}

/** Puts a template into the home. @returns its file */
function putTemplate({ home }: TestFleet, name: string, text: string): string {
  const folder = join(home, 'systemd/user');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function unitFile({ mosaic }: TestFleet, name: string): string {
  return join(mosaic.env()['HOME'] ?? '', '.config/systemd/user', name);
}

async function findings(fleet: TestFleet): Promise<readonly { readonly code: string; readonly message: string }[]> {
  const { stdout } = await fleet.run('doctor', '--json');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the program's own answer; what is wrong with it fails the test
  return (JSON.parse(stdout) as { readonly findings: readonly { code: string; message: string }[] }).findings;
}

async function aboutUnits(fleet: TestFleet): Promise<readonly string[]> {
  return (await findings(fleet)).map(({ code }) => code).filter((code) => code.startsWith('units-'));
}

describe.skipIf(!hasSystemd)('with systemd', () => {
  it('a template in the home is taken, and the mark stands above it', async () => {
    const fleet = await TestFleet.withSystemd();
    const text = shipped(AGENT).replace('[Service]\n', '[Service]\nNice=5\n');
    putTemplate(fleet, AGENT, text);
    await fleet.add('one', 'sleep 300');
    await fleet.ok('install-systemd');
    const written = readFileSync(unitFile(fleet, AGENT), 'utf8');
    expect(written.split('\n')[0]).toBe(`# Written by mosaic-fleet for the fleet in ${fleet.home}`);
    expect(written).toContain('\nNice=5\n');
    expect(written).not.toMatch(/\{\{|\}\}/);
    expect(readFileSync(unitFile(fleet, HOLDER), 'utf8')).toContain('Description=The tmux server of the fleet\n');
    expect(await fleet.deeds('start')).toEqual(['one started']);
    expect(fleet.systemctl('show', '-P', 'Nice', 'mosaic-agent@one.service')).toBe('5');
    expect(await aboutUnits(fleet)).toEqual([]);

    // Comments tell systemd nothing; a setting does, and is taken up by the next install-systemd, the fleet up or not.
    putTemplate(fleet, AGENT, `# Ours.\n${text}`);
    expect(await aboutUnits(fleet)).toEqual([]);
    putTemplate(fleet, AGENT, text.replace('Nice=5', 'Nice=6'));
    expect(await aboutUnits(fleet)).toEqual(['units-old']);
    expect(JSON.parse(await fleet.ok('install-systemd', '--json'))).toEqual({ written: [unitFile(fleet, AGENT)] });
    expect(await aboutUnits(fleet)).toEqual([]);
  });

  it('a template that breaks later keeps nothing from being started, looked at, stopped or taken away', async () => {
    const fleet = await TestFleet.withSystemd();
    await fleet.add('one', 'sleep 300');
    await fleet.ok('install-systemd');
    const file = putTemplate(fleet, AGENT, shipped(AGENT).replace('{{keeper}}', '{{keper}}'));
    const line = shipped(AGENT).split('\n').indexOf('ExecStart={{keeper}}') + 1;
    const message =
      `The template ${file} cannot be used: its line ${line} has {{keper}}, which nothing is known of; ` +
      '{{keeper}} is missing from it.';
    expect(await fleet.deeds('start')).toEqual(['one started']);
    expect(await fleet.status()).toMatchObject({ startedBy: 'systemd', server: 'running' });
    expect(await findings(fleet)).toContainEqual(expect.objectContaining({ code: 'units-unknown', message }));
    expect(await fleet.deeds('restart', 'one')).toEqual(['one stopped', 'one started']);
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'tmux server stopped']);
    const before = readFileSync(unitFile(fleet, AGENT), 'utf8');
    const { status, stdout, stderr } = await fleet.run('install-systemd', '--json');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TEMPLATE_INVALID', message } });
    expect(readFileSync(unitFile(fleet, AGENT), 'utf8')).toBe(before);
    await fleet.ok('install-systemd', '--uninstall');
    expect(existsSync(unitFile(fleet, AGENT))).toBe(false);
  });
});

describe.skipIf(!hasTmux)('in tmux alone', () => {
  it('a broken template is told by install-systemd, which writes nothing, and is no matter to the rest', async () => {
    const fleet = new TestFleet();
    const file = putTemplate(fleet, HOLDER, '[Service]\nExecStart={{tmux-server}}\n');
    await fleet.add('one', 'sleep 300');
    for (const words of [[], ['--print']]) {
      expect(await fleet.run('install-systemd', ...words)).toEqual({
        status: 1,
        stdout: '',
        stderr:
          `error: The template ${file} cannot be used: {{variable}} is missing from it.\n` +
          'hint: Correct it, or move it away: then the one that comes with the program is used.\n',
      });
    }
    expect(existsSync(unitFile(fleet, HOLDER))).toBe(false);
    expect(existsSync(unitFile(fleet, AGENT))).toBe(false);
    expect(await fleet.deeds('start')).toEqual(['one started']);
    expect(await fleet.status()).toMatchObject({ startedBy: 'tmux', server: 'running' });
    expect(await findings(fleet)).toEqual([]);
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'tmux server stopped']);
  });
});

/** As they were written when the texts stood in the program. */
const FORMER = {
  [HOLDER]: `# Written by mosaic-fleet for the fleet in /home/ann/fleet
# Changes are lost when it is written anew; put yours into a drop-in: systemctl --user edit
[Unit]
Description=The tmux server of the fleet
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=exec
ExecStart="/usr/bin/tmux" "-L" "mosaic" "-f" "/dev/null" "-D"
UnsetEnvironment=TMUX TMUX_PANE TMUX_TMPDIR
Environment="PATH=/usr/bin"
Environment="LANG=C.UTF-8"
Environment="MOSAIC_HOME=/home/ann/fleet"
Restart=on-failure
RestartSec=1
`,
  [AGENT]: `# Written by mosaic-fleet for the fleet in /home/ann/fleet
# Changes are lost when it is written anew; put yours into a drop-in: systemctl --user edit
[Unit]
Description=Agent %i of the fleet
Requires=mosaic-tmux-holder.service
After=mosaic-tmux-holder.service
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=exec
ExecStart="/usr/bin/node" "/opt/mosaic/bin/mosaic.js" "fleet" "__keep" %i "--mosaic-home" "/home/ann/fleet"
Environment="PATH=/usr/bin"
Environment="LANG=C.UTF-8"
Environment="MOSAIC_HOME=/home/ann/fleet"
Restart=on-failure
RestartPreventExitStatus=2
SuccessExitStatus=4
RestartSec=2
KillMode=mixed
TimeoutStopSec=45

[Install]
WantedBy=default.target
`,
};

describe('units that were written before there were templates', () => {
  const home = '/home/ann/fleet';
  const program = ['/usr/bin/node', '/opt/mosaic/bin/mosaic.js', 'fleet'];
  const wanted = (programWords: readonly string[]): ReturnType<typeof unitFiles> =>
    unitFiles(
      { mosaicHome: home, program: programWords, environment: { PATH: '/usr/local/bin:/usr/bin', TZ: 'UTC' } },
      '/usr/bin/tmux',
      'mosaic',
      (name) => readTemplate(newFolder(), `systemd/user/${name}`),
    );

  it('are ours, and up to date while they say what would be written now', () => {
    const folder = newFolder();
    for (const [name, text] of Object.entries(FORMER)) writeFileSync(join(folder, name), text);
    expect(installationIn(folder, home)).toEqual({ kind: 'ours' });
    expect(areUpToDate(folder, wanted(program))).toBe(true);
    expect(areUpToDate(folder, wanted(['/usr/bin/node', '/elsewhere/mosaic.js', 'fleet']))).toBe(false);
  });

  it('are not whole when one is missing', () => {
    const folder = newFolder();
    writeFileSync(join(folder, AGENT), FORMER[AGENT]);
    expect(installationIn(folder, home)).toEqual({ kind: 'ours' });
    expect(areUpToDate(folder, wanted(program))).toBe(false);
  });
});
