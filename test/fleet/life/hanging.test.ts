/** An agent that hangs keeps none of the others from being stopped. */
import { describe, expect, it } from 'vitest';
import { wordsOf } from '../../../src/host/process-words.ts';
import { hasSystemd, TestFleet } from './fleet.ts';
import { canFreeze } from './systemd.ts';

const canHang = hasSystemd && canFreeze();
if (!canHang) console.warn('No process can be frozen here: an agent that hangs is NOT tested.');

describe.skipIf(!canHang)('a fleet kept by systemd', () => {
  it('is brought down whole though one agent hangs: that one is stopped by force, and so it is said', async () => {
    const fleet = await TestFleet.withSystemd();
    for (const name of ['one', 'two', 'three']) await fleet.add(name, 'sleep 300');
    await fleet.ok('install-systemd');
    await fleet.mosaic.create('A');
    await fleet.ok('start', 'two');
    await fleet.until(async () => (await fleet.states()).includes('working'));
    await fleet.ok('start');
    const pid = (await fleet.agent('two')).pid ?? 0;
    fleet.freeze(pid);
    const results = await fleet.results('stop');
    expect(results.map(({ subject, deed }) => `${subject} ${deed}`)).toEqual([
      'one stopped',
      'two stopped-by-force',
      'three stopped',
      'tmux server stopped',
    ]);
    expect(results[1]?.reason).toBe('it did not end by itself in time');
    await fleet.until(async () => (await wordsOf(pid)).length === 0);
    expect(await fleet.states()).toEqual(['stopped', 'stopped', 'stopped']);
    // It could not hand its card back, but it is proven dead.
    await fleet.until(async () => {
      await fleet.mosaic.json(['reclaim', '--dead']);
      return (await fleet.history('A')).at(-1)?.kind === 'failed';
    });
  });
});
