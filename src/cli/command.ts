/** What a command is: its options, what `--help` shows beside them, and what it does. One file for each in backlog/. */
import type { Context } from './context.ts';
import type { ExitStatus } from './exit-status.ts';
import { readValues, type OptionSpecs, type RawValue, type ValuesOf } from './parse/option.ts';

export interface CommandDefinition<Specs extends OptionSpecs> {
  readonly options: Specs;
  /** What `--help` says beyond the summary in the registry. */
  readonly details?: string;
  /** Each begins with the command's name; the words before it are added. */
  readonly examples: readonly string[];
  /** Plain words of any number are taken, and handed on as they are; this is how `--help` writes them. */
  readonly takesWords?: string;
  run(context: Context, values: ValuesOf<Specs>, words: readonly string[]): Promise<ExitStatus | void>;
}

/** A command whose values have lost their types on the way in and get them back in `start`. */
export interface RunnableCommand {
  readonly options: OptionSpecs;
  readonly details: string | null;
  readonly examples: readonly string[];
  readonly takesWords: string | null;
  start(
    context: Context,
    raw: Readonly<Record<string, RawValue>>,
    words: readonly string[],
  ): Promise<ExitStatus | void>;
}

export function defineCommand<Specs extends OptionSpecs>(definition: CommandDefinition<Specs>): RunnableCommand {
  return {
    options: definition.options,
    details: definition.details ?? null,
    examples: definition.examples,
    takesWords: definition.takesWords ?? null,
    start: (context, raw, words) => definition.run(context, readValues(definition.options, raw), words),
  };
}
