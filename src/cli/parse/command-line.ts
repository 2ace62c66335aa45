/** Splits the words after a command into its options and its plain argument; every word must have a meaning. */
import { Command, CommanderError, Option } from 'commander';
import type { RunnableCommand } from '../command.ts';
import { longFlag, type OptionSpec, type RawValue } from './option.ts';
import { closest } from './spelling.ts';
import { usageError } from './usage.ts';
import { quote } from './values.ts';

export interface CommandLine {
  readonly raw: Readonly<Record<string, RawValue>>;
  /** For a command that takes plain words of any number. */
  readonly words: readonly string[];
  readonly wantsHelp: boolean;
  readonly mosaicHome: string | undefined;
}

/** What every command understands. */
export const COMMON_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ['--json', 'print one JSON value and nothing else'],
  ['--mosaic-home <dir>', 'where the backlog lives (default: MOSAIC_HOME, else ~/.config/mosaic)'],
  ['--debug', 'show where in the program an error arose'],
  ['-h, --help', 'show this help'],
];

export function parseCommandLine(
  command: RunnableCommand,
  path: readonly string[],
  args: readonly string[],
): CommandLine {
  const name = path.at(-1) ?? '';
  const parser = parserOf(command);
  try {
    parser.parse([...args], { from: 'user' });
  } catch (error) {
    throw error instanceof CommanderError ? wrongUsage(error, name, parser) : error;
  }
  const raw: Record<string, RawValue> = {};
  for (const [key, spec] of Object.entries(command.options)) {
    if (spec.flags !== null) raw[key] = rawValue(parser, spec.flags);
  }
  if (!command.takesWords) takeArguments(command, name, parser.args, raw);
  const mosaicHome = rawValue(parser, '--mosaic-home <dir>');
  if (mosaicHome === '') throw usageError('--mosaic-home is empty; give the name of a folder.');
  return {
    raw,
    words: parser.args,
    wantsHelp: rawValue(parser, '-h, --help') === true,
    mosaicHome: typeof mosaicHome === 'string' ? mosaicHome : undefined,
  };
}

/** Whether a flag stands among the options: known even where the rest of the line cannot be read. */
export function isAsked(flag: string, args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? undefined : end).includes(flag);
}

function parserOf(command: RunnableCommand): Command {
  const parser = new Command()
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .showSuggestionAfterError(false)
    .argument('[words...]');
  const specs = Object.values(command.options).flatMap(({ flags }) => (flags === null ? [] : [flags]));
  const all = [...specs, ...COMMON_OPTIONS.map(([flags]) => flags)];
  const names = new Set(all.map(longFlag));
  const given = new Set<string>();
  for (const flags of all) {
    const option = new Option(flags);
    const flag = longFlag(flags) ?? flags;
    parser.addOption(option.argParser((value) => onlyValue({ flag, value, given, names })));
  }
  return parser;
}

interface Given {
  readonly flag: string;
  readonly value: string;
  readonly given: Set<string>;
  readonly names: ReadonlySet<string | undefined>;
}

/** An option that swallowed the next one, or was given twice, is a slip that would otherwise pass in silence. */
function onlyValue({ flag, value, given, names }: Given): string {
  if (names.has(value)) throw usageError(`${flag} needs a value, but ${value} follows it.`);
  if (given.has(flag)) throw usageError(`${flag} is given twice; the second time with ${quote(value)}.`);
  given.add(flag);
  return value;
}

function rawValue(parser: Command, flags: string): RawValue {
  const value: unknown = parser.getOptionValue(new Option(flags).attributeName());
  return typeof value === 'string' || value === true ? value : undefined;
}

function takeArguments(
  command: RunnableCommand,
  name: string,
  words: readonly string[],
  raw: Record<string, RawValue>,
): void {
  const places = Object.entries(command.options).filter(([, { argument }]) => argument !== null);
  for (const [at, word] of words.entries()) {
    const place = places[at];
    if (place === undefined)
      throw tooMany(
        name,
        places.map(([, spec]) => spec),
        word,
      );
    const [key, spec] = place;
    const named = raw[key];
    if (named !== undefined && named !== word) {
      const flag = longFlag(spec.flags ?? '') ?? '';
      throw usageError(`${name} is told two different things: ${quote(word)} and ${flag} ${quote(String(named))}.`);
    }
    raw[key] = word;
  }
}

function tooMany(name: string, places: readonly OptionSpec<unknown>[], word: string): Error {
  if (places.length === 0) return usageError(`${name} takes options only, and ${quote(word)} is none.`);
  const wanted = places.map(({ argument }) => `<${argument ?? ''}>`).join(' ');
  return usageError(`${name} takes ${wanted} and nothing more, and ${quote(word)} is one word too many.`);
}

/** The parser's complaints in our words. It names the option in quotation marks. */
function wrongUsage({ code, message }: CommanderError, name: string, parser: Command): Error {
  const subject = /'(.*)'/s.exec(message)?.[1] ?? '';
  if (code === 'commander.optionMissingArgument') return usageError(`${longFlag(subject) ?? subject} needs a value.`);
  if (code !== 'commander.unknownOption') return usageError(message.replace(/^error: /, ''));
  const typed = subject.replace(/=.*$/s, '');
  const flags = parser.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : []));
  const [first, ...others] = closest(
    typed.replace(/^-+/, ''),
    flags.map((flag) => flag.slice(2)),
  );
  if (first === undefined) return usageError(`${name} has no option ${quote(typed)}.`);
  const meant = [first, ...others].map((flag) => `--${flag}`).join(' or ');
  return usageError(`${name} has no option ${quote(typed)}.`, `Did you mean ${meant}?`);
}
