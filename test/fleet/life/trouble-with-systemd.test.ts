/** What a fleet that is kept by systemd does when something dies, hangs, or is not there. */
import { mkdirSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../../cli/mosaic.ts';
import { hasSystemd, TestFleet } from './fleet.ts';

async function withAgents(...names: readonly string[]): Promise<TestFleet> {
  const fleet = await TestFleet.withSystemd();
  for (const name of names) await fleet.add(name, 'sleep 300');
  await fleet.ok('install-systemd');
  return fleet;
}

function unit(fleet: TestFleet, name: string, property: string): string {
  return fleet.systemctl('show', '-P', property, `mosaic-agent@${name}.service`);
}

describe.skipIf(!hasSystemd)('a fleet kept by systemd', () => {
  it('comes back by itself when the tmux server is killed', async () => {
    const fleet = await withAgents('one', 'two');
    await fleet.mosaic.create('A');
    await fleet.ok('start');
    const before = fleet.serverPid;
    process.kill(before, 'SIGKILL');
    await fleet.until(async () => {
      const { server, agents } = await fleet.status();
      return server === 'running' && agents.every(({ state }) => state === 'working' || state === 'waiting');
    });
    expect(fleet.serverPid).not.toBe(before);
    expect(fleet.tmux('list-panes', '-a', '-F', '#{@mosaic-agent}').split('\n').toSorted()).toEqual(['one', 'two']);
    await fleet.until(async () => (await fleet.states()).includes('working'));
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'two stopped', 'tmux server stopped']);
  });

  it('does not start an agent again and again whose folder is missing, and start says so', async () => {
    const fleet = await withAgents('one');
    const folder = newFolder();
    await fleet.add('lost', 'true', '--cwd', folder);
    rmSync(folder, { recursive: true });
    const results = await fleet.results('start');
    expect(results.map(({ subject, deed }) => `${subject} ${deed}`)).toEqual(['one started', 'lost failed']);
    expect(results[1]?.reason).toContain(`lost cannot work in ${folder}`);
    await fleet.until(() => unit(fleet, 'lost', 'ActiveState') === 'failed');
    expect(unit(fleet, 'lost', 'NRestarts')).toBe('0');
    expect((await fleet.agent('lost')).state).toBe('failed');
    mkdirSync(folder);
    expect(await fleet.deeds('start', 'lost')).toEqual(['lost started']);
  });

  it('does not start an agent again that has left the roster', async () => {
    const fleet = await withAgents('one', 'two');
    await fleet.ok('start');
    const { pid } = await fleet.agent('two');
    await fleet.ok('remove', 'two');
    process.kill(pid ?? 0, 'SIGKILL');
    await fleet.until(() => unit(fleet, 'two', 'ActiveState') === 'failed');
    expect(unit(fleet, 'two', 'NRestarts')).toBe('1');
    expect(unit(fleet, 'two', 'Result')).toBe('exit-code');
    expect((await fleet.status()).agents.map(({ name, isInRoster, state }) => [name, isInRoster, state])).toEqual([
      ['one', true, 'waiting'],
      ['two', false, 'failed'],
    ]);
  });

  it('is started and stopped by hand as often as somebody likes', async () => {
    const fleet = await withAgents('one');
    await fleet.ok('start');
    for (let starts = 0; starts < 9; starts += 1) fleet.systemctl('restart', 'mosaic-tmux-holder.service');
    expect(await fleet.deeds('restart')).toEqual(['one stopped', 'tmux server stopped', 'one started']);
    expect(await fleet.deeds('restart')).toEqual(['one stopped', 'tmux server stopped', 'one started']);
    expect(await fleet.deeds('restart', 'one')).toEqual(['one stopped', 'one started']);
  });

  it('is known to tmux when systemd does not answer, and nothing is started twice', async () => {
    const fleet = await withAgents('one', 'two');
    await fleet.ok('start');
    const { agents } = await fleet.status();
    fleet.set('XDG_RUNTIME_DIR', '/nowhere');
    const results = await fleet.results('start');
    expect(results.map(({ subject, deed }) => `${subject} ${deed}`)).toEqual([
      'tmux server failed',
      'one failed',
      'two failed',
      'one, two failed',
    ]);
    for (const { reason } of results) expect(reason).toContain("The user's systemd does not answer");
    expect(fleet.tmux('list-panes', '-a', '-F', '#{@mosaic-agent}').split('\n').toSorted()).toEqual(['one', 'two']);
    const after = await fleet.status();
    expect(after.agents.map(({ name, state, pid }) => [name, state, pid])).toEqual(
      agents.map(({ name, state, pid }) => [name, state, pid]),
    );
    const { status, stdout } = await fleet.run('doctor', '--json');
    expect(status).toBe(1);
    expect(stdout).toContain('"code":"systemd-unreachable"');
    // Their keepers would start again what is stopped without them.
    expect(await fleet.deeds('stop')).toEqual(['one, two failed', 'one, two failed', 'tmux server failed']);
    expect((await fleet.status()).agents.map(({ pid }) => pid)).toEqual(agents.map(({ pid }) => pid));
  });

  it('is not stopped behind the back of systemd by a command that looks for its units elsewhere', async () => {
    const fleet = await withAgents('one');
    await fleet.ok('start');
    const { pid } = await fleet.agent('one');
    fleet.set('XDG_CONFIG_HOME', '/nowhere');
    expect(await fleet.deeds('stop')).toEqual(['one failed', 'tmux server failed']);
    expect((await fleet.agent('one')).pid).toBe(pid);
  });

  it('leaves the tmux server running while somebody has panes of their own on it', async () => {
    const fleet = await withAgents('one');
    await fleet.ok('start');
    fleet.tmux('new-session', '-d', '-s', 'mine', 'sleep 300');
    expect(await fleet.deeds('restart')).toEqual(['one stopped', 'tmux server left-alone', 'one started']);
    expect(fleet.tmux('list-panes', '-a', '-F', '#{pane_start_command}')).toContain('sleep 300');
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'tmux server left-alone']);
  });

  it('keeps one agent, not two, when its keeper is killed', async () => {
    const fleet = await withAgents('one');
    await fleet.mosaic.create('A');
    await fleet.ok('start');
    await fleet.until(async () => (await fleet.agent('one')).state === 'working');
    const { pid } = await fleet.agent('one');
    const keeper = unit(fleet, 'one', 'MainPID');
    process.kill(Number(keeper), 'SIGKILL');
    await fleet.until(() => unit(fleet, 'one', 'NRestarts') === '1' && unit(fleet, 'one', 'ActiveState') === 'active');
    expect(unit(fleet, 'one', 'MainPID')).not.toBe(keeper);
    expect(await fleet.agent('one')).toMatchObject({ pid, state: 'working' });
    expect((await fleet.history('A')).map(({ kind }) => kind)).toEqual(['created', 'claimed']);
    // The new keeper keeps it as the old one did.
    process.kill(pid ?? 0, 'SIGKILL');
    await fleet.until(async () => {
      const now = await fleet.agent('one');
      return now.state === 'working' && now.pid !== pid;
    });
    expect(await fleet.deeds('stop', 'one')).toEqual(['one stopped']);
    expect((await fleet.history('A')).at(-1)?.kind).toBe('released');
  });
});
