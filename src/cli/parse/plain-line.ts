/**
 * Tells a plain command line: words, flags, and flags with a value behind them, each once and written out. Nearly every
 * line that a program writes is one, and to tell so costs a hundredth of what it takes to load commander; every other
 * line goes there, where it gets its meaning, or an error. Pure.
 */
import type { RunnableCommand } from '../command.ts';
import { COMMON_OPTIONS, type CommandLine, type RawValue } from './option.ts';

/** No short form, no value that may be left out, no list of them, nothing that takes away. */
const PLAIN = /^--(?!no-)[a-z-]+( <[a-z=-]+>)?$/;

/** What commander would make of it; null where that is for commander to say. */
export function plainLine({ options, takesWords }: RunnableCommand, args: readonly string[]): CommandLine | null {
  if (takesWords !== null) return null;
  const specs = Object.entries(options);
  const own = specs.flatMap(([, { flags, repeats }]) => (flags === null || repeats === true ? [] : [flags]));
  const split = splitWords([...own, ...COMMON_OPTIONS.map(([flags]) => flags)], args);
  if (split === null) return null;

  const { given, words } = split;
  const raw: Record<string, RawValue> = {};
  for (const [key, { flags }] of specs) if (flags !== null) raw[key] = given.get(flags);
  const places = specs.filter(([, { argument }]) => argument !== null);
  for (const [at, word] of words.entries()) {
    const key = places[at]?.[0];
    if (key === undefined || raw[key] !== undefined) return null;
    raw[key] = word;
  }
  const home = given.get('--mosaic-home <dir>');
  if (home === '') return null;
  return { raw, words: [], wantsHelp: false, mosaicHome: typeof home === 'string' ? home : undefined };
}

interface Split {
  /** By its flags as the option has them. */
  readonly given: ReadonlyMap<string, string | true>;
  readonly words: readonly string[];
}

function splitWords(known: readonly string[], args: readonly string[]): Split | null {
  const given = new Map<string, string | true>();
  const words: string[] = [];
  const rest = args.values();
  for (const word of rest) {
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const flags = known.find((one) => one === word || one.startsWith(`${word} <`));
    if (flags === undefined || given.has(flags) || !PLAIN.test(flags)) return null;
    const value = flags === word ? true : rest.next().value;
    if (value === undefined || (value !== true && value.startsWith('-'))) return null;
    given.set(flags, value);
  }
  return { given, words };
}
