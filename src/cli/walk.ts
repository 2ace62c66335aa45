/** From the words of a command line to the command they name, and on to running it. */
import { Output } from './output/output.ts';
import { reportError } from './output/report.ts';
import type { FleetDependencies } from './context.ts';
import { WRONG_USAGE, type ExitStatus } from './exit-status.ts';
import { closest } from './parse/spelling.ts';
import { usageError } from './parse/usage.ts';
import { quote } from './parse/values.ts';
import { entriesOf, type Entry, type GroupEntry } from './registry.ts';
import { runCommand } from './run.ts';

export interface Walk {
  /** Where this entry is: the words that lead to it, its own name at the end. */
  readonly path: readonly string[];
  readonly args: readonly string[];
  readonly dependencies: FleetDependencies;
}

/** Never throws: what goes wrong is reported, and the status says so. */
export async function walk(entry: Entry, { path, args, dependencies }: Walk): Promise<ExitStatus> {
  if (entry.kind === 'command') return runCommand(entry, { path, args, dependencies });
  const [word, ...rest] = args;
  const output = new Output(dependencies, args.includes('--json'));
  if (word === undefined || word === '--help' || word === '-h') return showHelp(entry, path, output);
  if (word === 'help') {
    const isWhole = rest.length === 0;
    return walk(entry, { path, args: isWhole ? ['--help'] : [...rest, '--help'], dependencies });
  }
  const found = entriesOf(entry).find(({ name }) => name === word);
  if (found !== undefined) return walk(found, { path: [...path, word], args: rest, dependencies });
  const guessed = entriesOf(entry).find((one) => one.kind === 'command' && one.guesses?.includes(word));
  if (guessed !== undefined) {
    await output.hint(`"${word}" is "${guessed.name}" here.`);
    return walk(guessed, { path: [...path, guessed.name], args: rest, dependencies });
  }
  await reportError(unknownCommand(entry, path, word), output, { isDebug: args.includes('--debug') });
  return WRONG_USAGE;
}

async function showHelp(group: GroupEntry, path: readonly string[], output: Output): Promise<ExitStatus> {
  try {
    const { groupHelp } = await import('./help.ts');
    await output.write(groupHelp(group, path, output.screen));
    return 0;
  } catch {
    // Whoever asked for help has stopped reading it.
    return 0;
  }
}

function unknownCommand(group: GroupEntry, path: readonly string[], word: string): Error {
  const place = path.join(' ');
  if (word.startsWith('-')) {
    return usageError(
      `${place} has no option ${quote(word)} of its own.`,
      `Options stand after the command. See the commands with: ${place} --help`,
    );
  }
  const instead = group.missing?.[word];
  if (instead !== undefined) return usageError(`${place} has no command ${quote(word)}.`, instead);
  const visible = entriesOf(group).filter((entry) => entry.kind === 'group' || entry.isHidden !== true);
  const similar = closest(
    word,
    visible.map(({ name }) => name),
  );
  const hint =
    similar.length === 0
      ? `See the commands with: ${place} --help`
      : `Did you mean ${similar.map((name) => `"${name}"`).join(' or ')}? See all with: ${place} --help`;
  return usageError(`${place} has no command ${quote(word)}.`, hint);
}
