/** A change of thousands of cards: the system writes them all out in one go, and where it cannot, each is flushed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect } from 'vitest';
import { where } from '../hostile/surroundings.ts';
import { MOSAIC, newFolder } from '../cli/mosaic.ts';

/** More than a redo may find of one change. */
const CARDS = 5000;

const withStrace = where('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=syncfs', 'true');

interface Counted {
  readonly flushes: number;
  readonly flushesOfAll: number;
}

withStrace('flushes the file system once, and no card', () => {
  const { flushes, flushesOfAll } = imported();
  expect(flushesOfAll).toBe(1);
  expect(flushes).toBeLessThan(100);
});

withStrace.for<readonly [string, Options]>([
  ['fails to', { injection: 'error=EIO' }],
  ['has another sync, of which nobody knows whether it would say so', { sync: 'echo sync from elsewhere' }],
  ['has a sync that fails', { sync: 'case $1 in --version) echo "sync (GNU coreutils) 9.1";; *) exit 1;; esac' }],
])('flushes every card where the system %s', ([, options]) => {
  const { flushes } = imported(options);
  expect(flushes).toBeGreaterThan(CARDS);
});

interface Options {
  /** Instead of the call that flushes a file system. */
  readonly injection?: string;
  /** What stands in the place of the program of that name. */
  readonly sync?: string;
}

/** Imports the cards, and counts the calls; afterwards they are all there, and all is well. */
function imported({ injection, sync }: Options = {}): Counted {
  const folder = newFolder();
  const home = join(folder, 'home');
  const file = join(folder, 'cards.jsonl');
  const trace = join(folder, 'trace');
  const cards = Array.from({ length: CARDS }, (_, index) => JSON.stringify({ id: `c${index}`, title: 'One of many' }));
  writeFileSync(file, cards.join('\n'));
  if (sync !== undefined) {
    writeFileSync(join(folder, 'sync'), `#!/bin/sh\n${sync}\n`);
    chmodSync(join(folder, 'sync'), 0o755);
  }
  const env = {
    ...process.env,
    MOSAIC_HOME: home,
    DATABASE_URL: '',
    PATH: [folder, process.env['PATH']].join(delimiter),
  };
  const injected = injection === undefined ? [] : ['-e', `inject=syncfs:${injection}`];
  const strace = ['-f', '--seccomp-bpf', '-qq', '-o', trace, '-e', 'trace=fsync,syncfs', ...injected];
  const backlog = [process.execPath, MOSAIC, 'fleet', 'backlog'];
  const { status, stderr } = spawnSync('strace', [...strace, ...backlog, 'import', file], {
    env,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });

  const doctor = spawnSync(process.execPath, [...backlog.slice(1), 'doctor', '--json'], { env, encoding: 'utf8' });
  expect(JSON.parse(doctor.stdout)).toMatchObject({ healthy: true, cards: CARDS });
  expect(redoBegins(home)).toBe(CARDS + 1);
  const calls = readFileSync(trace, 'utf8').split('\n');
  const count = (name: string): number => calls.filter((call) => call.includes(` ${name}(`)).length;
  return { flushes: count('fsync'), flushesOfAll: count('syncfs') };
}

/** The first change that a recovery from a power cut would have to redo. */
function redoBegins(home: string): unknown {
  const journal = join(home, 'fleet', 'backlog', 'journal');
  const last = readdirSync(journal).toSorted().at(-1) ?? '';
  const [line = ''] = readFileSync(join(journal, last), 'utf8').split('\n');
  const header: { redo?: { seq?: number } } = JSON.parse(line);
  return header.redo?.seq;
}
