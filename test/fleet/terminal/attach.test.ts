/** `attach` and `watch`: the terminal of an agent, opened in a terminal that the test provides. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { answerOf, MOSAIC } from '../../cli/mosaic.ts';
import { becomes } from '../worker-run.ts';
import { Agents, hasTmux } from './agents.ts';

const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false;

if (!hasScript) console.warn('script (util-linux) is not installed: attach and watch are NOT tested here.');

/** The program in a terminal of its own; what is written to it is typed there. */
function inTerminal(
  agents: Agents,
  words: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  const line = `stty rows 40 cols 120; ${process.execPath} ${MOSAIC} fleet agent ${words}`;
  return spawn('script', ['-qec', line, '/dev/null'], { env: { ...agents.mosaic.env(), ...env } });
}

function clients(agents: Agents): string {
  return agents.tmux('list-clients', '-F', '#{client_session} #{client_readonly}');
}

describe.skipIf(!hasTmux || !hasScript)('in a terminal (skipped where tmux or script is not installed)', () => {
  it('attach shows the agent, hands on what is typed, and ends well when it is left', async () => {
    const agents = new Agents();
    const { pane, lines } = await agents.startCat('coder0');
    const child = inTerminal(agents, 'attach coder0');
    const answer = answerOf(child);
    await becomes(() => clients(agents) === 'coder0 0');
    child.stdin.write('typed by hand\r');
    await becomes(() => lines().length > 0);
    expect(lines()).toEqual(['typed by hand']);
    child.stdin.write('\u0002d');
    const { status, stdout } = await answer;
    expect(status).toBe(0);
    expect(stdout).toContain('ready');
    expect(agents.ask(pane, '#{pane_dead}')).toBe('0');
  });

  it('watch shows it, and hands nothing on', async () => {
    const agents = new Agents();
    const { pane, lines } = await agents.startCat('coder0');
    const child = inTerminal(agents, 'watch coder0');
    const answer = answerOf(child);
    await becomes(() => clients(agents) === 'coder0 1');
    child.stdin.write('typed by hand\r');
    // Nothing happens, so there is nothing to wait for; and tmux takes keys that follow one another at once for a paste.
    await sleep(300);
    child.stdin.write('\u0002d');
    const { status, stdout } = await answer;
    expect(status).toBe(0);
    expect(stdout).toContain('ready');
    expect(lines()).toEqual([]);
    expect(agents.screen(pane)).toBe('ready');
  });

  it('attach opens the window of the agent, also from inside another tmux', async () => {
    const agents = new Agents();
    const pane = agents.start('coder0', 'sleep 300');
    agents.tmux('new-window', '-t', 'coder0:', 'sleep 300');
    expect(agents.ask(pane, '#{window_active}')).toBe('0');
    const child = inTerminal(agents, 'attach coder0', { TMUX: '/tmp/another,1,0', TMUX_PANE: '%0' });
    const answer = answerOf(child);
    await becomes(() => clients(agents) !== '');
    expect(agents.ask(pane, '#{window_active}')).toBe('1');
    agents.tmux('detach-client', '-s', 'coder0');
    expect((await answer).status).toBe(0);
  });

  it('an answer in JSON comes on standard output, and the terminal is drawn beside it', async () => {
    const agents = new Agents();
    const { pane } = await agents.startCat('coder0');
    const out = `${agents.mosaic.home}/answer`;
    const child = inTerminal(agents, `attach coder0 --json > ${out}; cat ${out}`);
    const answer = answerOf(child);
    await becomes(() => clients(agents) === 'coder0 0');
    agents.tmux('detach-client', '-s', 'coder0');
    const { stdout } = await answer;
    expect(stdout).toContain(JSON.stringify({ agent: 'coder0', pane, status: 0 }));
    expect(stdout).toContain('ready');
  });

  it('an agent that does not run is not opened', async () => {
    const agents = new Agents();
    const { status, stdout } = await answerOf(inTerminal(agents, 'attach coder0'));
    expect(status).toBe(1);
    expect(stdout).toContain('coder0 is not running: no pane of this fleet is its own.');
  });
});

it.each(['attach', 'watch'])('%s is refused where there is no terminal', async (command) => {
  const { status, stderr } = await new Agents().agent([command, 'coder0']);
  expect(status).toBe(2);
  expect(stderr).toContain(`${command} needs a terminal, and here is none.`);
  expect(stderr).toContain('mosaic fleet agent logs coder0');
});
