/**
 * What an option is: its flags, what it says in `--help`, and how its text becomes a value. Commands hold their options
 * in an object whose keys are the names the library uses, so that most of them hand the values on as they are.
 */
import { usageError } from './usage.ts';

/**
 * As it stands on the command line: its text, `true` for a flag without one, undefined when it was not given, and all its
 * texts for one that may be given many times.
 */
export type RawValue = string | true | readonly string[] | undefined;

/** What the shell may offer for a value. */
export type Completion = 'nothing' | 'file' | 'id' | 'owner' | 'phase' | 'label' | 'preset' | readonly string[];

export interface OptionSpec<T> {
  /** `--ttl <duration>`; null for what can only be a plain argument. */
  readonly flags: string | null;
  /** The name under which it can be given as the plain argument; null when it cannot. */
  readonly argument: string | null;
  readonly description: string;
  readonly required: boolean;
  readonly completion: Completion;
  /** May be given many times; otherwise a second time is a slip. */
  readonly repeats?: true;
  /** `name` is how to speak of it in an error: `--ttl`, or `<file>`. */
  read(raw: RawValue, name: string): T;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;

/** What every command understands. */
export const COMMON_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ['--json', 'print one JSON value and nothing else'],
  ['--mosaic-home <dir>', 'where the backlog lives (default: MOSAIC_HOME, else ~/.config/mosaic)'],
  ['--debug', 'show where in the program an error arose'],
  ['-h, --help', 'show this help'],
];

export interface CommandLine {
  readonly raw: Readonly<Record<string, RawValue>>;
  /** For a command that takes plain words of any number. */
  readonly words: readonly string[];
  readonly wantsHelp: boolean;
  readonly mosaicHome: string | undefined;
}

type ValueOf<Spec> = Spec extends OptionSpec<infer T> ? T : never;

/** The values of a command's options. One that was not given is not there, rather than there and undefined. */
export type ValuesOf<Specs> = {
  readonly [Key in keyof Specs as undefined extends ValueOf<Specs[Key]> ? never : Key]: ValueOf<Specs[Key]>;
} & {
  readonly [Key in keyof Specs as undefined extends ValueOf<Specs[Key]> ? Key : never]?: Exclude<
    ValueOf<Specs[Key]>,
    undefined
  >;
};

interface OptionWords {
  readonly flags: string | null;
  readonly argument?: string;
  readonly description: string;
  readonly completion?: Completion;
}

/** An option with a value, read by `parse`. */
export function option<T>(words: OptionWords, parse: (text: string, name: string) => T): OptionSpec<T | undefined> {
  return {
    flags: words.flags,
    argument: words.argument ?? null,
    description: words.description,
    required: false,
    completion: words.completion ?? 'nothing',
    read: (raw, name) => (typeof raw === 'string' ? parse(raw, name) : undefined),
  };
}

/** An option that may be given many times, with a value each time. */
export function repeated<T>(
  flags: string,
  description: string,
  parse: (texts: readonly string[], name: string) => T,
): OptionSpec<T | undefined> {
  const base = { flags, argument: null, description, required: false, completion: 'nothing', repeats: true } as const;
  return { ...base, read: (raw, name) => (Array.isArray(raw) ? parse(raw, name) : undefined) };
}

/** An option that is there or not. */
export function flag(flags: string, description: string): OptionSpec<true | undefined> {
  const base = { flags, argument: null, description, required: false };
  return { ...base, completion: 'nothing', read: (raw) => (raw === undefined ? undefined : true) };
}

export function required<T>(spec: OptionSpec<T>): OptionSpec<Exclude<T, undefined>> {
  return { ...spec, required: true, read: (raw, name) => present(spec.read(raw, name), name) };
}

/** The same value, also taken from the plain argument. */
export function orArgument<T>(spec: OptionSpec<T>, argument: string): OptionSpec<T> {
  return { ...spec, argument };
}

function present<T>(value: T, name: string): Exclude<T, undefined> {
  if (isPresent(value)) return value;
  throw usageError(`${name} is needed here and was not given.`);
}

function isPresent<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}

/** How an option is called in an error. */
function nameOf(spec: OptionSpec<unknown>): string {
  return spec.flags === null ? `<${spec.argument ?? ''}>` : (longFlag(spec.flags) ?? spec.flags);
}

export function longFlag(flags: string): string | undefined {
  return /--[a-z-]+/.exec(flags)?.[0];
}

/** Every value read and checked, before anything else happens. */
export function readValues<Specs extends OptionSpecs>(
  specs: Specs,
  raw: Readonly<Record<string, RawValue>>,
): ValuesOf<Specs> {
  const entries = Object.entries(specs).flatMap(([key, spec]) => {
    const value = spec.read(raw[key], nameOf(spec));
    return value === undefined ? [] : [[key, value] as const];
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value has just been read by the spec of its key, which the compiler cannot follow through `Object.entries`
  return Object.fromEntries(entries) as ValuesOf<Specs>;
}
