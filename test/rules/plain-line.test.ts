/**
 * The short way to read a command line gives what commander gives: whatever is taken for a plain line, commander reads
 * in the same way; and what workers type all day is taken for one.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunnableCommand } from '../../src/cli/command.ts';
import { commanderLine } from '../../src/cli/parse/commander-line.ts';
import { COMMON_OPTIONS, flag, longFlag, option, orArgument, repeated } from '../../src/cli/parse/option.ts';
import { plainLine } from '../../src/cli/parse/plain-line.ts';
import { entriesOf, FLEET_GROUP, type CommandEntry, type Entry } from '../../src/cli/registry.ts';

const ENTRIES = commandsIn(FLEET_GROUP);

function commandsIn(entry: Entry): readonly CommandEntry[] {
  return entry.kind === 'command' ? [entry] : entriesOf(entry).flatMap(commandsIn);
}

/** Options of every kind, more than any command has. */
const MIXED: RunnableCommand = {
  options: {
    from: orArgument(
      option({ flags: '--from <id>', description: '' }, (text) => text),
      'id',
    ),
    file: option({ flags: null, argument: 'file', description: '' }, (text) => text),
    dryRun: flag('--dry-run', ''),
    enter: flag('--no-enter', ''),
    wait: option({ flags: '--wait [duration]', description: '' }, (text) => text),
    env: repeated('--env <key=value>', '', (texts) => texts),
    limit: option({ flags: '-l, --limit <n>', description: '' }, (text) => text),
    labels: option({ flags: '--labels <names...>', description: '' }, (text) => text),
  },
  details: null,
  examples: [],
  takesWords: null,
  start: () => Promise.resolve(),
};

function linesOf({ options }: RunnableCommand): fc.Arbitrary<readonly string[]> {
  const all = [...Object.values(options).map(({ flags }) => flags ?? '--file'), ...COMMON_OPTIONS.map(([one]) => one)];
  const long = all.map((flags) => longFlag(flags) ?? flags);
  const word = fc.oneof(
    fc.constantFrom('A4', 'a b', '', '0', 'help', 'päd', '__proto__', 'constructor'),
    fc.string({ maxLength: 3 }),
  );
  const slip = fc.constantFrom(
    '-',
    '--',
    '-1',
    '-h',
    '-V',
    '--no',
    '--version',
    '--__proto__',
    '---',
    '--json=1',
    '-j',
  );
  const pair = fc.tuple(fc.constantFrom(...long), word);
  const odd = fc.oneof(
    slip,
    pair.map(([name, value]) => `${name}=${value}`),
    fc.constantFrom(...long).map((name) => name.slice(0, -1)),
    fc.constantFrom(...long).map((name) => name.replace(/^--(no-)?/, '--no-')),
  );
  const piece = fc.oneof(
    { weight: 8, arbitrary: pair },
    { weight: 4, arbitrary: fc.constantFrom(...long).map((name) => [name]) },
    { weight: 2, arbitrary: word.map((one) => [one]) },
    { weight: 1, arbitrary: odd.map((one) => [one]) },
  );
  return fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.flat());
}

function compare(command: RunnableCommand, numRuns: number): number {
  let taken = 0;
  fc.assert(
    fc.property(linesOf(command), (words) => {
      const plain = plainLine(command, words);
      if (plain === null) return;
      taken += 1;
      expect(plain).toStrictEqual(commanderLine(command, 'command', words));
    }),
    { numRuns },
  );
  return taken;
}

describe('a line that is taken for plain is one that commander reads in the same way', () => {
  it.each(ENTRIES.map((entry) => [entry.name, entry] as const))('of %s', async (_, entry) => {
    const { command } = await entry.load();
    const taken = compare(command, 400);
    if (command.takesWords === null) expect(taken).toBeGreaterThan(20);
    else expect(taken).toBe(0);
  });

  it('with options of every kind', () => {
    expect(compare(MIXED, 10_000)).toBeGreaterThan(300);
  });
});

it.each([
  ['claim', '--owner coder0 --ttl 15m --json'],
  ['claim', 'A4 --owner coder0 --phase M1 --exit-code'],
  ['renew', 'A4 --owner coder0 --attempt 1 --json'],
  ['complete', 'A4 --owner coder0 --attempt 1 --result {}'],
  ['create', 'A4 --title T --priority 5 --mosaic-home /tmp/m'],
  ['list', '--ready-only --limit 50 --json'],
])('what workers type all day is plain: %s %s', async (name, line) => {
  const entry = ENTRIES.find((one) => one.name === name);
  const { command } = (await entry?.load()) ?? { command: MIXED };
  expect(plainLine(command, line.split(' '))).not.toBeNull();
});

it.each(['--help', '-h', '--owner=a', '--', '-', '--wait', '--json --json', '--owner', '--owner -1', 'A4 --id A4'])(
  'what is not plain goes to commander: %s',
  async (line) => {
    const { command } = await import('../../src/cli/backlog/claim.ts');
    expect(plainLine(command, line.split(' '))).toBeNull();
  },
);
