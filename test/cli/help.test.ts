/** What `--help` says: something for every command, with an example that can be typed as it stands. */
import { describe, expect, it } from 'vitest';
import { commandHelp } from '../../src/cli/help.ts';
import { parseCommandLine } from '../../src/cli/parse/command-line.ts';
import { screenOf } from '../../src/cli/print/text/screen.ts';
import { BACKLOG, entriesOf, FLEET_GROUP, type CommandEntry, type Entry } from '../../src/cli/registry.ts';
import { Mosaic } from './mosaic.ts';

const SCREEN = screenOf({}, {});

const COMMANDS: readonly (readonly [CommandEntry, readonly string[]])[] = commandsIn(FLEET_GROUP, ['mosaic', 'fleet']);

/** Of every group below it too. */
function commandsIn(group: Entry, path: readonly string[]): (readonly [CommandEntry, readonly string[]])[] {
  if (group.kind === 'command') return [[group, path]];
  return entriesOf(group).flatMap((entry) => commandsIn(entry, [...path, entry.name]));
}

describe.each(COMMANDS.map(([entry, path]) => [path.join(' '), entry, path] as const))('%s', (_, entry, path) => {
  it('has examples whose words it understands', async () => {
    const { command } = await entry.load();
    expect(command.examples.length).toBeGreaterThan(0);
    for (const example of command.examples) {
      const [name, ...words] = wordsOf(example);
      expect(name).toBe(entry.name);
      await expect(parseCommandLine(command, path, words)).resolves.toBeDefined();
    }
  });

  it('describes itself and each of its options in help that is not too wide', async () => {
    const { command } = await entry.load();
    const help = commandHelp(entry, command, path, SCREEN);
    expect(help).toContain(`${entry.summary}.`);
    for (const { flags, argument } of Object.values(command.options)) expect(help).toContain(flags ?? argument);
    const lines = help.slice(0, help.indexOf('\nExamples')).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

/** As a shell splits them, up to where it would do something itself. */
function wordsOf(example: string): readonly string[] {
  const words = example.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  const end = words.findIndex((word) => ['|', '>', '<', '<<<'].includes(word));
  return words.slice(0, end === -1 ? undefined : end).map((word) => word.replace(/^(['"])(.*)\1$/s, '$2'));
}

describe('help', () => {
  it('is found in every usual way', async () => {
    const mosaic = new Mosaic();
    const answers = await Promise.all([
      mosaic.backlog(['claim', '--help']),
      mosaic.backlog(['claim', '-h']),
      mosaic.backlog(['help', 'claim']),
      mosaic.run(['help', 'fleet', 'backlog', 'claim']),
    ]);
    expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    expect(answers[0]?.stdout).toContain('mosaic fleet backlog claim --owner coder0');
  });

  it('of the group lists the commands by theme', async () => {
    const { status, stdout } = await new Mosaic().backlog([]);
    expect(status).toBe(0);
    const titles = ['Usage', 'Cards', 'Work', 'Steering', 'Insight', 'The whole backlog', 'Examples'];
    expect(stdout.split('\n').filter((line) => titles.includes(line))).toEqual(titles);
    expect(stdout).not.toContain('__complete');
  });

  it('gives no word to two commands', () => {
    const words = entriesOf(BACKLOG).flatMap((entry) =>
      entry.kind === 'command' ? [entry.name, ...(entry.guesses ?? [])] : [entry.name],
    );
    const missing = Object.keys(BACKLOG.missing ?? {});
    expect([...words, ...missing].sort()).toEqual([...new Set([...words, ...missing])].sort());
  });
});
