/** What a roster means, and what is said of one that is wrong: every sentence in full, with its line and column. */
import { describe, expect, it } from 'vitest';
import { parseRoster } from '../../../src/fleet/roster/parse-roster.ts';
import type { Agent } from '../../../src/fleet/roster/roster.ts';
import { WORKER_PROMPT } from '../../../src/fleet/roster/runtimes.ts';

const HEAD = 'version: 1\ntransport: tmux\nagents:\n';

function agentsOf(text: string): readonly Agent[] {
  const read = parseRoster(text, '/home/ann');
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  return read.roster.agents;
}

function problemsOf(text: string): readonly string[] {
  const read = parseRoster(text, '/home/ann');
  return read.kind === 'roster' ? [] : read.problems.map((one) => `${one.line}:${one.column} ${one.message}`);
}

describe('an agent', () => {
  it('is what its runtime makes of it when nothing else is said', () => {
    expect(agentsOf(`${HEAD}  - name: a\n    runtime: claude\n`)).toEqual([
      {
        ...{ name: 'a', runtime: 'claude', mode: 'session', command: ['claude'] },
        ...{ cwd: null, phases: [], labels: [], ttlSeconds: 900 },
      },
    ]);
  });

  it('has everything that is said of it', () => {
    const lines = ['- name: a', '  runtime: shell', '  mode: session', '  command: ./x --y', '  cwd: ~/src/../b/'];
    const more = ['  phases: [M1, "2"]', '  labels: [fast]', '  ttl: 2h'];
    expect(agentsOf(`${HEAD}${[...lines, ...more].join('\n')}`)).toEqual([
      {
        ...{ name: 'a', runtime: 'shell', mode: 'session', command: ['sh', '-c', './x --y'] },
        ...{ cwd: '/home/ann/b', phases: ['M1', '2'], labels: ['fast'], ttlSeconds: 7200 },
      },
    ]);
  });

  it.each([
    ['claude', ['claude', '-p', WORKER_PROMPT, '--model', 'small']],
    ['codex', ['codex', 'exec', WORKER_PROMPT, '--model', 'small']],
    ['opencode', ['opencode', 'run', WORKER_PROMPT, '--model', 'small']],
    ['pi', ['pi', '-p', WORKER_PROMPT, '--model', 'small']],
  ])(
    'with the runtime %s is told as a worker what to do with its card, and what it adds comes last',
    (runtime, words) => {
      const text = `${HEAD}  - name: a\n    runtime: ${runtime}\n    mode: worker\n    args: [--model, small]\n`;
      expect(agentsOf(text)[0]?.command).toEqual(words);
    },
  );

  it.each([
    ['900', 900],
    ['90s', 90],
    ['"15m"', 900],
  ])('may have the ttl %s', (ttl, seconds) => {
    expect(agentsOf(`${HEAD}  - { name: a, runtime: pi, ttl: ${ttl} }\n`)[0]?.ttlSeconds).toBe(seconds);
  });

  it.each(['~', '"~"', ''])('with the folder %j works at home', (cwd) => {
    expect(agentsOf(`${HEAD}  - name: a\n    runtime: pi\n    cwd: ${cwd}\n`)[0]?.cwd).toBeNull();
  });

  it('may share its parts with another one', () => {
    const text = `${HEAD}  - { name: a, runtime: pi, labels: &l [x] }\n  - { name: b, runtime: pi, labels: *l }\n`;
    expect(agentsOf(text).map(({ labels }) => labels)).toEqual([['x'], ['x']]);
  });
});

describe('a roster', () => {
  it.each(['agents:', 'agents: []', 'agents: # none yet\n  # - name: a'])('may have no agents: %j', (agents) => {
    expect(agentsOf(`version: 1\n${agents}\n`)).toEqual([]);
  });

  it('is read with a byte order mark, with Windows line breaks and as JSON', () => {
    const text = '\ufeffversion: 1\r\nagents:\r\n  - name: a\r\n    runtime: pi\r\n';
    expect(agentsOf(text)).toEqual(agentsOf('{"version":1,"agents":[{"name":"a","runtime":"pi"}]}'));
  });
});

const BOMB = [
  'version: 1',
  'a: &a [x, x]',
  ...['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, at) => {
    const before = String.fromCharCode(name.charCodeAt(0) - 1);
    return `${name}: &${name} [${Array.from({ length: 5 + at }, () => `*${before}`).join(', ')}]`;
  }),
].join('\n');

