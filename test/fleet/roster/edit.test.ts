/** Adding and removing an agent changes its own lines, and no other byte. */
import { describe, expect, it } from 'vitest';
import { withAgent, withoutAgent } from '../../../src/fleet/roster/edit-roster.ts';
import { parseRoster } from '../../../src/fleet/roster/parse-roster.ts';

const ENTRY = { name: 'new', runtime: 'pi' } as const;

function layoutOf(text: string): Parameters<typeof withAgent>[1] {
  const read = parseRoster(text, '/home/ann');
  if (read.kind === 'invalid' || read.layout === null) throw new Error(`No layout: ${JSON.stringify(read)}`);
  return read.layout;
}

function added(text: string): string | null {
  return withAgent(text, layoutOf(text), ENTRY);
}

function removed(text: string, index: number): string | null {
  return withoutAgent(text, layoutOf(text), index);
}

const LONG = `# Ours.
version:   1   # odd spaces stay
"transport": 'tmux'

agents:
    # The first.
    -   name: a   # a word on it
        runtime: pi
        # ttl: 15m

    # The second.
    - runtime: "shell"
      command: |
        echo one

        echo two
      name: b
      # its last word

    # A third may come.
# The end.
`;

describe('an agent is added', () => {
  it('behind the last one, indented and set apart as the others are', () => {
    expect(added(LONG)).toBe(
      LONG.replace('      # its last word\n', '      # its last word\n\n    - name: new\n      runtime: pi\n'),
    );
  });

  it.each([
    ['agents:\nversion: 1\n', 'agents:\n  - name: new\n    runtime: pi\nversion: 1\n'],
    ['version: 1\nagents:', 'version: 1\nagents:\n  - name: new\n    runtime: pi\n'],
    ['version: 1\nagents: []  # none\n', 'version: 1\nagents:  # none\n  - name: new\n    runtime: pi\n'],
    ['version: 1\nagents: null\n', 'version: 1\nagents:\n  - name: new\n    runtime: pi\n'],
    [
      'version: 1\nagents: # none\n  # - name: a\n',
      'version: 1\nagents: # none\n  - name: new\n    runtime: pi\n  # - name: a\n',
    ],
  ])('as the first one of %j', (text, result) => {
    expect(added(text)).toBe(result);
  });

  it('to lines that begin at the margin, to a last line without an end, and with Windows line breaks', () => {
    const text = 'version: 1\r\nagents:\r\n- name: a\r\n  runtime: pi';
    expect(added(text)).toBe(`${text}\r\n- name: new\r\n  runtime: pi\r\n`);
  });

  it('to a list on one line', () => {
    const text = 'version: 1\nagents: [{ name: a, runtime: pi }, ] # all\n';
    expect(added(text)).toBe('version: 1\nagents: [{ name: a, runtime: pi }, {"name":"new","runtime":"pi"}, ] # all\n');
  });

  it.each([
    'yes',
    'null',
    '7',
    '- x',
    'a: b',
    'a #b',
    '"',
    '*a',
    '&a',
    '',
    ' a',
    'a ',
    '~',
    'é',
    'a\nb',
    '!x',
    '%',
    '1h',
    '1e3',
    '0x1f',
    '.inf',
    'a:',
    '@x',
    '{',
    '[x]',
    'a,b',
    "it's",
    '~/x',
    './x',
    '--x=1',
    '\u2028',
  ])('whose words are read as they were meant: %j', (word) => {
    const text = 'version: 1\nagents:\n';
    const entry = { name: 'new', runtime: 'shell', command: ['x', word], labels: ['l'] };
    const script = { name: 'two', runtime: 'shell', command: `x${word}` };
    const one = withAgent(text, layoutOf(text), entry) ?? '';
    const two = withAgent(one, layoutOf(one), script) ?? '';
    const read = parseRoster(two, '/home/ann');
    expect(read.kind === 'roster' ? read.roster.agents.map(({ command }) => command) : read.problems).toEqual([
      ['x', word],
      ['sh', '-c', `x${word}`],
    ]);
  });
});

describe('an agent is removed', () => {
  it('with its own lines, and what is said above it stays', () => {
    const own = '    -   name: a   # a word on it\n        runtime: pi\n        # ttl: 15m\n';
    expect(removed(LONG, 0)).toBe(LONG.replace(own, ''));
  });

  it('from the end, with what is indented like its keys', () => {
    expect(removed(LONG, 1)).toBe(LONG.replace(/ {4}- runtime: "shell"\n[^]*# its last word\n/, ''));
  });

  it('with the blank lines that set it apart', () => {
    const text =
      'version: 1\nagents:\n  - name: a\n    runtime: pi\n\n  - name: b\n    runtime: pi\n\n  - name: c\n    runtime: pi\n';
    expect(removed(text, 1)).toBe(text.replace('  - name: b\n    runtime: pi\n\n', ''));
    expect(removed(text, 2)).toBe(text.replace('\n  - name: c\n    runtime: pi\n', ''));
  });

  it('as the last one there is, and the next one finds its place', () => {
    const text = 'version: 1\nagents:\n  # Ours:\n  - name: a\n    runtime: pi\n# End.\n';
    const none = removed(text, 0) ?? '';
    expect(none).toBe('version: 1\nagents:\n  # Ours:\n# End.\n');
    expect(added(none)).toBe('version: 1\nagents:\n  - name: new\n    runtime: pi\n  # Ours:\n# End.\n');
  });

  it.each([
    [0, '[{ name: b, runtime: pi }]'],
    [1, '[{ name: a, runtime: pi }]'],
  ])('from a list on one line, number %d', (index, rest) => {
    const text = 'version: 1\nagents: [{ name: a, runtime: pi }, { name: b, runtime: pi }] # all\n';
    expect(removed(text, index)).toBe(`version: 1\nagents: ${rest} # all\n`);
  });

  it('not at all where that would take a comment along that is not its own', () => {
    const text = 'version: 1\nagents: [\n  {name: a, runtime: pi}, # a\n  {name: b, runtime: pi}\n]\n';
    expect(removed(text, 1)).toBeNull();
  });
});
