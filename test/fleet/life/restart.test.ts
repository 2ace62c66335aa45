/** Restarts of a real fleet, as real processes: one at a time, whatever becomes of them. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../../../src/host/look-around.ts';
import { type Answer, answerOf } from '../../cli/mosaic.ts';
import { hasTmux, TestFleet } from './fleet.ts';

/**
 * Stands before tmux and writes down who asks for what, and when it was answered. It stops whoever asks in the middle
 * of a call with the words in STOP_AT.
 */
const WATCHED_TMUX = `#!/bin/sh
echo "$PPID begins $*" >> "$TMUX_CALLS"
"$REAL_TMUX" "$@"
status=$?
case "$STOP_AT" in ?*) case "$*" in *"$STOP_AT"*) kill -STOP "$PPID" ;; esac ;; esac
echo "$PPID ends" >> "$TMUX_CALLS"
exit $status
`;

class WatchedFleet extends TestFleet {
  get #calls(): string {
    return join(this.home, 'tmux-calls');
  }

  get lockPath(): string {
    return join(this.home, 'fleet', 'run', 'restart.lock');
  }

  /** Three agents that run. */
  static async started(): Promise<WatchedFleet> {
    const fleet = new WatchedFleet();
    for (const name of ['one', 'two', 'three']) await fleet.add(name, 'true');
    await fleet.ok('start');
    const real = (await findProgram('tmux', fleet.home, process.env['PATH'] ?? '')) ?? '';
    const folder = join(fleet.home, 'watched');
    mkdirSync(folder);
    writeFileSync(join(folder, 'tmux'), WATCHED_TMUX);
    chmodSync(join(folder, 'tmux'), 0o755);
    fleet.set('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
    fleet.set('REAL_TMUX', real);
    fleet.set('TMUX_CALLS', fleet.#calls);
    return fleet;
  }

  restart(words: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Restart {
    const child = this.start(['restart', ...words], env);
    const waits = new Promise<void>((resolve) => {
      child.stderr.on('data', (text: string) => {
        if (text.includes('Waiting for the restart of process')) resolve();
      });
    });
    return { child, pid: child.pid ?? 0, answer: answerOf(child), waits };
  }

  /** The pid of whoever asked or was answered, line by line. */
  callers(): readonly number[] {
    if (!existsSync(this.#calls)) return [];
    const lines = readFileSync(this.#calls, 'utf8').trimEnd().split('\n');
    return lines.map((line) => Number(line.split(' ')[0]));
  }

  /** Restarts in the order in which they were at work: one that comes twice had another one in between. */
  turns(...restarts: readonly Restart[]): readonly number[] {
    const meant = new Set(restarts.map(({ pid }) => pid));
    const calls = this.callers().filter((pid) => meant.has(pid));
    return calls.filter((pid, index) => calls[index - 1] !== pid);
  }

  writeLock(pid: number, progressedMs: number): string {
    const text = `${pid}\n${progressedMs}\nabcd\n`;
    writeFileSync(this.lockPath, text);
    return text;
  }

  async pids(): Promise<readonly (number | null)[]> {
    return (await this.status()).agents.map(({ pid }) => pid);
  }

  /** Each agent runs, in its one pane, and no process of any is left over from before. */
  async assertAllRunOnce(): Promise<void> {
    expect(this.tmux('list-panes', '-a', '-F', '#{@mosaic-agent}').split('\n')).toHaveLength(3);
    const { agents, others } = await this.status();
    expect(agents.map(({ name, state }) => [name, state])).toEqual([
      ['one', 'waiting'],
      ['two', 'waiting'],
      ['three', 'waiting'],
    ]);
    expect(others).toEqual([]);
    expect(existsSync(this.lockPath)).toBe(false);
  }
}

interface Restart {
  readonly child: ChildProcessWithoutNullStreams;
  readonly pid: number;
  readonly answer: Promise<Answer>;
  /** Resolves when it says for whom it waits. */
  readonly waits: Promise<void>;
}

/** One restart of everything is in the middle of its work when the others come, and goes on when they all wait. */
async function meeting(fleet: WatchedFleet, ...others: readonly (readonly string[])[]): Promise<readonly Restart[]> {
  const first = fleet.restart([], { STOP_AT: 'kill-server' });
  await stopped(first);
  const waiting = others.map((words) => fleet.restart(words));
  await Promise.all(waiting.map(({ waits }) => waits));
  first.child.kill('SIGCONT');
  return [first, ...waiting];
}

const ALL_DOWN_AND_UP =
  /one stopped[^]*three (stopped|was not running)[^]*server stopped[^]*one started[^]*three started/;

describe.skipIf(!hasTmux)('restarts at the same time', () => {
  it.each([2, 3])('%i of everything: all get their turn, and never are two at work', async (count) => {
    const fleet = await WatchedFleet.started();
    const restarts = await meeting(fleet, ...Array.from({ length: count - 1 }, () => []));
    const answers = await Promise.all(restarts.map(({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: count }, () => 0));
    for (const { stdout } of answers) expect(stdout).toMatch(ALL_DOWN_AND_UP);
    expect(fleet.turns(...restarts)).toHaveLength(count);
    await fleet.assertAllRunOnce();
  });

  it('one of everything and one of an agent: they take turns, too', async () => {
    const fleet = await WatchedFleet.started();
    const restarts = await meeting(fleet, ['two'], ['three']);
    const answers = await Promise.all(restarts.map(({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(answers[1]?.stdout).toMatch(/two stopped\n[^]*two started\n/);
    expect(fleet.turns(...restarts)).toHaveLength(3);
    await fleet.assertAllRunOnce();
  });
});

describe.skipIf(!hasTmux)('the lock of a restart', () => {
  it('that was killed in the middle is taken over at once, and said to be', async () => {
    const fleet = await WatchedFleet.started();
    const first = fleet.restart([], { STOP_AT: 'kill-server' });
    await stopped(first);
    expect(await fleet.status()).toMatchObject({ server: 'not-running', restart: { pid: first.pid } });
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const { status, stderr } = await fleet.restart().answer;
    expect(status).toBe(0);
    expect(stderr).toContain(`Taken over from the restart of process ${first.pid} on `);
    expect(stderr).toContain(': that process is dead.');
    expect(stderr).not.toContain('Waiting');
    await fleet.assertAllRunOnce();
  });

  it('that has made no progress for a minute is taken over', async () => {
    const fleet = await WatchedFleet.started();
    fleet.writeLock(process.pid, Date.now() - 60_000);
    const { status, stderr } = await fleet.restart().answer;
    expect(status).toBe(0);
    expect(stderr).toContain(
      `Taken over from the restart of process ${process.pid}: it has made no progress for a minute`,
    );
    await fleet.assertAllRunOnce();
  });

  it('that hangs is taken over; when that one goes on, it says that it has lost, and changes nothing', async () => {
    const fleet = await WatchedFleet.started();
    const first = fleet.restart([], { STOP_AT: 'new-session -d -s two' });
    await stopped(first);
    // As if it had been stopped a minute ago.
    const lines = readFileSync(fleet.lockPath, 'utf8').split('\n');
    expect(lines[0]).toBe(String(first.pid));
    writeFileSync(fleet.lockPath, [lines[0], Number(lines[1]) - 60_000, ...lines.slice(2)].join('\n'));
    const second = fleet.restart();
    const taken = await second.answer;
    expect(taken.status).toBe(0);
    expect(taken.stdout).toMatch(ALL_DOWN_AND_UP);
    expect(taken.stderr).toContain(`Taken over from the restart of process ${first.pid}`);
    const pids = await fleet.pids();

    first.child.kill('SIGCONT');
    const { status, stderr } = await first.answer;
    expect(status).toBe(1);
    expect(stderr).toContain('The lock of this restart is gone: another restart has taken over and is through');
    expect(await fleet.pids()).toEqual(pids);
    expect(fleet.turns(first, second).slice(0, 2)).toEqual([first.pid, second.pid]);
    await fleet.assertAllRunOnce();
  });

  it('holds up neither start nor status nor stop', async () => {
    const fleet = await WatchedFleet.started();
    const lock = fleet.writeLock(process.pid, Date.now());
    expect(await fleet.deeds('start')).toEqual(['one already-running', 'two already-running', 'three already-running']);
    expect(await fleet.status()).toMatchObject({ restart: { pid: process.pid } });
    expect(await fleet.deeds('stop', 'one')).toEqual(['one stopped']);
    expect(await fleet.deeds('start', 'one')).toEqual(['one started']);
    expect(await fleet.deeds('stop')).toHaveLength(4);
    expect(readFileSync(fleet.lockPath, 'utf8')).toBe(lock);
  });
});

/** Resolves when the process has been stopped, as its state in the system says. */
async function stopped({ pid }: Restart): Promise<void> {
  for (;;) {
    if (/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
