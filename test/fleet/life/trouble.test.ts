/** A fleet in tmux alone, and what can be wrong with it: what is not known is not taken for dead, and nothing foreign is touched. */
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { heartbeatFolder, readHeartbeats, writeHeartbeat } from '../../../src/fleet/heartbeat/heartbeat-file.ts';
import { newFolder } from '../../cli/mosaic.ts';
import { hasTmux, TestFleet } from './fleet.ts';

async function oneAgent(command = 'sleep 300'): Promise<TestFleet> {
  const fleet = new TestFleet();
  await fleet.add('one', command);
  await fleet.ok('start');
  return fleet;
}

function paneIdOf(fleet: TestFleet, name: string): string {
  const lines = fleet.tmux('list-panes', '-a', '-F', '#{@mosaic-agent} #{pane_id}').split('\n');
  return lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
}

async function codes(fleet: TestFleet): Promise<readonly string[]> {
  const { stdout } = await fleet.run('doctor', '--json');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the program's own answer
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly code: string }[] };
  return findings.map(({ code }) => code);
}

describe.skipIf(!hasTmux)('an agent', () => {
  it('in whose pane somebody has left a shell does not run, and is not started beside it', async () => {
    const fleet = await oneAgent();
    fleet.tmux('respawn-pane', '-k', '-t', paneIdOf(fleet, 'one'), 'sh');
    await fleet.until(async () => (await fleet.agent('one')).state === 'stray');
    expect(await codes(fleet)).toEqual(['agent-stray']);
    const { status, stdout } = await fleet.run('start');
    expect(status).toBe(1);
    expect(stdout).toContain('one was not started: in its pane %0 runs something else');
    expect(await fleet.deeds('restart', 'one')).toEqual(['one stopped-by-force', 'one started']);
    expect((await fleet.agent('one')).state).toBe('waiting');
  });

  it('whose heart does not beat is silent, though its process is there', async () => {
    const fleet = await oneAgent();
    // A program in a pane cannot be stopped for long: tmux lets it go on. So its sign of life is dated back.
    await fleet.until(async () => {
      for (const { path, heartbeat } of readHeartbeats(heartbeatFolder(fleet.home))) {
        writeHeartbeat(path, { ...heartbeat, beatAt: '2026-01-31T09:30:00.000Z' });
      }
      return (await fleet.agent('one')).state === 'silent';
    });
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'tmux server stopped']);
  });

  it('that was stopped in its tracks is let go on by tmux, and hands its card back when it is to stop', async () => {
    const fleet = await oneAgent();
    await fleet.mosaic.create('A');
    await fleet.until(async () => (await fleet.agent('one')).state === 'working');
    process.kill((await fleet.agent('one')).pid ?? 0, 'SIGSTOP');
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'tmux server stopped']);
    expect((await fleet.history('A')).at(-1)?.kind).toBe('released');
  });

  it('that cannot be started says why, and others are started all the same', async () => {
    const fleet = new TestFleet();
    const folder = newFolder();
    await fleet.add('one', 'true', '--cwd', folder);
    await fleet.add('two', 'true');
    rmSync(folder, { recursive: true });
    const { status, stdout } = await fleet.run('start');
    expect(status).toBe(1);
    expect(stdout).toContain('✗ one failed: it ended at once: ');
    expect(stdout).toContain('✓ two started');
    expect(await fleet.agent('one')).toMatchObject({ state: 'failed', exitStatus: 2 });
    expect(await fleet.ok('agent', 'logs', 'one')).toContain(`one cannot work in ${folder}`);
    expect(await codes(fleet)).toEqual(['agent-failed']);
  });

  it('whose command fails at once, again and again, slows down, and says so', async () => {
    const fleet = new TestFleet();
    await fleet.add('one', 'exit 7');
    await fleet.importCards(8, 8);
    await fleet.ok('start');
    await fleet.until(async () => (await fleet.agent('one')).state === 'paused');
    expect(await codes(fleet)).toEqual(['agent-paused']);
    expect(Date.parse((await fleet.agent('one')).pausedUntil ?? '')).toBeGreaterThan(Date.now() - 1000);
  });

  it('is given its environment file, its name and its home, and no card of another phase', async () => {
    const fleet = new TestFleet();
    const command = String.raw`printf '{"is":"%s"}\n' "$MOSAIC_OWNER $KEY"`;
    await fleet.add('one', command, '--env', 'KEY=a b', '--phase', 'M1,M2');
    await fleet.mosaic.create('A', '--phase', 'M3');
    await fleet.mosaic.create('B', '--phase', 'M2');
    await fleet.ok('start');
    await fleet.until(async () => (await fleet.doneCount()) === 1);
    expect((await fleet.cards()).map(({ id, status, result }) => [id, status, result])).toEqual([
      ['A', 'ready', null],
      ['B', 'done', { is: 'one a b' }],
    ]);
  });
});

