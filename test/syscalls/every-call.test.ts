/**
 * Every system call of the shipped program on its store goes wrong once: the program is killed in it, or it fails. The
 * answer is honest, and afterwards everything works. `MOSAIC_SYSCALLS=deep` lets every call fail with every error.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { seed } from '../crash/every-state.ts';
import { where } from '../hostile/surroundings.ts';
import { COMMANDS, type Command, inStore } from './commands.ts';
import { type Call, callsOf, CHANGING, type Ended, type Injection, runWith } from './strace.ts';

const DEEP = process.env['MOSAIC_SYSCALLS'] === 'deep';
const ERRORS = ['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'EMFILE', 'EDQUOT'] as const;
/** Node opens files of its own at moments of its own, so a call can have another number this time. */
const TRIES = 5;

const withStrace = where('strace', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=close', 'true');

describe.each(COMMANDS)('$name', (command) => {
  withStrace(
    'is honest, and leaves a store that works, whatever happens in any call',
    { timeout: 3_600_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'mosaic-test-syscalls-'));
      try {
        const original = join(folder, 'original');
        await command.prepare(original);
        // The first command of a build also writes down what V8 has compiled; the second is like all that follow.
        await callsOf(copied(original, join(folder, 'warm')), command.words);
        const calls = await callsOf(copied(original, join(folder, 'dry')), command.words);
        expect(calls.length).toBeGreaterThan(50);
        const accidents = accidentsOf(calls);
        const left = [...accidents.entries()];
        const counts = { kills: 0, refused: 0, unknown: 0, done: 0 };
        const runner = async (): Promise<void> => {
          for (let next = left.shift(); next !== undefined; next = left.shift()) {
            const [number, { call, injection }] = next;
            const home = join(folder, String(number));
            const ended = await hit(original, home, command, call, injection);
            const what = `${injection} in ${call.name} ${call.when}: ${call.text}`;
            const answer = judgeAnswer(ended, command, what);
            counts[answer] += 1;
            // Nobody can know what the disk kept, and to ask it again would be to be lied to.
            if (call.name === 'fdatasync' && injection !== 'signal=SIGKILL') expect(answer, what).toBe('unknown');
            await verify(home, command, answer, `${what}\n${ended.stdout}${ended.stderr}`);
            rmSync(home, { recursive: true });
          }
        };
        await Promise.all(Array.from({ length: availableParallelism() }, runner));
        expect(counts.kills).toBe(accidents.filter(({ injection }) => injection === 'signal=SIGKILL').length);
        console.log(`${command.name}: ${calls.length} calls, ${accidents.length} accidents: ${JSON.stringify(counts)}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

interface Accident {
  readonly call: Call;
  readonly injection: Injection;
}

function accidentsOf(calls: readonly Call[]): readonly Accident[] {
  const errorsOf = ({ name }: Call, index: number): readonly string[] => {
    if (DEEP) return ERRORS;
    // Of the calls that only read, every second; each time others.
    if (!CHANGING.has(name) && (seed + index) % 2 === 1) return [];
    return ERRORS.slice((seed + Math.floor(index / 2)) % 6).slice(0, 1);
  };
  const kills = calls.filter(({ name }) => DEEP || CHANGING.has(name));
  return [
    ...kills.map((call): Accident => ({ call, injection: 'signal=SIGKILL' })),
    ...calls.flatMap((call, index) =>
      errorsOf(call, index).map((error): Accident => ({ call, injection: `error=${error}` })),
    ),
  ];
}

async function hit(original: string, home: string, command: Command, call: Call, injection: Injection): Promise<Ended> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const followed = tries === 0 && canFollowAll(call, injection) ? 'every thread' : 'the first thread';
    const ended = await runWith(copied(original, home), command.words, call, injection, followed);
    if (ended !== null) return ended;
    rmSync(home, { recursive: true, force: true });
  }
  throw new Error(`${call.name} ${call.when} never was the call that it had been: ${call.text}`);
}

/** The other threads write all the time, to wake each other; and a signal never comes where the kernel filters. */
function canFollowAll({ name }: Call, injection: Injection): boolean {
  return name !== 'write' && injection !== 'signal=SIGKILL';
}

/** With the times and the links of its files. */
function copied(original: string, home: string): string {
  if (existsSync(original)) spawnSync('cp', ['-a', original, home]);
  return home;
}

type Answer = 'kills' | 'refused' | 'unknown' | 'done';

function judgeAnswer({ status, signal, stdout, stderr }: Ended, { words }: Command, what: string): Answer {
  if (signal === 'SIGKILL' || status === 137) return 'kills';
  expect(stderr, what).not.toMatch(/^\s+at /m);
  if (status === 0) {
    expect(() => void JSON.parse(stdout), `${what}: ${words[0] ?? ''} says ${stdout}`).not.toThrow();
    return 'done';
  }
  expect(stdout, what).toBe('');
  expect(stderr, what).toMatch(/"code":"(DISK_\w+|STORE_DAMAGED|OUTCOME_UNKNOWN|LOCK_LOST)"/);
  return stderr.includes('"code":"OUTCOME_UNKNOWN"') ? 'unknown' : 'refused';
}

async function verify(home: string, command: Command, answer: Answer, said: string): Promise<void> {
  await inStore(home, async (backlog) => {
    const seen = await state(command.id, backlog);
    if (answer === 'done') expect(seen, said).toBe(command.after);
    else if (answer === 'refused') expect(seen, said).toBe(command.before);
    else expect([command.before, command.after], said).toContain(seen);

    await backlog.create({ id: 'later', title: 'Afterwards' });
    expect(await backlog.claim({ id: 'later', owner: 'w' }), said).toMatchObject({ id: 'later' });
    expect(await state(command.id, backlog), said).toBe(seen);
    const report = await backlog.doctor();
    expect(
      report.findings.filter(({ severity }) => severity !== 'info'),
      said,
    ).toEqual([]);
    const changes = await backlog.history();
    expect(
      changes.map(({ seq }) => seq),
      said,
    ).toEqual(changes.map((_, index) => index + 1));
  });
}

async function state(id: string, backlog: Parameters<Parameters<typeof inStore>[1]>[0]): Promise<string> {
  const { cards } = await backlog.list({ archived: true });
  const card = cards.find((one) => one.id === id);
  if (card === undefined) return 'missing';
  const explained = await backlog.list();
  const isArchived = !explained.cards.some((one) => one.id === id) && card.status === 'done';
  return `${isArchived ? 'archived' : card.status}, attempts ${card.attempts}`;
}
