/** Agents that run on in their panes and take cards by themselves. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MOSAIC } from '../../cli/mosaic.ts';
import { hasTmux, TestFleet } from './fleet.ts';

/** A session whose program is a shell script. */
async function session(script: string): Promise<TestFleet> {
  const fleet = new TestFleet();
  const file = join(fleet.home, 'session.sh');
  writeFileSync(file, `#!/bin/sh\nmosaic() { "${process.execPath}" "${MOSAIC}" fleet backlog "$@"; }\n${script}\n`);
  chmodSync(file, 0o755);
  await fleet.add('one', file, '--mode', 'session');
  return fleet;
}

describe.skipIf(!hasTmux)('a session', () => {
  it('has the terminal to itself, knows its name, and works on what it claims', async () => {
    const fleet = await session(
      'tty > "$HOME/tty"; read line; mosaic claim --owner "$MOSAIC_OWNER" > /dev/null; echo "got $line"; read line',
    );
    await fleet.mosaic.create('A');
    await fleet.ok('start');
    expect(await fleet.agent('one')).toMatchObject({ state: 'running', cards: [] });
    expect(await fleet.ok('agent', 'send', 'one', 'begin')).toContain('Sent to one.');
    await fleet.until(async () => (await fleet.agent('one')).state === 'working');
    expect(await fleet.agent('one')).toMatchObject({ cards: [{ id: 'A', attempt: 1 }] });
    await fleet.until(async () => (await fleet.ok('agent', 'logs', 'one')).includes('got begin'));
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'tmux server stopped']);
  });

  it('that was killed with its program gives its cards back at once', async () => {
    const fleet = await session('mosaic claim --owner "$MOSAIC_OWNER" > /dev/null; sleep 300');
    await fleet.mosaic.create('A');
    await fleet.ok('start');
    await fleet.until(async () => (await fleet.agent('one')).state === 'working');
    const { pid } = await fleet.agent('one');
    process.kill(-(pid ?? 0), 'SIGKILL');
    await fleet.until(async () => (await fleet.agent('one')).state === 'failed');
    await fleet.until(async () => {
      await fleet.mosaic.json(['reclaim', '--dead']);
      return (await fleet.cards())[0]?.status === 'ready';
    });
  });

  it('is started again when its program fails, and more and more slowly when it fails at once', async () => {
    const fleet = await session('echo run >> "$HOME/runs"; exit 3');
    await fleet.run('start');
    await fleet.until(async () => (await fleet.agent('one')).state === 'paused');
    expect((await fleet.agent('one')).restarts).toBeGreaterThanOrEqual(3);
    expect(await fleet.ok('agent', 'logs', 'one')).toContain('sh ended with status 3.');
    expect(await fleet.deeds('stop')).toEqual(['one stopped', 'tmux server stopped']);
  });

  it('whose program ends as it should has ended, and stays so', async () => {
    const fleet = await session('sleep 0.5; exit 0');
    await fleet.ok('start');
    await fleet.until(async () => (await fleet.agent('one')).state === 'ended');
    expect(await fleet.agent('one')).toMatchObject({ exitStatus: 0, pid: null, restarts: 0 });
    expect(await fleet.deeds('start')).toEqual(['one started']);
  });
});
