/** As `killed.test.ts`, in the very calls that change something, where no clock would hit: by strace. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { where } from '../hostile/surroundings.ts';
import { Survivor } from './survivor.ts';

const CALLS = ['rename', 'symlink', 'unlink', 'mkdir', 'rmdir'];

/** So every run makes the same calls: with any option of Node nothing of what V8 compiles is kept. */
const SAME_CALLS = { NODE_OPTIONS: '--no-deprecation' };

const withStrace = where('strace', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=close', 'true');

withStrace('killed in a call, the program works, and the next run completes', { timeout: 120_000 }, async () => {
  const survivor = new Survivor();
  await survivor.live();
  const calls = await changingCalls(survivor);
  expect([...calls.keys()]).toEqual(expect.arrayContaining(['rename', 'symlink', 'unlink', 'rmdir']));
  const points = [...calls].flatMap(([name, count]) => pointsOf(name, count).map((when) => ({ name, count, when })));
  // Whoever comes next installs the same, or another version.
  for (const comes of ['the same', 'another'] as const) {
    for (const { name, count, when } of points) {
      if (comes === 'another' && (name !== 'rename' || when % 2 === 1)) continue;
      const target = survivor.next();
      const what = `killed in ${name}, number ${when} of ${count}`;
      const injection = ['-e', `trace=${name}`, '-e', `inject=${name}:signal=SIGKILL:when=${when}`];
      // Where the kernel filters the calls, a signal never comes.
      const within = ['strace', '-f', '-qq', '-o', '/dev/null', ...injection];
      const { status } = await survivor.installation.install(target, ['--yes'], { within, env: SAME_CALLS });
      expect(status, what).toBe(137);
      await survivor.works(what);
      await survivor.completes(comes === 'the same' ? target : survivor.next(), `${what}; then ${comes}`);
    }
  }
});

/** The calls by which a run changes names, and how many of each one thread makes at most. */
async function changingCalls(survivor: Survivor): Promise<ReadonlyMap<string, number>> {
  const log = join(survivor.installation.userHome, 'trace');
  const options = ['-f', '--seccomp-bpf', '-qq', '-o', log, '-e', `trace=${CALLS.join(',')}`];
  await survivor.installation.ok(survivor.next(), ['--yes'], { within: ['strace', ...options], env: SAME_CALLS });
  const counts = new Map<string, Map<string, number>>();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [, thread, name] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (thread === undefined || name === undefined) continue;
    const threads = counts.get(name) ?? new Map<string, number>();
    threads.set(thread, (threads.get(thread) ?? 0) + 1);
    counts.set(name, threads);
  }
  return new Map([...counts].map(([name, threads]) => [name, Math.max(...threads.values())]));
}

/** One in the middle; of renames, by which everything becomes true, all. */
function pointsOf(name: string, count: number): readonly number[] {
  return name === 'rename' ? Array.from({ length: count }, (_, index) => index + 1) : [Math.ceil(count / 2)];
}
