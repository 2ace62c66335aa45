/** Restarts that meet, as real processes. */
import { describe, expect, it, test } from 'vitest';
import { readRestartLock } from '../../../src/fleet/restart/read-restart-lock.ts';
import { becomes } from '../worker-run.ts';
import { Restarts } from './restarter.ts';

/** A restart in it takes over only from the dead. */
const PATIENT = { pollMs: 20 };

describe.each([2, 3])('%i restarts at once', (count) => {
  it('are one after the other, each with its own token, and leave no lock behind', async () => {
    const restarts = new Restarts();
    const all = Array.from({ length: count }, () => restarts.start({ times: PATIENT, stepMs: 100 }));
    for (const restarter of all) expect((await restarter.said()).at(-1)).toBe('released');
    const turns = restarts.turns();
    expect(new Set(turns).size).toBe(count);
    expect(turns).toHaveLength(count);
    expect(restarts.log()).toHaveLength(count * 6);
    expect(restarts.lock()).toBeNull();
  });
});

test('a second restart says for whom it waits, and goes on when that one is through', async () => {
  const restarts = new Restarts();
  const first = await restarts.startHolding({ times: PATIENT });
  const second = restarts.start({ times: PATIENT });
  await second.says(`waiting for ${first.child.pid}`);
  first.goOn();
  expect(await first.said()).toEqual(['acquired', 'holding', 'released']);
  expect(await second.said()).toEqual([`waiting for ${first.child.pid}`, 'acquired', 'released']);
  expect(restarts.turns()).toHaveLength(2);
  expect(restarts.lock()).toBeNull();
});

test('whoever only wants to know sees who restarts', async () => {
  const restarts = new Restarts();
  expect(readRestartLock(restarts.lockPath)).toBeNull();
  const one = await restarts.startHolding();
  const seen = readRestartLock(restarts.lockPath);
  expect(seen).toMatchObject({ kind: 'held', pid: one.child.pid, liveness: 'alive' });
  one.child.kill('SIGKILL');
  await one.said();
  expect(readRestartLock(restarts.lockPath)).toEqual({ ...seen, liveness: 'dead' });
  restarts.writeLock('what?');
  expect(readRestartLock(restarts.lockPath)).toEqual({ kind: 'unreadable' });
});

test('a restart says that it makes progress, also in the middle of a long step', async () => {
  const restarts = new Restarts();
  const one = await restarts.startHolding();
  const before = restarts.lock();
  await becomes(() => restarts.lock() !== before);
  const [pid, , token] = before?.split('\n') ?? [];
  expect(restarts.lock()).toMatch(new RegExp(`^${pid}\n\\d+\n`));
  expect(restarts.lock()?.split('\n')[2]).toBe(token);
  one.goOn();
  expect((await one.said()).at(-1)).toBe('released');
});

test('a restart that is interrupted while it waits leaves nothing behind', async () => {
  const restarts = new Restarts();
  const first = await restarts.startHolding({ times: PATIENT });
  const lock = restarts.lock();
  const second = restarts.start({ times: PATIENT });
  await second.says('waiting');
  second.child.kill('SIGTERM');
  expect((await second.said()).at(-1)).toBe('interrupted');
  expect(restarts.lock()?.split('\n')[2]).toBe(lock?.split('\n')[2]);
  first.goOn();
  expect((await first.said()).at(-1)).toBe('released');
  expect(restarts.lock()).toBeNull();
});
