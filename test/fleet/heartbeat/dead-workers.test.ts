/** Workers that die with a card: the card comes back as soon as that is proven, and not before. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { heartbeatFolder } from '../../../src/fleet/heartbeat/heartbeat-file.ts';
import { answerOf, Mosaic } from '../../cli/mosaic.ts';
import { becomes, card, isRunning, startLong, work, workWords } from '../worker-run.ts';

function heartbeats(mosaic: Mosaic): readonly string[] {
  return readdirSync(heartbeatFolder(mosaic.home)).filter((name) => name.endsWith('.json'));
}

/** A worker that was killed in the middle of card A, with a command that does not heed a polite signal. */
async function killedAmid(mosaic: Mosaic, ...options: readonly string[]): Promise<readonly number[]> {
  await mosaic.create('A', '--max-attempts', '2');
  const { child, answer, pids } = await startLong(mosaic, { before: 'trap "" TERM; ', options });
  await becomes(() =>
    heartbeats(mosaic).some((name) =>
      readFileSync(join(heartbeatFolder(mosaic.home), name), 'utf8').includes('"group": '),
    ),
  );
  child.kill('SIGKILL');
  await answer;
  return pids;
}

describe('reclaim --dead', () => {
  it('takes back the card of a worker that was killed, once its command has gone too, and counts the attempt', async () => {
    const mosaic = new Mosaic();
    const pids = await killedAmid(mosaic);
    // The command is given ten seconds to end; until then somebody would work on the card beside it.
    expect(pids.some(isRunning)).toBe(true);
    expect(await mosaic.json(['reclaim', '--dead'])).toEqual({ reclaimed: [] });
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await becomes(() => !pids.some(isRunning));
    expect(await mosaic.json(['reclaim', '--dead'])).toEqual({ reclaimed: ['A'] });
    const { status, attempts, statusReason } = await card(mosaic, 'A');
    expect({ status, attempts }).toEqual({ status: 'ready', attempts: 1 });
    expect(statusReason).toMatch(/^worker died while it worked on this \(process \d+\)\.$/);
    expect(heartbeats(mosaic)).toEqual([]);
    expect(await mosaic.json(['reclaim', '--dead'])).toEqual({ reclaimed: [] });
  });

  it('leaves alone who is alive, who is on another machine, and what is no heartbeat', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const { child, answer } = await startLong(mosaic);
    const folder = heartbeatFolder(mosaic.home);
    const [name = ''] = heartbeats(mosaic);
    const own = readFileSync(join(folder, name), 'utf8');
    writeFileSync(
      join(folder, 'far.0000.json'),
      own.replace(/"host": "[^"]*"/, '"host": "elsewhere"').replace(/"pid": \d+/, '"pid": 999999'),
    );
    writeFileSync(join(folder, 'half.0000.json'), own.slice(0, 100));
    expect(await mosaic.json(['reclaim', '--dead'])).toEqual({ reclaimed: [] });
    expect((await card(mosaic, 'A')).status).toBe('claimed');
    child.kill('SIGTERM');
    await answer;
    // Whoever ends as it should leaves none behind, and what is not its own is not its to remove.
    expect(heartbeats(mosaic).toSorted()).toEqual(['far.0000.json', 'half.0000.json']);
  });

  it('takes no id', async () => {
    const { status, stderr } = await new Mosaic().backlog(['reclaim', 'A', '--dead']);
    expect({ status, stderr: stderr.split('\n')[0] }).toEqual({
      status: 2,
      stderr: 'error: --dead looks for the cards itself, and takes no id.',
    });
  });
});

describe('a worker that is started again', () => {
  it('gets back at once what it held when it was killed', async () => {
    const mosaic = new Mosaic();
    const pids = await killedAmid(mosaic);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await becomes(() => !pids.some(isRunning));
    expect((await work(mosaic, 'true', '--once')).status).toBe(0);
    expect(await card(mosaic, 'A')).toMatchObject({ status: 'done', attempts: 2 });
  });
});

it('a heartbeat that cannot be written stops no work', async () => {
  const mosaic = new Mosaic();
  await mosaic.create('A');
  writeFileSync(join(mosaic.home, 'fleet', 'run'), 'in the way');
  const child = mosaic.start(workWords('true', '--once'));
  expect((await answerOf(child)).status).toBe(0);
  expect((await card(mosaic, 'A')).status).toBe('done');
});
