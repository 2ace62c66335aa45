/** `send`: messages typed into real programs, all of which arrive, are submitted, and are what was sent. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { becomes } from '../worker-run.ts';
import { Agents, hasTmux } from './agents.ts';

describe.skipIf(!hasTmux)('a message (skipped where tmux is not installed)', () => {
  it('is typed into a shell, and run', async () => {
    const agents = new Agents();
    const pane = await agents.startShell('coder0');
    const { status, stdout } = await agents.send('coder0', 'echo', '$((6', '*', '7))!');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Sent to coder0.\n' });
    await agents.shows(pane, '42!');
  });

  it.each([
    ['tells tmux nothing', '#{pane_id} %0 $HOME `id` \'"; kill-server ;'],
    ['ends like a command of tmux', 'first; second;'],
    ['begins with a dash', '-t no such option'],
    ['is of many scripts', 'größer, 日本語の文, नमस्ते, e\u0301, 🚀👩‍💻'],
    ['is a picture alone', '🚀'],
    ['is a letter', 'y'],
    ['is longer than the screen is wide', 'word '.repeat(100).trim()],
  ])('%s', async (_, message) => {
    const agents = new Agents();
    const { lines } = await agents.startCat('coder0');
    const { status, stderr } = await agents.send('coder0', '--', message);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    await becomes(() => lines().length > 0);
    expect(lines()).toEqual([message]);
  });

  it('is seen again and again, though the very same stands there already', async () => {
    const agents = new Agents();
    const { lines } = await agents.startCat('coder0');
    for (let times = 0; times < 3; times += 1) expect((await agents.send('coder0', 'again')).status).toBe(0);
    await becomes(() => lines().length === 3);
  });

  it('of one line goes to an agent, and is not taken for part of a paste', async () => {
    const agents = new Agents();
    const { submitted } = await agents.startAgent('coder0');
    const message = `Look at the tests, ${'please, '.repeat(40)}and say what is red.`;
    const { status, stdout } = await agents.send('coder0', message, '--json');
    expect(status).toBe(0);
    const pane: unknown = expect.stringMatching(/^%\d+$/);
    expect(JSON.parse(stdout)).toEqual({ agent: 'coder0', pane, submitted: true, linesMayBeApart: false });
    expect(submitted()).toEqual([message]);
  });

  it('of several lines does too, shown as a mark alone, from a file and from standard input', async () => {
    const agents = new Agents();
    const { submitted } = await agents.startAgent('coder0');
    const brief = '# The brief\n\n\t1. first; second;\n  - "third"\n';
    const file = join(agents.mosaic.home, 'brief.md');
    writeFileSync(file, brief);
    const long = `${'A long line of text. '.repeat(1000)}\nend`;
    expect((await agents.send('coder0', '--file', file)).status).toBe(0);
    expect((await agents.agent(['send', 'coder0', '-'], { stdin: long })).status).toBe(0);
    expect(submitted()).toEqual([brief.trimEnd(), long]);
  });

  it('of several lines goes to a shell that asks for bracketed paste', async () => {
    const agents = new Agents();
    const pane = await agents.startShell('coder0');
    expect((await agents.send('coder0', 'echo $((1+1))one\necho $((2+2))two')).status).toBe(0);
    await agents.shows(pane, '4two');
    expect(agents.screen(pane)).toContain('2one');
  });

  it('is typed and left there on request', async () => {
    const agents = new Agents();
    const { pane, lines } = await agents.startCat('coder0');
    const { status, stdout } = await agents.send('coder0', '--no-enter', 'half a line');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Typed to coder0, and not submitted.\n' });
    expect(agents.screen(pane)).toContain('half a line');
    expect((await agents.send('coder0', ', and the rest')).status).toBe(0);
    await becomes(() => lines().length > 0);
    expect(lines()).toEqual(['half a line, and the rest']);
  });

  it('reaches an agent whose terminal shows its history', async () => {
    const agents = new Agents();
    const { pane, lines } = await agents.startCat('coder0');
    agents.tmux('copy-mode', '-t', pane);
    expect((await agents.send('coder0', '--no-enter', 'hello')).status).toBe(0);
    expect(agents.ask(pane, '#{pane_in_mode}')).toBe('0');
    agents.tmux('copy-mode', '-t', pane);
    expect((await agents.send('coder0', ' again')).status).toBe(0);
    await becomes(() => lines().length > 0);
    expect(lines()).toEqual(['hello again']);
  });

  it('goes to the agent of that name, not to one whose name begins like it', async () => {
    const agents = new Agents();
    const other = await agents.startCat('coder10');
    const { lines } = await agents.startCat('coder1');
    expect((await agents.send('coder1', 'hello')).status).toBe(0);
    expect((await agents.send('coder', 'hello')).status).toBe(1);
    await becomes(() => lines().length > 0);
    expect(other.lines()).toEqual([]);
  });

  it('is submitted by another Enter when the first was lost', async () => {
    const agents = new Agents();
    const { submitted } = await agents.startAgent('coder0', 1);
    expect((await agents.send('coder0', 'hello')).status).toBe(0);
    expect(submitted()).toEqual(['hello']);
  });

  it('arrives where the program does not read, and its terminal keeps it', async () => {
    const agents = new Agents();
    const pane = agents.start('coder0', 'sleep 300');
    expect((await agents.send('coder0', 'hello')).status).toBe(0);
    expect(agents.screen(pane)).toContain('hello');
  });

  it('leaves no buffer and no turn behind', async () => {
    const agents = new Agents();
    const { pane } = await agents.startCat('coder0');
    await agents.send('coder0', 'hello');
    expect(agents.tmux('list-buffers')).toBe('');
    expect(agents.tmux('show-options', '-p', '-t', pane)).toBe('@mosaic-agent coder0');
  });
});

describe.skipIf(!hasTmux)('messages at once (skipped where tmux is not installed)', () => {
  it('arrive whole, one after another', async () => {
    const agents = new Agents();
    const { lines } = await agents.startCat('coder0');
    const messages = ['a', 'b', 'c', 'd'].map((letter) => `${letter.repeat(30)} from ${letter}`);
    const answers = await Promise.all(messages.map((message) => agents.send('coder0', message)));
    expect(answers.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    await becomes(() => lines().length === messages.length);
    expect([...lines()].sort()).toEqual(messages);
  });

  it('do not wait for a sender that was killed', async () => {
    const agents = new Agents();
    const pane = agents.start('coder0', 'stty -echo; echo silent; sleep 300');
    await agents.shows(pane, 'silent');
    const child = agents.mosaic.start(['fleet', 'agent', 'send', 'coder0', 'hello']);
    await becomes(() => agents.ask(pane, '#{@mosaic-turn}') !== '');
    child.kill('SIGKILL');
    await becomes(() => child.signalCode !== null);
    agents.tmux('respawn-pane', '-k', '-t', pane, 'cat');
    const startedMs = performance.now();
    expect((await agents.send('coder0', 'hello again')).status).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});
