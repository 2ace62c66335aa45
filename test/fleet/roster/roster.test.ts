/** Stories of a roster, on the real program: made, listed, and changed without a byte too many. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Mosaic, newFolder } from '../../cli/mosaic.ts';
import { fileOf, fleet, json, OURS, read, write } from './story.ts';

/** On another disk than the rest, where this machine has one. */
function elsewhere(): string {
  const folder = mkdtempSync(existsSync('/dev/shm') ? '/dev/shm/mosaic-test-' : join(tmpdir(), 'mosaic-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('init', () => {
  it.each([
    ['one', ['coder0']],
    ['four', ['coder0', 'coder1', 'coder2', 'coder3']],
    ['mixed', ['planner', 'coder0', 'coder1', 'checker']],
  ])('makes a roster as the preset %s has it', async (preset, names) => {
    const mosaic = new Mosaic();
    expect(await json(mosaic, 'init', '--preset', preset)).toMatchObject({
      file: fileOf(mosaic),
      preset,
      agents: names.map((name) => ({ name })),
    });
    expect(await json(mosaic, 'list')).toMatchObject(names.map((name) => ({ name })));
  });

  it('never writes over a roster, not even over a broken link', async () => {
    const mosaic = new Mosaic();
    const file = write(mosaic, OURS);
    const answer = await fleet(mosaic, 'init');
    expect(answer).toEqual({
      status: 1,
      stdout: '',
      stderr:
        `error: There is a roster already, and it is never written over: ${file}. Nothing was changed.\n` +
        'hint: See its agents with: mosaic fleet list. Add one with: mosaic fleet add NAME --runtime RUNTIME\n',
    });
    expect(read(mosaic)).toBe(OURS);
    const other = new Mosaic();
    mkdirSync(join(other.home, 'fleet'));
    symlinkSync('nowhere', fileOf(other));
    expect((await fleet(other, 'init')).stderr).toContain('There is a roster already');
  });
});

describe('add', () => {
  it('makes a roster when there is none', async () => {
    const mosaic = new Mosaic();
    const words = ['--runtime', 'codex', '--mode', 'worker', '--phase', 'M1,2', '--label', 'x', '--ttl', '30m'];
    expect(await json(mosaic, 'add', 'a', ...words, '--cwd', '/src')).toMatchObject({
      agent: {
        name: 'a',
        runtime: 'codex',
        mode: 'worker',
        cwd: '/src',
        phases: ['M1', '2'],
        labels: ['x'],
        ttlSeconds: 1800,
      },
      isNewRoster: true,
      environmentFile: null,
    });
    expect(read(mosaic)).toContain(
      'agents:\n  - name: a\n    runtime: codex\n    mode: worker\n    cwd: /src\n    phases: [M1, "2"]\n    labels: [x]\n    ttl: 30m\n',
    );
  });

  it('and remove leave every other byte as it was', async () => {
    const mosaic = new Mosaic();
    const file = write(mosaic, OURS);
    chmodSync(file, 0o640);
    expect(await fleet(mosaic, 'add', 'b', '--runtime', 'shell', '--', './x', '--json', '- y')).toEqual({
      status: 0,
      stdout: "Added: b, shell as a worker: ./x --json '- y'\n",
      stderr: '',
    });
    const added = '  - name: b\n    runtime: shell\n    command: [./x, --json, "- y"]\n';
    expect(read(mosaic)).toBe(OURS.replace('# small\n', `# small\n${added}`));
    expect(await fleet(mosaic, 'remove', 'b')).toEqual({ status: 0, stdout: 'Removed: b\n', stderr: '' });
    expect(read(mosaic)).toBe(OURS);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('twice at once adds both', async () => {
    const mosaic = new Mosaic();
    const names = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(names.map((name) => fleet(mosaic, 'add', name, '--runtime', 'pi')));
    expect(answers.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    expect(answers.filter(({ stdout }) => stdout.includes('Made the roster'))).toHaveLength(1);
    const listed = await json(mosaic, 'list');
    expect(listed).toHaveLength(names.length);
    expect(listed).toEqual(expect.arrayContaining(names.map((name): unknown => expect.objectContaining({ name }))));
  });

  it('makes an environment file that only its owner can read, and never writes over one', async () => {
    const mosaic = new Mosaic();
    const file = join(mosaic.home, 'fleet/agents/a.env');
    const words = ['add', 'a', '--runtime', 'pi', '--env', 'A=1', '--env', 'B=x y'];
    expect(await json(mosaic, ...words)).toMatchObject({ environmentFile: file });
    expect(readFileSync(file, 'utf8')).toBe("A=1\nB='x y'\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await fleet(mosaic, 'remove', 'a')).toEqual({
      status: 0,
      stdout: `Removed: a\nIts environment file is kept: ${file}\n`,
      stderr: '',
    });
    const before = read(mosaic);
    const { status, stderr } = await fleet(mosaic, ...words);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        `error: There is an environment file for a already, and it is never written over: ${file}. Nothing was changed.\n` +
        'hint: Leave --env out to use it as it is, or look into it and move it away.\n',
    });
    expect(read(mosaic)).toBe(before);
  });

  it('keeps a roster that is a symbolic link one, also one that leads to another disk', async () => {
    for (const folder of [newFolder(), elsewhere()]) {
      const target = join(folder, 'dotfiles.yaml');
      const mosaic = new Mosaic();
      mkdirSync(join(mosaic.home, 'fleet'));
      writeFileSync(target, OURS);
      symlinkSync(target, fileOf(mosaic));
      expect((await fleet(mosaic, 'add', 'b', '--runtime', 'pi')).status).toBe(0);
      expect(lstatSync(fileOf(mosaic)).isSymbolicLink()).toBe(true);
      expect(readFileSync(target, 'utf8')).toContain('- name: b\n');
      expect((await fleet(mosaic, 'remove', 'b')).status).toBe(0);
      expect(readFileSync(target, 'utf8')).toBe(OURS);
    }
  });

  it.each([
    [['a', '--runtime', 'pi'], 1, (file: string) => `There is an agent a already in ${file}. Nothing was changed.`],
    [
      ['B', '--runtime', 'pi'],
      2,
      () =>
        'The agent cannot be added. name must begin with a letter or a digit and hold only a to z, 0 to 9, - and _, at most 63 of them: it names a session of tmux and a unit of systemd. Nothing was changed.',
    ],
    [
      ['b', '--runtime', 'shell'],
      2,
      () =>
        'The agent cannot be added. The runtime shell needs a command: a text for sh, or a list of words. Nothing was changed.',
    ],
    [
      ['b', '--runtime', 'pi', '--command', 'x', '--', 'y'],
      2,
      () => 'add is told two commands: --command and the words after --.',
    ],
    [['b', './x', '--runtime', 'pi'], 2, () => 'add takes <name> and nothing more, and "./x" is one word too many.'],
    [['b'], 2, () => '--runtime is needed here and was not given.'],
    [
      ['b', '--runtime', 'pi', '--ttl', 'soon'],
      2,
      () => '--ttl takes seconds or a duration such as 90s, 15m, 4h or 2d, not "soon".',
    ],
    [['b', '--runtime', 'pi', '--env', '1A=x'], 2, () => '--env takes KEY=VALUE, not "1A=x".'],
    [['b', '--runtime', 'pi', '--env', 'A=x', '--env', 'A=y'], 2, () => '--env gives A twice.'],
    [['b', '--runtime', 'pi', '--mode', 'loop'], 2, () => '--mode takes one of worker, session, not "loop".'],
  ])('refuses %j and changes nothing', async (words, status, message) => {
    const mosaic = new Mosaic();
    const file = write(mosaic, OURS);
    const answer = await fleet(mosaic, 'add', ...words);
    expect({ status: answer.status, stdout: answer.stdout }).toEqual({ status, stdout: '' });
    expect(answer.stderr.split('\n')[0]).toBe(`error: ${message(file)}`);
    expect(read(mosaic)).toBe(OURS);
  });

  it('refuses what it cannot change without touching the rest, and leaves no environment file behind', async () => {
    const mosaic = new Mosaic();
    const text = 'version: 1\nagents: &all [ # none\n]\n';
    const file = write(mosaic, text);
    expect(await fleet(mosaic, 'add', 'b', '--runtime', 'pi', '--env', 'A=1')).toMatchObject({
      status: 1,
      stderr:
        `error: The agents in ${file} are written in a way that a command cannot change without touching the rest. Nothing was changed.\n` +
        'hint: Change the file in your editor, then look at it with: mosaic fleet verify\n',
    });
    expect(read(mosaic)).toBe(text);
    expect(existsSync(join(mosaic.home, 'fleet/agents/b.env'))).toBe(false);
  });
});

describe('remove', () => {
  it('says which agents there are when it does not know the one', async () => {
    const mosaic = new Mosaic();
    const file = write(mosaic, OURS);
    expect(await fleet(mosaic, 'remove', 'b')).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: There is no agent "b" in ${file}. Nothing was changed.\nhint: Its agents are a.\n`,
    });
  });
});

describe('list', () => {
  it('is a table', async () => {
    const mosaic = new Mosaic();
    write(mosaic, OURS);
    expect((await fleet(mosaic, 'list')).stdout).toBe(
      'NAME  RUNTIME  MODE        TTL  TAKES     FOLDER  COMMAND\na     pi       session  15 min  any card  ~       pi\n',
    );
  });
});