describe('a file that is no roster is refused', () => {
  it.each([
    ['that is empty', '', '1:1 The file says nothing; a roster begins with: version: 1'],
    ['of comments', '# soon\n', '1:1 The file says nothing; a roster begins with: version: 1'],
    ['that is a list', '- name: a\n', '1:1 A roster is a mapping, and begins with: version: 1'],
    ['that is a text', 'hello\n', '1:1 A roster is a mapping, and begins with: version: 1'],
    [
      'with a key twice',
      `version: 1\nagents: []\nversion: 1\n`,
      '3:1 The key "version" stands here for the second time; keep one of the two.',
    ],
    [
      'with a tab',
      'version: 1\nagents:\n\t- name: a\n',
      '3:1 A tab indents this line, and YAML takes spaces only; put spaces in its place.',
    ],
    [
      'of two documents',
      'version: 1\nagents: []\n---\nversion: 1\n',
      '3:1 A second document begins here, and a roster is a single one; take this line away.',
    ],
    [
      'with a colon in a text',
      'version: 1\nagents:\n  - name: a: b\n',
      '3:11 A key cannot begin here; indent it like its neighbours, or put a text that holds ": " in quotes.',
    ],
    ['with a tag', 'version: !v 1\nagents: []\n', '1:10 The tag !v means nothing here; leave it out.'],
    ['with an open quote', 'version: 1\nagents: "\n', '3:1 This is not YAML: Missing closing "quote.'],
    [
      'with an anchor that is not there',
      'version: 1\nagents: *x\n',
      '2:9 Nothing bears the anchor &x; write the value out.',
    ],
    [
      'that repeats itself beyond all bounds',
      BOMB,
      '3:8 The file repeats its parts so often that it would never end; write them out.',
    ],
    [
      'of a hundred thousand dashes',
      '- '.repeat(100_000),
      '1:1 The file is nested too deeply; a roster is a list of agents.',
    ],
    ['of lists in lists', '['.repeat(300) + ']'.repeat(300), '1:1 A roster is a mapping, and begins with: version: 1'],
    [
      'of a newer version, without a word on what else is new in it',
      'version: 2\nagents: {}\nnew: 1\n',
      '1:10 The roster is of version 2, and this program reads version 1; install a newer mosaic-fleet.',
    ],
    ['of no version', 'agents: []\n', '1:1 The key version is missing; write: version: 1'],
    ['of an odd version', 'version: "1"\nagents: []\n', '1:10 The version must be the number 1; write: version: 1'],
    [
      'of another transport',
      'version: 1\ntransport: ssh\nagents: []\n',
      '2:12 The transport must be tmux; this version of the program knows no other.',
    ],
    ['without agents', 'version: 1\n', '1:1 The key agents is missing; write: agents: []'],
    [
      'whose agents are no list',
      'version: 1\nagents:\n  a: 1\n',
      '3:3 agents must be a list: each agent begins with a dash, as in: - name: coder0',
    ],
    [
      'with a key that is not known',
      'version: 1\nagent: []\nagents: []\n',
      '2:1 There is no key "agent" here; known are version, transport, agents.',
    ],
    [
      'with a mistyped key',
      'version: 1\ntranspotr: tmux\nagents: []\n',
      '2:1 There is no key "transpotr" here; did you mean transport?',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

const NAME_RULE =
  'must begin with a letter or a digit and hold only a to z, 0 to 9, - and _, at most 63 of them: it names a session of tmux and a unit of systemd.';
const CWD_RULE =
  'must be an absolute path or begin with ~/: the fleet is started from many places, and a relative one would mean another folder each time.';
const COMMAND_RULE = 'must be a text for sh, or a list of texts such as [./work.sh, --fast], and not empty.';
const TTL_RULE = 'must be seconds or a duration such as 90s, 15m or 4h, up to a year.';

it('a file that is nested without end is refused, wherever the parser gives up', () => {
  expect(problemsOf('['.repeat(100_000))).toEqual([
    expect.stringMatching(/^1:\d+ The file is nested too deeply; a roster is a list of agents\.$/),
  ]);
});

describe('an agent is refused', () => {
  it.each([
    ['that is no mapping', 'coder0', '4:5 An agent is a mapping, and begins with: name: …'],
    ['without a name', 'runtime: pi', '4:5 name is missing.'],
    ['with a number for its name', 'name: 7\n    runtime: pi', '4:11 name must be a text; put it in quotes.'],
    ['with capitals in its name', 'name: Ann\n    runtime: pi', `4:11 name ${NAME_RULE}`],
    ['with a dot in its name', 'name: a.b\n    runtime: pi', `4:11 name ${NAME_RULE}`],
    ['with too long a name', `name: ${'a'.repeat(64)}\n    runtime: pi`, `4:11 name ${NAME_RULE}`],
    ['without a runtime', 'name: a', '4:5 runtime is missing.'],
    ['in another mode', 'name: a\n    runtime: pi\n    mode: loop', '6:11 mode must be worker or session.'],
    ['with a relative folder', 'name: a\n    runtime: pi\n    cwd: src', `6:10 cwd ${CWD_RULE}`],
    ['with an empty command', 'name: a\n    runtime: pi\n    command: ""', `6:14 command ${COMMAND_RULE}`],
    ['with a command of no words', 'name: a\n    runtime: pi\n    command: []', `6:14 command ${COMMAND_RULE}`],
    ['with a number in its command', 'name: a\n    runtime: pi\n    command: [x, 1]', `6:14 command ${COMMAND_RULE}`],
    [
      'of the shell without a command',
      'name: a\n    runtime: shell',
      '5:14 The runtime shell needs a command: a text for sh, or a list of words.',
    ],
    [
      'of a mistyped runtime',
      'name: a\n    runtime: cluade',
      '5:14 The runtime "cluade" is not known, so it needs a command; did you mean "claude"?',
    ],
    [
      'of an unknown runtime without a command',
      'name: a\n    runtime: __proto__',
      '5:14 The runtime "__proto__" is not known, so it needs a command; known are claude, codex, opencode, pi, shell.',
    ],
    [
      'with words added to a command of its own',
      'name: a\n    runtime: pi\n    command: pi\n    args: [x]',
      '7:5 args are added to the command of a known runtime, and this agent has a command of its own; put them there.',
    ],
    [
      'with args that are a text',
      'name: a\n    runtime: pi\n    args: -x',
      '6:11 args must be a list of texts, such as [--model, small].',
    ],
    [
      'with phases that are a text',
      'name: a\n    runtime: pi\n    phases: M1',
      '6:13 phases must be a list of texts, such as [M1, M2].',
    ],
    [
      'with a number for a label',
      'name: a\n    runtime: pi\n    labels: [x, 1]',
      '6:17 labels must hold texts only, so put numbers, true and false in quotes.',
    ],
    ['with an odd ttl', 'name: a\n    runtime: pi\n    ttl: soon', `6:10 ttl ${TTL_RULE}`],
    ['with a ttl of nothing', 'name: a\n    runtime: pi\n    ttl: 0', `6:10 ttl ${TTL_RULE}`],
    [
      'with a mistyped key',
      'name: a\n    runtime: pi\n    phase: [M1]',
      '6:5 There is no key "phase" here; did you mean phases?',
    ],
    [
      'with its environment in the roster',
      'name: a\n    runtime: pi\n    env: {A: 1}',
      '6:5 There is no key "env" here; its environment stands in a file of its own, fleet/agents/NAME.env.',
    ],
    [
      'with a key that is like none',
      'name: a\n    runtime: pi\n    colour: red',
      '6:5 There is no key "colour" here; known are name, runtime, mode, command, args, cwd, phases, labels, ttl.',
    ],
  ])('%s', (_, entry, problem) => {
    expect(problemsOf(`${HEAD}  - ${entry}\n`)).toEqual([problem]);
  });

  it('with a name that another one has', () => {
    const text = `${HEAD}  - { name: a, runtime: pi }\n  - name: a\n    runtime: pi\n`;
    expect(problemsOf(text)).toEqual(['5:11 An agent above has the name "a" already; give this one another.']);
  });

  it('together with all that is wrong elsewhere, in the order of the file', () => {
    const text =
      'version: 3.5e-1\nagents:\n  - name: A\n    ttl: x\n    ttl: y\n  - name: b\n    runtime: shell\nfoo: 1\n';
    expect(problemsOf(text)).toEqual([
      '1:10 The version must be the number 1; write: version: 1',
      '3:5 runtime is missing.',
      `3:11 name ${NAME_RULE}`,
      `4:10 ttl ${TTL_RULE}`,
      '5:5 The key "ttl" stands here for the second time; keep one of the two.',
      '7:14 The runtime shell needs a command: a text for sh, or a list of words.',
      '8:1 There is no key "foo" here; known are version, transport, agents.',
    ]);
  });
});