describe.skipIf(!hasTmux)('a tmux server', () => {
  it(
    'that does not answer is unknown, and so are its agents; nothing is started a second time',
    { timeout: 90_000 },
    async () => {
      const fleet = await oneAgent();
      const { serverPid } = fleet;
      process.kill(serverPid, 'SIGSTOP');
      onTestFinished(() => void process.kill(serverPid, 'SIGCONT'));
      expect(await fleet.status()).toMatchObject({ server: 'unknown', agents: [{ state: 'unknown' }] });
      const { status, stdout } = await fleet.run('start');
      expect(status).toBe(1);
      expect(stdout).toContain('tmux does not answer, so nothing is known of the agents');
      expect(await codes(fleet)).toEqual(['tmux-unknown']);
      process.kill(serverPid, 'SIGCONT');
      expect(await fleet.deeds('start')).toEqual(['one already-running']);
    },
  );

  it('that cannot be asked, for there is no tmux on the PATH, is unknown, too', async () => {
    const fleet = await oneAgent();
    fleet.set('PATH', join(fleet.home, 'no', 'such', 'folder'));
    expect(await fleet.status()).toMatchObject({ server: 'unknown', agents: [{ state: 'unknown' }] });
    const { status, stdout } = await fleet.run('stop');
    expect(status).toBe(1);
    expect(stdout).toContain('tmux is not installed, and agents live in it.');
  });

  it('on which somebody has panes of their own is left running, with them, and the agent comes up beside them', async () => {
    const fleet = await oneAgent();
    fleet.tmux('new-session', '-d', '-s', 'mine', 'sleep 300');
    fleet.tmux('split-window', '-d', '-t', paneIdOf(fleet, 'one'), 'sleep 301');
    expect(await fleet.deeds('restart')).toEqual(['one stopped', 'tmux server left-alone', 'one started']);
    const panes = fleet
      .tmux('list-panes', '-a', '-F', '#{session_name} #{@mosaic-agent} #{pane_start_command}')
      .split('\n');
    expect(panes.filter((line) => line.includes('sleep'))).toEqual(['mine  "sleep 300"', 'one  "sleep 301"']);
    expect(await fleet.states()).toEqual(['waiting']);
  });

  it('has a session of the name of an agent that the fleet did not make: it is left alone, and the agent not started', async () => {
    const fleet = await oneAgent();
    fleet.tmux('new-session', '-d', '-s', 'two', 'sleep 300');
    await fleet.add('two', 'true');
    const { status, stdout } = await fleet.run('start', 'two');
    expect(status).toBe(1);
    expect(stdout).toContain('on the fleet’s tmux server is a session of that name that the fleet did not make');
    expect(fleet.tmux('list-panes', '-t', '=two:', '-F', '#{pane_start_command}')).toBe('"sleep 300"');
  });

  it('is not shared by two fleets, whose agents have the same names', async () => {
    const [mine, other] = [await oneAgent(), await oneAgent()];
    expect(await mine.deeds('stop')).toEqual(['one stopped', 'tmux server stopped']);
    expect(await other.states()).toEqual(['waiting']);
  });
});

describe.skipIf(!hasTmux)('the roster', () => {
  it('may lose an agent that runs: status shows it, and it can be stopped', async () => {
    const fleet = await oneAgent();
    await fleet.add('two', 'true');
    await fleet.ok('start', 'two');
    await fleet.ok('remove', 'one');
    expect((await fleet.status()).agents.map(({ name, isInRoster }) => [name, isInRoster])).toEqual([
      ['two', true],
      ['one', false],
    ]);
    expect(await codes(fleet)).toEqual(['agent-not-listed']);
    expect(await fleet.deeds('stop', 'one')).toEqual(['one stopped']);
    const { status, stderr } = await fleet.run('stop', 'one');
    expect({ status, stderr }).toMatchObject({ status: 1 });
    expect(stderr).toContain('There is no agent "one"');
    expect(await fleet.deeds('stop')).toEqual(['two stopped', 'tmux server stopped']);
  });

  it('may become nonsense while the fleet runs: what runs is shown and can be stopped, and nothing is started', async () => {
    const fleet = await oneAgent();
    writeFileSync(join(fleet.home, 'fleet', 'roster.yaml'), 'version: 1\nagents: 7\n');
    const { status, stdout, stderr } = await fleet.run('status');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toContain('roster.yaml:2:9');
    expect(stdout).toMatch(/^one \(not in the roster\) +○ waiting/m);
    expect((await fleet.run('start')).status).toBe(1);
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'tmux server stopped']);
  });
});

describe.skipIf(!hasTmux)('a name', () => {
  it('that somebody works under already, in no pane, is not given to a second one', { timeout: 90_000 }, async () => {
    const fleet = new TestFleet();
    await fleet.add('one', 'true');
    await fleet.mosaic.create('A');
    const byHand = fleet.mosaic.start(['fleet', 'work', '--owner', 'one', '--', 'sleep', '300']);
    onTestFinished(() => void byHand.kill('SIGTERM'));
    await fleet.until(async () => (await fleet.status()).others.some(({ owner }) => owner === 'one'));
    const { status, stdout } = await fleet.run('start');
    expect(status).toBe(1);
    expect(stdout).toContain(
      `one was not started: process ${byHand.pid}, or what it has started, is at work under that name`,
    );
    expect(fleet.tmux('list-panes', '-a', '-F', '#{@mosaic-agent}')).toBe('');
  });

  it('means one fleet, whatever links lead to its home', async () => {
    const fleet = await oneAgent();
    const link = join(newFolder(), 'link');
    symlinkSync(fleet.home, link);
    const { stdout } = await fleet.run('start', '--json', '--mosaic-home', link);
    expect(stdout).toContain('"deed":"already-running"');
  });
});
