/** `send` where it cannot be done: what is said, and that nothing is submitted that did not arrive. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Agents, hasTmux } from './agents.ts';

describe.skipIf(!hasTmux)('a message that cannot arrive (skipped where tmux is not installed)', () => {
  it('is not submitted, and the last line of the screen is told', async () => {
    const agents = new Agents();
    const pane = agents.start('coder0', 'stty -echo; echo Password:; sleep 300');
    await agents.shows(pane, 'Password:');
    const { status, stderr } = await agents.send('coder0', 'hello');
    expect(status).toBe(1);
    expect(stderr).toContain(
      'The message did not appear on the screen of coder0 within 5 s, so it was not submitted. The last line there is: Password:',
    );
    expect(stderr).toContain('mosaic fleet agent logs coder0 --lines 40');
  });

  it('that is typed but not submitted is told apart', async () => {
    const agents = new Agents();
    const { submitted } = await agents.startAgent('coder0', 99);
    const { status, stderr } = await agents.send('coder0', 'hello', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'MESSAGE_NOT_ARRIVED',
        message:
          'The message was typed to coder0 but not submitted: Enter was pressed 3 times and nothing on its screen changed.',
      },
    });
    expect(submitted()).toEqual([]);
  });

  it('because the agent ends while it is typed', async () => {
    const agents = new Agents();
    const pane = agents.start('coder0', 'stty -echo -icanon; echo ready; head -c 3 >/dev/null');
    await agents.shows(pane, 'ready');
    const { status, stderr } = await agents.send('coder0', 'hello', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'AGENT_NOT_RUNNING',
        message:
          'coder0 is not running any more: it has ended or was replaced meanwhile. The message was typed and not submitted.',
      },
    });
  });

  it('line by line is refused, and nothing is typed', async () => {
    const agents = new Agents();
    const { pane, lines } = await agents.startCat('coder0');
    for (const message of ['one\ntwo', 'a\ttab']) {
      const { status, stderr } = await agents.send('coder0', message);
      expect(status).toBe(2);
      expect(stderr).toContain('the program of coder0 has not asked for bracketed paste');
    }
    expect(agents.screen(pane)).toBe('ready');
    expect(lines()).toEqual([]);
  });

  it.each([
    ['is empty', [''], 'The message is empty. Nothing was typed.'],
    ['is blank', [' \n\n'], 'The message is empty. Nothing was typed.'],
    ['is a key', ['\u001b[A'], String.raw`The message holds the control character \x1b, which is a key and no text.`],
    ['is a key of eight bits', ['\u009b1A'], String.raw`the control character \x9b`],
    ['is none', [], 'send needs a message: words, --file FILE, or - for standard input.'],
    ['is two', ['--file', 'x', 'hello'], 'send is given a message and --file; give one of the two.'],
    ['is in no file', ['--file', '/no/such/file'], 'The file /no/such/file cannot be read: it does not exist.'],
  ])('because it %s', async (_, words, reason) => {
    const { status, stderr } = await new Agents().send('coder0', ...words);
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
  });

  it.each(['../../etc', '', '-', 'a b', '.hidden'])('because %j is no name', async (name) => {
    const { status, stderr } = await new Agents().agent(['logs', '--', name]);
    expect(status).toBe(2);
    expect(stderr).toContain('is no name of an agent');
  });
});

describe.skipIf(!hasTmux)('an agent that cannot be reached (skipped where tmux is not installed)', () => {
  it('has no pane, with a server and without one', async () => {
    const agents = new Agents();
    const told = 'coder9 is not running: no pane of this fleet is its own.';
    expect((await agents.send('coder9', 'hello')).stderr).toContain(told);
    agents.start('coder0', 'sleep 300');
    expect((await agents.send('coder9', 'hello')).stderr).toContain(told);
    const { status, stderr } = await agents.agent(['logs', 'coder9', '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'AGENT_NOT_RUNNING', message: told } });
  });

  it('has ended, and its pane was kept', async () => {
    const agents = new Agents();
    const pane = agents.start('coder0', 'echo bye; exit 3');
    await agents.isOver(pane);
    const { status, stderr } = await agents.send('coder0', 'hello');
    expect(status).toBe(1);
    expect(stderr).toMatch(/coder0 is not running: it has ended( with status 3)?, and its last screen was kept\./);
  });

  it('may live behind a server that does not answer, so nothing is concluded', async () => {
    const agents = new Agents();
    agents.start('coder0', 'sleep 300');
    agents.stopServer();
    const { status, stderr } = await agents.send('coder0', 'hello', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'TMUX_UNKNOWN',
        message:
          'tmux gave no usable answer, so whether coder0 runs is not known (tmux: it did not answer for 5 s). Nothing was done.',
      },
    });
  });

  it('is behind a tmux that is not installed', async () => {
    const agents = new Agents();
    const env = { PATH: join(agents.mosaic.home, 'nowhere') };
    const { status, stderr } = await agents.agent(['send', 'coder0', 'hello', '--json'], { env });
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TMUX_MISSING' } });
  });
});
