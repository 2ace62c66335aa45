/**
 * The words after a command, read by commander: every line there may be, and what is wrong with a line that means nothing.
 * commander is a quarter of what a command would have to load, so it is asked only where the line is no plain one.
 */
import { Command, CommanderError, Option } from 'commander';
import type { RunnableCommand } from '../command.ts';
import { COMMON_OPTIONS, type CommandLine, longFlag, type OptionSpec, type RawValue } from './option.ts';
import { closest } from './spelling.ts';
import { usageError } from './usage.ts';
import { quote } from './values.ts';

/** @param name how to speak of the command in an error */
export function commanderLine(command: RunnableCommand, name: string, args: readonly string[]): CommandLine {
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
  const words = wordsOf(command, parser.args, args);
  if (command.takesWords === null || hasArguments(command)) {
    takeArguments(command, name, parser.args.slice(0, parser.args.length - words.length), raw);
  }
  const mosaicHome = rawValue(parser, '--mosaic-home <dir>');
  if (mosaicHome === '') throw usageError('--mosaic-home is empty; give the name of a folder.');
  return {
    raw,
    words,
    wantsHelp: rawValue(parser, '-h, --help') === true,
    mosaicHome: typeof mosaicHome === 'string' ? mosaicHome : undefined,
  };
}

/** A command with arguments of its own takes the words behind `--` only; the others mean its arguments. */
function wordsOf(command: RunnableCommand, plain: readonly string[], args: readonly string[]): readonly string[] {
  if (command.takesWords === null) return [];
  if (!hasArguments(command)) return plain;
  const end = args.indexOf('--');
  return end === -1 ? [] : args.slice(end + 1);
}

function hasArguments({ options }: RunnableCommand): boolean {
  return Object.values(options).some(({ argument }) => argument !== null);
}

function parserOf(command: RunnableCommand): Command {
  const parser = new Command()
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .showSuggestionAfterError(false)
    .argument('[words...]');
  const own = Object.values(command.options);
  const specs = own.flatMap(({ flags }) => (flags === null ? [] : [flags]));
  const repeating = new Set(own.flatMap(({ flags, repeats }) => (repeats === true && flags !== null ? [flags] : [])));
  const all = [...specs, ...COMMON_OPTIONS.map(([flags]) => flags)];
  const names = new Set(all.map(longFlag));
  const given = new Set<string>();
  for (const flags of all) {
    const option = new Option(flags);
    const flag = longFlag(flags) ?? flags;
    const texts: string[] = [];
    parser.addOption(
      option.argParser((value) => {
        if (!repeating.has(flags)) return onlyValue({ flag, value, given, names });
        assertNoFlag(flag, value, names);
        texts.push(value);
        return texts;
      }),
    );
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
  assertNoFlag(flag, value, names);
  if (given.has(flag)) throw usageError(`${flag} is given twice; the second time with ${quote(value)}.`);
  given.add(flag);
  return value;
}

function assertNoFlag(flag: string, value: string, names: ReadonlySet<string | undefined>): void {
  if (names.has(value)) throw usageError(`${flag} needs a value, but ${value} follows it.`);
}

function rawValue(parser: Command, flags: string): RawValue {
  const option = new Option(flags);
  const value: unknown = parser.getOptionValue(option.attributeName());
  // `--no-enter` is kept as an `enter` that is true until it is taken away.
  if (option.negate) return value === false ? true : undefined;
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string');
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
