/** A worker that loses its claim, is told to stop, or is killed, with a real command at work. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { holderText } from '../../src/disk/holder-identity.ts';
import { currentIdentity } from '../../src/host/process-identity.ts';
import { answerOf, Mosaic } from '../cli/mosaic.ts';
import { becomes, card, isRunning, startLong, work, workWords } from './worker-run.ts';

describe('a worker whose claim is lost', () => {
  it('ends the command with all that it has started, and goes on with the next card', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    await mosaic.create('B');
    const before = '[ "$MOSAIC_CARD_ID" = B ] && exit 0; ';
    const { answer, pids } = await startLong(mosaic, { before, options: ['--ttl', '1', '--idle-exit', '1'] });
    await mosaic.json(['block', 'A', '--reason', 'not now']);
    const { status, stderr } = await answer;
    expect(status).toBe(0);
    expect(stderr).toContain('A was lost');
    expect(pids.filter(isRunning)).toEqual([]);
    expect(await card(mosaic, 'A')).toMatchObject({ status: 'blocked', statusReason: 'not now' });
    expect((await card(mosaic, 'B')).status).toBe('done');
  });
});

describe('a worker that is stopped in its tracks', () => {
  it('has its command ended when the claim is over, and finds out when it goes on', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const { child, answer, pids } = await startLong(mosaic, { options: ['--ttl', '2', '--once'] });
    child.kill('SIGSTOP');
    await becomes(() => !pids.some(isRunning));
    // Somebody else has the card by then.
    expect(await mosaic.json(['claim', '--owner', 'other'])).toMatchObject({ id: 'A', attempts: 2 });
    child.kill('SIGCONT');
    const { status, stderr } = await answer;
    expect(status).toBe(1);
    expect(stderr).toContain('A was lost');
    expect(await card(mosaic, 'A')).toMatchObject({ status: 'claimed', claimOwner: 'other' });
  });
});

describe('a worker whose claim cannot be renewed', () => {
  it('ends the command when the claim is over, though the store still keeps it waiting', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const { answer, pids } = await startLong(mosaic, { options: ['--ttl', '3', '--once'] });
    // Somebody alive has the lock, and does not give it back.
    const lock = join(mosaic.home, 'fleet', 'backlog', 'registry.lock');
    const highest = Math.max(...readdirSync(lock).map((name) => Number.parseInt(name, 10) || 0));
    writeFileSync(join(lock, String(highest + 1)), holderText({ process: currentIdentity(), token: 'abcd' }));
    const { status, stderr } = await answer;
    expect(status).toBe(1);
    expect(stderr).toContain('A was lost: It could not be renewed in time.');
    expect(pids.filter(isRunning)).toEqual([]);
  });
});

describe('a worker that is told to stop', () => {
  it('ends the command with all that it has started, and hands the card back', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const { child, answer, pids } = await startLong(mosaic);
    child.kill('SIGTERM');
    const { status, stderr } = await answer;
    expect(status).toBe(130);
    expect(stderr).toContain('A was handed back');
    expect(pids.filter(isRunning)).toEqual([]);
    expect(await card(mosaic, 'A')).toMatchObject({ status: 'ready', claimOwner: null, statusReason: null });
  });

  it('ends at once when it only waits', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A', '--blocked');
    const child = mosaic.start(workWords('true'));
    const answer = answerOf(child);
    await sleep(500);
    child.kill('SIGTERM');
    expect((await answer).status).toBe(130);
  });
});

describe('a worker that is killed', () => {
  it('leaves no command behind, and its card comes back when the claim is over', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const { child, answer, pids } = await startLong(mosaic, { options: ['--ttl', '2'] });
    child.kill('SIGKILL');
    await answer;
    await becomes(() => !pids.some(isRunning));
    expect((await work(mosaic, 'true', '--idle-exit', '3')).status).toBe(0);
    expect(await card(mosaic, 'A')).toMatchObject({ status: 'done', attempts: 2 });
  });
});
