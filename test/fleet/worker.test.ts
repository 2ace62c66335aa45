/** The worker: real commands on real cards, from what they are given to what becomes of the card. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Mosaic } from '../cli/mosaic.ts';
import { becomes, card, isRunning, pidsIn, work, workWords } from './worker-run.ts';

describe('what the command is given', () => {
  it('is the card, on standard input and in a file, its id, and which attempt this is', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A', '--priority', '7');
    const script =
      'cat > "$HOME/in"; cat "$MOSAIC_CARD_FILE" > "$HOME/file"; echo "$MOSAIC_CARD_ID $MOSAIC_CARD_ATTEMPT"';
    const { status, stdout } = await work(mosaic, script, '--once');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'A 1\n' });
    for (const name of ['in', 'file']) {
      const given: unknown = JSON.parse(readFileSync(join(mosaic.home, name), 'utf8'));
      expect(given).toMatchObject({ id: 'A', priority: 7, status: 'claimed', claimOwner: 'worker', attempts: 1 });
    }
  });
});

it('the command finds the same backlog, wherever that is', async () => {
  const mosaic = new Mosaic();
  await mosaic.create('A');
  const elsewhere = new Mosaic();
  const options = ['--once', '--mosaic-home', mosaic.home];
  const { stdout } = await work(elsewhere, 'echo "$MOSAIC_HOME $MOSAIC_OWNER"', ...options);
  expect(stdout).toBe(`${mosaic.home} worker\n`);
});

describe('a command that ends with 0', () => {
  it.each([
    ['a last line of JSON', 'echo working; echo \'{"commit":"abc"}\'', { commit: 'abc' }],
    ['a file', 'echo \'["a",1]\' > "$MOSAIC_RESULT_FILE"; echo \'{"not":"this"}\'', ['a', 1]],
    ['a last line that is no JSON', 'echo \'{"early":true}\'; echo done', null],
    ['a number, which is output and no result', 'echo 42', null],
    ['nothing at all', 'true', null],
  ])('completes its card, and hands in %s', async (_, script, result) => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    expect((await work(mosaic, script, '--once')).status).toBe(0);
    expect(await card(mosaic, 'A')).toMatchObject({ status: 'done', result, claimOwner: null });
  });

  it('completes it with megabytes of output, all of which come through', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const script = 'yes 0123456789012345678901234567890123456789 | head -c 8000000; echo; echo \'{"last":1}\'';
    const { stdout } = await work(mosaic, script, '--once');
    expect(stdout).toHaveLength(8_000_000 + '\n{"last":1}\n'.length);
    expect(await card(mosaic, 'A')).toMatchObject({ status: 'done', result: { last: 1 } });
  });

  it('has not succeeded when what it hands in cannot be read', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    expect((await work(mosaic, 'echo "{" > "$MOSAIC_RESULT_FILE"', '--once')).status).toBe(1);
    const { status, statusReason } = await card(mosaic, 'A');
    expect(status).toBe('ready');
    expect(statusReason).toContain('The command succeeded, but of its result file it is not JSON');
  });

  it('leaves nothing running behind, and completes its card', async () => {
    const mosaic = new Mosaic();
    const pids = join(mosaic.home, 'pids');
    await mosaic.create('A');
    const script = 'sleep 300 & echo $! > "$PIDS"';
    const answer = await mosaic.run(workWords(script, '--once', '--ttl', '1'), { env: { PIDS: pids } });
    expect(answer.status).toBe(0);
    expect(pidsIn(pids)).toHaveLength(1);
    expect(pidsIn(pids).filter(isRunning)).toEqual([]);
    expect((await card(mosaic, 'A')).status).toBe('done');
  });

  it('completes it though nobody reads its output any more', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const child = mosaic.start(workWords('sleep 0.5; yes | head -c 1000000; echo; echo \'{"last":1}\'', '--once'));
    child.stdout.destroy();
    child.stderr.destroy();
    await becomes(() => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
    expect(await card(mosaic, 'A')).toMatchObject({ status: 'done', result: { last: 1 } });
  });

  it('has not succeeded when its result cannot be read, or is more than a card can hold', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    await mosaic.create('B');
    await work(mosaic, 'mkdir "$MOSAIC_RESULT_FILE"', '--once');
    expect((await card(mosaic, 'A')).statusReason).toBe(
      'The command succeeded, but its result file cannot be read (EISDIR).',
    );
    const many = `node -e 'console.log(JSON.stringify(Array(20).fill("x".repeat(1e6))))' > "$MOSAIC_RESULT_FILE"`;
    expect((await work(mosaic, many, '--once')).status).toBe(1);
    expect((await card(mosaic, 'B')).statusReason).toContain('The command succeeded, but its result was refused: ');
  });

  it('keeps its claim for as long as it takes', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    expect((await work(mosaic, 'sleep 3', '--once', '--ttl', '1')).status).toBe(0);
    expect(await card(mosaic, 'A')).toMatchObject({ status: 'done', attempts: 1 });
  });
});

describe('a command that fails', () => {
  it('gives its card back for later, with its last words as the reason', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const { status, stderr } = await work(mosaic, 'echo fine; echo "no such branch" >&2; exit 3', '--once');
    expect(status).toBe(1);
    expect(stderr).toContain('A failed: sh ended with status 3: no such branch');
    const { notBefore, ...rest } = await card(mosaic, 'A');
    expect(rest).toMatchObject({
      status: 'ready',
      statusReason: 'sh ended with status 3: no such branch',
      attempts: 1,
    });
    const delayMs = Date.parse(notBefore ?? '') - Date.now();
    expect(delayMs).toBeGreaterThan(2000);
    expect(delayMs).toBeLessThanOrEqual(10_000);
  });

  it('is said to be missing when it is', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const words = ['fleet', 'work', '--owner', 'worker', '--once', '--', 'no-such-program'];
    expect((await mosaic.run(words)).status).toBe(1);
    const { statusReason } = await card(mosaic, 'A');
    expect(statusReason).toBe(
      'no-such-program could not be started: there is no program of that name that may be executed.',
    );
  });

  it('does not poison the queue: after the last of its attempts the card is blocked', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A', '--max-attempts', '1');
    await mosaic.create('B');
    await work(mosaic, '[ "$MOSAIC_CARD_ID" = B ]', '--idle-exit', '1');
    expect((await card(mosaic, 'A')).status).toBe('blocked');
    expect((await card(mosaic, 'B')).status).toBe('done');
  });

  it('that was killed is told apart from one that ended', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    await work(mosaic, 'kill -KILL $$', '--once');
    expect((await card(mosaic, 'A')).statusReason).toBe('sh was ended by SIGKILL.');
  });
});

describe('the end of a worker', () => {
  it('comes after one card with --once, and when there is none', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    await mosaic.create('B');
    expect((await work(mosaic, 'true', '--once')).status).toBe(0);
    expect((await card(mosaic, 'B')).status).toBe('ready');
    await mosaic.json(['complete', 'B']);
    expect((await work(mosaic, 'true', '--once')).status).toBe(0);
  });

  it('is told in lines of JSON on request, with the output of the command beside them', async () => {
    const mosaic = new Mosaic();
    await mosaic.create('A');
    const { stdout, stderr } = await work(mosaic, 'echo hello', '--once', '--json');
    const events: readonly unknown[] = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(events).toMatchObject([
      { kind: 'claimed', card: { id: 'A' } },
      { kind: 'ended', outcome: { kind: 'completed' } },
    ]);
    expect(stderr).toBe('hello\n');
  });

  it('is refused where there is no command to run', async () => {
    const mosaic = new Mosaic();
    const { status, stderr } = await mosaic.run(['fleet', 'work', '--owner', 'worker']);
    expect(status).toBe(2);
    expect(stderr).toContain('work needs the command to run.');
  });
});

it('a worker that has no room for the card says so, and hands it back', async () => {
  const mosaic = new Mosaic();
  await mosaic.create('A');
  const nowhere = join(mosaic.home, 'nowhere');
  const { status, stderr } = await mosaic.run(workWords('true', '--once'), { env: { TMPDIR: nowhere } });
  expect(status).toBe(1);
  expect(stderr).toContain('The card A could not be written for its command: ENOENT');
  expect(stderr).toContain(`Make room in ${nowhere}, or set TMPDIR to another folder`);
  expect((await card(mosaic, 'A')).status).toBe('ready');
});

it('takes only the cards of its phase and label, and works through what depends on one another', async () => {
  const mosaic = new Mosaic();
  const plan = join(mosaic.home, 'plan.jsonl');
  const cards = [
    { id: 'A', title: 'A', phase: 'M1', labels: ['x'], dependsOn: ['B'] },
    { id: 'B', title: 'B', phase: 'M1', labels: ['x'] },
    { id: 'C', title: 'C', phase: 'M1' },
    { id: 'D', title: 'D', phase: 'M2', labels: ['x'] },
  ];
  writeFileSync(plan, cards.map((one) => JSON.stringify(one)).join('\n'));
  await mosaic.json(['import', plan]);
  const { stdout } = await work(mosaic, 'echo $MOSAIC_CARD_ID', '--phase', 'M1', '--label', 'x', '--idle-exit', '1');
  expect(stdout).toBe('B\nA\n');
});
