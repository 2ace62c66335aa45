/** A fleet that is kept by the user's systemd. */
import { describe, expect, it } from 'vitest';
import { hasSystemd, TestFleet } from './fleet.ts';
import { allAtWork, allDone, hire, killAmidCard, STARTED, STOPPED } from './stories.ts';

describe.skipIf(!hasSystemd)('a fleet kept by systemd', () => {
  it('drains a backlog, through the death of an agent and a restart of everything, and every card is done once', async () => {
    const fleet = await TestFleet.withSystemd();
    await hire(fleet);
    await fleet.ok('install-systemd');
    expect(await fleet.status()).toMatchObject({ startedBy: 'systemd', server: 'not-running' });
    expect(await fleet.states()).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
    expect(await fleet.deeds('start')).toEqual(STARTED);
    await allAtWork(fleet);
    expect(await fleet.deeds('start')).toEqual(STARTED.map((deed) => deed.replace('started', 'already-running')));

    const card = await killAmidCard(fleet, 'coder1');
    // Systemd starts it again, and that is when its card comes back, long before the claim is over.
    await fleet.until(async () =>
      (await fleet.history(card)).some(({ kind, reason }) => kind === 'failed' && /coder1 died/.test(reason ?? '')),
    );
    await fleet.until(async () => (await fleet.agent('coder1')).state === 'working');
    // More than once only when a card was done in the very moment of the first try.
    expect((await fleet.agent('coder1')).restarts).toBeGreaterThanOrEqual(1);

    expect(await fleet.deeds('restart')).toEqual([...STOPPED, ...STARTED]);
    await allAtWork(fleet);
    await allDone(fleet);
    await fleet.until(async () => (await fleet.states()).every((state) => state === 'waiting'));
    expect(await fleet.deeds('stop')).toEqual(STOPPED);
    expect(await fleet.states()).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
    expect(fleet.systemctl('list-units', '--failed', '--plain', '--no-legend', 'mosaic-*')).toBe('');
  });

  it('comes up again after a reboot as it was asked for last: what was started does, what was stopped does not', async () => {
    const fleet = await TestFleet.withSystemd();
    await fleet.add('one', 'sleep 300');
    await fleet.add('two', 'sleep 300');
    await fleet.ok('install-systemd');
    await fleet.mosaic.create('A');
    expect(await fleet.deeds('start')).toEqual(['one started', 'two started']);
    await fleet.until(async () => (await fleet.states()).includes('working'));
    const idle = (await fleet.status()).agents.find(({ state }) => state === 'waiting')?.name ?? '';
    const busy = idle === 'one' ? 'two' : 'one';
    await fleet.ok('stop', idle);

    await fleet.reboot();
    // The card that was worked on when the power was cut comes back at once, and goes on.
    await fleet.until(async () => (await fleet.agent(busy)).state === 'working');
    expect(await fleet.history('A')).toMatchObject([{}, { kind: 'claimed' }, { kind: 'failed' }, { kind: 'claimed' }]);
    expect((await fleet.agent(idle)).state).toBe('stopped');

    await fleet.ok('stop');
    await fleet.reboot();
    expect(await fleet.status()).toMatchObject({ server: 'not-running' });
    expect(await fleet.states()).toEqual(['stopped', 'stopped']);
    expect(fleet.systemctl('is-active', 'default.target')).toBe('active');
  });

  it('takes restarts that come at the same time one after the other, and every agent runs once', async () => {
    const fleet = await TestFleet.withSystemd();
    await fleet.add('one', 'true');
    await fleet.add('two', 'true');
    await fleet.ok('install-systemd');
    await fleet.ok('start');
    const deeds = await Promise.all([fleet.deeds('restart'), fleet.deeds('restart'), fleet.deeds('restart', 'one')]);
    const all = ['one stopped', 'two stopped', 'tmux server stopped', 'one started', 'two started'];
    expect(deeds).toEqual([all, all, ['one stopped', 'one started']]);
    const { agents, others } = await fleet.status();
    expect(agents).toMatchObject([
      { state: 'waiting', restarts: 0 },
      { state: 'waiting', restarts: 0 },
    ]);
    expect(others).toEqual([]);
    expect(fleet.tmux('list-panes', '-a', '-F', '#{@mosaic-agent}').split('\n').toSorted()).toEqual(['one', 'two']);
  });
});
