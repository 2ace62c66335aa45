/** Splits the words after a command into its options and its plain argument; every word must have a meaning. */
import type { RunnableCommand } from '../command.ts';
import type { CommandLine } from './option.ts';
import { plainLine } from './plain-line.ts';

/** @throws MosaicError USAGE */
export async function parseCommandLine(
  command: RunnableCommand,
  path: readonly string[],
  args: readonly string[],
): Promise<CommandLine> {
  const plain = plainLine(command, args);
  if (plain !== null) return plain;
  const { commanderLine } = await import('./commander-line.ts');
  return commanderLine(command, path.at(-1) ?? '', args);
}

/** Whether a flag stands among the options: known even where the rest of the line cannot be read. */
export function isAsked(flag: string, args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? undefined : end).includes(flag);
}
