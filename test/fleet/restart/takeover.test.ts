/** A restart that takes over from another one: dead, stale, unreadable, or too slow; as real processes. */
import { once } from 'node:events';
import { describe, expect, it, test } from 'vitest';
import { newToken } from '../../../src/fleet/restart/restart-lock-rules.ts';
import { currentIdentity } from '../../../src/host/process-identity.ts';
import { Restarts } from './restarter.ts';

const USUAL = { times: {} };

describe('the lock of a dead owner', () => {
  it('is taken over at once', async () => {
    const restarts = new Restarts();
    const first = await restarts.startHolding(USUAL);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = restarts.start(USUAL);
    expect(await second.said()).toEqual([`taken over from ${first.child.pid}: dead`, 'acquired', 'released']);
    expect(restarts.lock()).toBeNull();
  });

  it('is taken over at once though all that is known of the owner is a pid that nobody has', async () => {
    const restarts = new Restarts();
    restarts.writeLock(`4194305\n${Date.now()}\nabcd`);
    const said = await restarts.start(USUAL).said();
    expect(said).toEqual(['taken over from 4194305: dead', 'acquired', 'released']);
    expect(restarts.lock()).toBeNull();
  });

  it('is taken over at once though another process has its pid', async () => {
    const restarts = new Restarts();
    const token = newToken('abcd', { ...currentIdentity(), startTicks: '1' });
    restarts.writeLock(`${process.pid}\n${Date.now()}\n${token}\n`);
    const said = await restarts.start(USUAL).said();
    expect(said).toEqual([`taken over from ${process.pid}: dead`, 'acquired', 'released']);
  });
});

describe('the lock of somebody who lives', () => {
  it('is taken over when it is 60 s old, and does not change for a moment', async () => {
    const restarts = new Restarts();
    restarts.writeLock(`${process.pid}\n${Date.now() - 60_000}\nabcd\n`);
    const said = await restarts.start(USUAL).said();
    expect(said).toEqual([
      `waiting for ${process.pid}`,
      `taken over from ${process.pid}: stale`,
      'acquired',
      'released',
    ]);
    expect(restarts.lock()).toBeNull();
  });

  it('is taken over when patience is at an end, also when it is dated in the future', async () => {
    const restarts = new Restarts();
    restarts.writeLock(`${process.pid}\n${Date.now() + 3_600_000}\nabcd\n`);
    expect(await restarts.start().said()).toContain(`taken over from ${process.pid}: waited`);
    expect(restarts.lock()).toBeNull();
  });
});

test('a lock that cannot be read is taken over', async () => {
  const restarts = new Restarts();
  restarts.writeLock('');
  const said = await restarts.start().said();
  expect(said).toEqual([
    'waiting for nobody knows whom',
    'taken over from nobody knows whom: unreadable',
    'acquired',
    'released',
  ]);
  expect(restarts.lock()).toBeNull();
});

describe('an owner at work from whom another restart takes over', () => {
  it('stops the step it is at before the other one begins, and says to whom it lost', async () => {
    const restarts = new Restarts();
    const first = await restarts.startHolding({ holdIn: 1 });
    const second = restarts.start();
    const said = await first.said();
    expect(said.at(-2)).toMatch(
      new RegExp(
        `^RESTART_LOST Another restart, of process ${second.child.pid} on .+, has taken over. ` +
          'This one stopped in the middle of "step 1"; what it had done until then stays as it is.$',
      ),
    );
    expect(said.at(-1)).toBe('released late');
    expect(await second.said()).toEqual([
      `waiting for ${first.child.pid}`,
      `taken over from ${first.child.pid}: waited`,
      'acquired',
      'released',
    ]);
    expect(restarts.turns()).toHaveLength(2);
    expect(restarts.lock()).toBeNull();
  });

  it('begins no further step though it goes on with the one it is at', async () => {
    const restarts = new Restarts();
    const first = await restarts.startHolding({ isDeaf: true });
    const second = await restarts.startHolding();
    first.goOn();
    const said = await first.said();
    expect(said.at(-2)).toContain('This one stopped before "step 1"');
    expect(said.at(-1)).toBe('released late');
    second.goOn();
    expect((await second.said()).at(-1)).toBe('released');
    expect(restarts.log().filter((line) => line.startsWith('enter'))).toHaveLength(4);
    expect(restarts.lock()).toBeNull();
  });
});

describe('an owner that hangs', () => {
  it.each([
    ['in the middle of the restart', 3],
    ['in the last step, and then releases', 1],
  ])('%s: when it goes on, it stops, and the lock of the newer one stays', async (_, steps) => {
    const restarts = new Restarts();
    const first = await restarts.startHolding({ steps });
    first.child.kill('SIGSTOP');
    const second = await restarts.startHolding();
    const lock = restarts.lock();
    first.child.kill('SIGCONT');
    expect((await first.said()).slice(-2)).toEqual([
      expect.stringContaining('RESTART_LOST Another restart, of process'),
      'released late',
    ]);
    expect(restarts.lock()?.split('\n')[2]).toBe(lock?.split('\n')[2]);
    second.goOn();
    expect((await second.said()).slice(-2)).toEqual(['holding', 'released']);
    expect(restarts.lock()).toBeNull();
  });

  it('for two others, who are patient with each other', async () => {
    const restarts = new Restarts();
    const first = await restarts.startHolding();
    first.child.kill('SIGSTOP');
    // Long enough for one of them to be through while the other one waits for it.
    const times = { pollMs: 20, graceMs: 200, patienceMs: 4000 };
    const others = [restarts.start({ times }), restarts.start({ times })];
    const said = await Promise.all(others.map((other) => other.said()));
    expect(said.flat().filter((line) => line.startsWith('taken over'))).toHaveLength(1);
    expect(said.map((lines) => lines.at(-1))).toEqual(['released', 'released']);
    first.child.kill('SIGCONT');
    expect((await first.said()).at(-1)).toBe('released late');
    expect(restarts.lock()).toBeNull();
  });
});
