/** `logs`: what a terminal showed, while its program runs, after it has ended, and of the run before. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Agents, hasTmux } from './agents.ts';

describe.skipIf(!hasTmux)('of a terminal (skipped where tmux is not installed)', () => {
  it('the last lines are printed, with those that have left the screen, and without blank ones at the end', async () => {
    const agents = new Agents();
    const pane = agents.start('coder0', 'seq 500; echo; echo end; sleep 300');
    await agents.shows(pane, 'end');
    const whole = [...Array.from({ length: 500 }, (_, at) => `${at + 1}`), '', 'end'];
    const printed = async (...words: readonly string[]): Promise<readonly string[]> => {
      const { status, stdout } = await agents.agent(['logs', 'coder0', ...words]);
      expect(status).toBe(0);
      return stdout.replace(/\n$/, '').split('\n');
    };
    expect(await printed()).toEqual(whole.slice(-200));
    expect(await printed('--lines', '3')).toEqual(['500', '', 'end']);
    expect(await printed('--all')).toEqual(whole);
    expect((await agents.agent(['logs', 'coder0', '--all', '--lines', '3'])).status).toBe(2);
  });

  it('lines that were folded are whole, and every script comes through in any locale', async () => {
    const agents = new Agents();
    const line = `${'größer 日本 🚀 '.repeat(20)}end`;
    const file = join(agents.mosaic.home, 'line');
    writeFileSync(file, line);
    const pane = agents.start('coder0', `cat ${file}; sleep 300`);
    await agents.shows(pane, 'end');
    const { stdout } = await agents.agent(['logs', 'coder0'], { env: { LANG: 'C', LC_ALL: 'C' } });
    expect(stdout).toBe(`${line}\n`);
  });

  it('are there after the program has ended, and say so in JSON', async () => {
    const agents = new Agents();
    const goHome = join(agents.mosaic.home, 'go-home');
    // tmux may drop what a program has printed in the very moment of its end.
    const pane = agents.start('coder0', `echo bye; until [ -e ${goHome} ]; do sleep 0.05; done; exit 3`);
    await agents.shows(pane, 'bye');
    writeFileSync(goHome, '');
    await agents.isOver(pane);
    const { status, stdout } = await agents.agent(['logs', 'coder0', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ agent: 'coder0', pane, dead: true, lines: ['bye'] });
    const plain = await agents.agent(['logs', 'coder0']);
    expect(plain.stdout).toBe('bye\n');
    expect(plain.stderr).toBe('hint: coder0 has ended; this is what it left.\n');
  });

  it('of one that has shown nothing are empty', async () => {
    const agents = new Agents();
    agents.start('coder0', 'sleep 300');
    const { stdout, stderr } = await agents.agent(['logs', 'coder0']);
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'hint: coder0 has shown nothing.\n' });
    const answer: unknown = JSON.parse((await agents.agent(['logs', 'coder0', '--json'])).stdout);
    expect(answer).toMatchObject({ dead: false, lines: [] });
  });
});

describe('of the run before', () => {
  it('are what was kept, with nothing in it that a terminal would act on', async () => {
    const agents = new Agents();
    const folder = join(agents.mosaic.home, 'fleet', 'run');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'coder0.last.log'), 'one\ntwo \u001b[2J\n\n\n');
    const { status, stdout } = await agents.agent(['logs', 'coder0', '--previous', '--lines', '1']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'two \\x1b[2J\n' });
    const answer: unknown = JSON.parse((await agents.agent(['logs', 'coder0', '--previous', '--json'])).stdout);
    expect(answer).toEqual({ agent: 'coder0', pane: null, dead: true, lines: ['one', 'two \u001b[2J'] });
  });

  it('are refused where nothing was kept', async () => {
    const agents = new Agents();
    const { status, stderr } = await agents.agent(['logs', 'coder0', '--previous']);
    expect(status).toBe(1);
    expect(stderr).toContain('Nothing was kept of an earlier run of coder0: there is no file ');
    expect(stderr).toContain('hint: What it shows now: mosaic fleet agent logs coder0');
  });
});
