/** One run of a command, in process. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RunningCommand } from '../../src/fleet/work/command.ts';
import { newFolder } from '../cli/mosaic.ts';
import { becomes, isRunning } from './worker-run.ts';

function command(script: string): RunningCommand {
  return new RunningCommand({
    ...{ words: ['sh', '-c', script], environment: process.env, input: 'the card', graceMs: 5000 },
    ...{ output: new PassThrough().resume(), errors: new PassThrough().resume() },
  });
}

it('a command does not begin before it is told to, so that its group is known to others first', async () => {
  const file = join(newFolder(), 'begun');
  const run = command(`cat > ${file}; echo '{"done":1}'`);
  await sleep(300);
  expect(existsSync(file)).toBe(false);
  expect(isRunning(run.group ?? 0)).toBe(true);
  run.begin();
  expect(await run.ended).toMatchObject({ kind: 'exited', status: 0, lastLine: '{"done":1}' });
  expect(readFileSync(file, 'utf8')).toBe('the card');
});

it('a command that is never told to begin ends without having begun', async () => {
  const file = join(newFolder(), 'begun');
  const run = command(`touch ${file}`);
  await run.stop();
  await becomes(() => !isRunning(run.group ?? 0));
  expect(existsSync(file)).toBe(false);
});
