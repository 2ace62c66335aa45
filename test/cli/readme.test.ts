/** The README's worker loop, run as it stands: several workers drain a backlog, failures and all. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasTmux } from '../fleet/life/fleet.ts';
import { card } from '../fleet/worker-run.ts';
import { answerOf, MOSAIC, Mosaic, newFolder } from './mosaic.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

function workerLoop(): string {
  const loop = /```bash\n(owner=.*?)```/s.exec(README)?.[1];
  if (loop === undefined) throw new Error('The README has no worker loop in bash.');
  // The pause before a retry is the README's; nobody waits five minutes for a test.
  return loop.replace('--retry-after 5m', '--retry-after 1').replace('--wait 5s', '--wait 2s');
}

/** Fails the first attempt at `flaky`, and writes down whatever it finishes. */
const WORK = `#!/usr/bin/env bash
id=$(node -p 'JSON.parse(process.argv[1]).id' "$1")
attempts=$(node -p 'JSON.parse(process.argv[1]).attempts' "$1")
if [ "$id" = flaky ] && [ "$attempts" = 1 ]; then exit 7; fi
echo "$id" >> done.txt
`;

test.skipIf(!hasTmux)(
  'the fleet of the README goes from nothing to done in less than ten lines',
  { timeout: 60_000 },
  async () => {
    const story = /```bash\n(mosaic fleet backlog create lexer.*?)```/s.exec(README)?.[1] ?? '';
    expect(story.trim().split('\n').length).toBeLessThan(10);
    const folder = newFolder();
    symlinkSync(MOSAIC, join(folder, 'mosaic'));
    const mosaic = new Mosaic();
    const env = { ...mosaic.env(), PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const { status: ended, stdout, stderr } = await answerOf(spawn('bash', ['-e', '-c', story], { cwd: folder, env }));
    expect({ ended, stderr }).toEqual({ ended: 0, stderr: '' });
    expect(stdout).toContain('✓ The fleet can be started.');
    expect(stdout).toContain('✓ coder0 started');
    expect(stdout).toMatch(/working .* lexer {2}Write the lexer/);
    expect(stdout).toContain('✓ tmux server stopped');
    for (const id of ['lexer', 'parser']) {
      const { status, result } = await card(mosaic, id);
      expect({ status, result }).toMatchObject({
        status: 'done',
        result: { by: expect.stringMatching(/^coder[01]$/) },
      });
    }
  },
);

test('several workers that run the loop of the README finish every card once, and what fails is tried again', async () => {
  const folder = newFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(MOSAIC, join(bin, 'mosaic'));
  writeFileSync(join(folder, 'work'), WORK);
  chmodSync(join(folder, 'work'), 0o755);
  writeFileSync(join(folder, 'loop.sh'), workerLoop());

  const mosaic = new Mosaic();
  const cards = ['flaky', 'a', 'b', "it's odd"].map((id) => JSON.stringify({ id, title: id }));
  const last = JSON.stringify({ id: 'last', title: 'last', dependsOn: ['flaky', 'a'] });
  await mosaic.backlog(['import', '-'], { stdin: [...cards, last].join('\n') });

  const environment = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, MOSAIC_HOME: mosaic.home };
  const workers = [1, 2].map(() =>
    spawn('bash', ['loop.sh'], { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'exit')));

  const finished = readFileSync(join(folder, 'done.txt'), 'utf8').trim().split('\n');
  expect(finished.toSorted()).toEqual(['a', 'b', 'flaky', "it's odd", 'last']);
  expect(finished.at(-1)).toBe('last');
  expect(await mosaic.json(['show', 'flaky'])).toMatchObject({ status: 'done', attempts: 2 });
  expect(await mosaic.json(['stats'])).toMatchObject({ byStatus: { done: 5 } });
});
