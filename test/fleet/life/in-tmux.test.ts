/** A fleet in tmux alone. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasTmux, TestFleet } from './fleet.ts';
import { allAtWork, allDone, hire, killAmidCard, STARTED, STOPPED } from './stories.ts';

describe.skipIf(!hasTmux)('a fleet in tmux alone', () => {
  it('drains a backlog, through the death of an agent and a restart of everything, and every card is done once', async () => {
    const fleet = new TestFleet();
    await hire(fleet);
    expect(await fleet.states()).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
    expect(await fleet.deeds('start')).toEqual(STARTED);
    await allAtWork(fleet);

    const card = await killAmidCard(fleet, 'coder1');
    await fleet.until(async () => (await fleet.agent('coder1')).state === 'failed');
    expect(await fleet.agent('coder1')).toMatchObject({ exitSignal: 9, pid: null });
    // Its command ends with it, and then its card need not wait for the end of the claim.
    await fleet.until(async () => {
      await fleet.mosaic.json(['reclaim', '--dead']);
      return (await fleet.history(card)).some(
        ({ kind, reason }) => kind === 'failed' && /coder1 died/.test(reason ?? ''),
      );
    });

    expect(await fleet.deeds('restart')).toEqual(
      [...STOPPED, ...STARTED].map((deed) => (deed === 'coder1 stopped' ? 'coder1 not-running' : deed)),
    );
    await allAtWork(fleet);
    await allDone(fleet);
    await fleet.until(async () => (await fleet.states()).every((state) => state === 'waiting'));
    expect(await fleet.deeds('stop')).toEqual(STOPPED);
    expect(await fleet.states()).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
    expect(existsSync(join(fleet.home, 'fleet', 'run', 'restart.lock'))).toBe(false);
  });

  it('is started once, however often it is started, and one agent at a time is stopped and started', async () => {
    const fleet = new TestFleet();
    await fleet.add('one', 'true');
    await fleet.add('two', 'true');
    await Promise.all([fleet.ok('start'), fleet.ok('start'), fleet.ok('start')]);
    expect(fleet.tmux('list-panes', '-a', '-F', '#{@mosaic-agent}').split('\n').toSorted()).toEqual(['one', 'two']);
    expect(await fleet.deeds('start')).toEqual(['one already-running', 'two already-running']);
    expect(await fleet.deeds('stop', 'one')).toEqual(['one stopped']);
    expect(await fleet.states()).toEqual(['stopped', 'waiting']);
    expect(await fleet.deeds('stop', 'one')).toEqual(['one not-running']);
    expect(await fleet.deeds('restart', 'two')).toEqual(['two stopped', 'two started']);
    expect(await fleet.deeds('start', 'one')).toEqual(['one started']);
    const { status, stderr } = await fleet.run('start', 'three');
    expect(status).toBe(1);
    expect(stderr).toContain('There is no agent "three"');
  });

  it('hands its cards back when the tmux server goes, and says that nothing runs', async () => {
    const fleet = new TestFleet();
    await fleet.add('one', 'sleep 300');
    await fleet.mosaic.create('A');
    await fleet.ok('start');
    await fleet.until(async () => (await fleet.agent('one')).state === 'working');
    process.kill(fleet.serverPid, 'SIGTERM');
    await fleet.until(async () => (await fleet.history('A')).at(-1)?.kind === 'released');
    expect(await fleet.status()).toMatchObject({ server: 'not-running', agents: [{ state: 'stopped' }] });
  });

  it('keeps what the terminal of an agent showed when it is stopped', async () => {
    const fleet = new TestFleet();
    await fleet.add('one', 'echo "a last word"');
    await fleet.mosaic.create('A');
    await fleet.ok('start');
    await fleet.until(async () => (await fleet.doneCount()) === 1);
    await fleet.ok('stop');
    expect(readFileSync(join(fleet.home, 'fleet', 'run', 'one.last.log'), 'utf8')).toContain('a last word');
    expect(await fleet.ok('agent', 'logs', 'one', '--previous')).toContain('a last word');
  });
});
