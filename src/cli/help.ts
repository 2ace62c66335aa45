/** `--help`, for a group of commands and for one command. */
import type { RunnableCommand } from './command.ts';
import { COMMON_OPTIONS } from './parse/option.ts';
import type { CommandEntry, Entry, GroupEntry } from './registry.ts';
import { proseColumns, type Screen } from './print/text/screen.ts';
import { padEnd, textWidth, wrap } from './print/text/width.ts';

type Row = readonly [term: string, description: string];

export function groupHelp(group: GroupEntry, path: readonly string[], screen: Screen): string {
  const place = path.join(' ');
  const themes = group.themes.map(({ title, entries }) => ({
    title,
    rows: entries.filter(isShown).map(({ name, summary }): Row => [name, summary]),
  }));
  const columns = Math.max(...themes.flatMap(({ rows }) => rows.map(([term]) => textWidth(term))));
  const blocks = [
    wrap(`${group.summary}.`, proseColumns(screen)),
    titled('Usage', [`  ${place} <command> [options]`], screen),
    ...themes.map(({ title, rows }) => titled(title, rowLines(rows, columns, screen), screen)),
    titled(
      'Examples',
      group.examples.map((example) => `  ${place} ${example}`),
      screen,
    ),
    [screen.paint.dim(`${place} <command> --help tells more about a command.`)],
  ];
  return join(blocks);
}

export function commandHelp(
  entry: CommandEntry,
  command: RunnableCommand,
  path: readonly string[],
  screen: Screen,
): string {
  const place = path.join(' ');
  const specs = Object.values(command.options);
  const words = specs.flatMap((spec) => {
    if (spec.argument === null) return [];
    return spec.required ? [`<${spec.argument}>`] : [`[${spec.argument}]`];
  });
  const own = specs.map((spec): Row => {
    const note = spec.required ? ' (required)' : '';
    return [spec.flags ?? `<${spec.argument ?? ''}>`, `${spec.description}${note}`];
  });
  const columns = Math.max(...[...own, ...COMMON_OPTIONS].map(([term]) => textWidth(term)));
  const prefix = path.slice(0, -1).join(' ');
  const blocks = [
    wrap(`${entry.summary}.`, proseColumns(screen)),
    titled('Usage', [`  ${[place, ...words, '[options]', command.takesWords ?? ''].join(' ').trimEnd()}`], screen),
    ...(command.details === null ? [] : [wrap(command.details, proseColumns(screen))]),
    titled('Options', rowLines(own, columns, screen), screen),
    titled('Options of every command', rowLines(COMMON_OPTIONS, columns, screen), screen),
    titled(
      'Examples',
      command.examples.map((example) => `  ${prefix} ${example}`),
      screen,
    ),
    guessLine(entry, screen),
  ];
  return join(blocks);
}

function isShown(entry: Entry): boolean {
  return entry.kind === 'group' || entry.isHidden !== true;
}

function guessLine({ guesses = [] }: CommandEntry, { paint }: Screen): readonly string[] {
  return guesses.length === 0 ? [] : [paint.dim(`Also understood as: ${guesses.join(', ')}`)];
}

function titled(title: string, lines: readonly string[], { paint }: Screen): readonly string[] {
  return lines.length === 0 ? [] : [paint.bold(title), ...lines];
}

function rowLines(rows: readonly Row[], columns: number, screen: Screen): readonly string[] {
  const room = proseColumns(screen) - columns - 4;
  return rows.flatMap(([term, description]) => {
    if (room < 24)
      return [`  ${screen.paint.cyan(term)}`, ...wrap(description, room + columns).map((line) => `    ${line}`)];
    const [first = '', ...rest] = wrap(description, room);
    const indent = ' '.repeat(columns + 4);
    return [`  ${screen.paint.cyan(padEnd(term, columns))}  ${first}`, ...rest.map((line) => indent + line)];
  });
}

function join(blocks: readonly (readonly string[])[]): string {
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}
