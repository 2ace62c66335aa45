/**
 * The commands for a program that has a `Command` of its own: `registerFleetCommand(program)` puts `fleet` and all
 * below it there. The program sees names and summaries; everything after a name is read by the command itself, so that
 * options, errors and exit statuses are the same wherever the commands are mounted.
 */
import { Command, type ParseOptionsResult } from 'commander';
import type { FleetDependencies } from './context.ts';
import { entriesOf, FLEET_GROUP, type Entry } from './registry.ts';
import { walk } from './walk.ts';

export type { FleetDependencies } from './context.ts';

/** Returns the new command `fleet`. Its actions set `process.exitCode` and never throw. */
export function registerFleetCommand(program: Command, dependencies: FleetDependencies = {}): Command {
  const fleet = stubOf(FLEET_GROUP, [program.name() || 'mosaic', FLEET_GROUP.name], dependencies);
  program.addCommand(fleet);
  return fleet;
}

/** Takes every word as it stands, also `--help` and `--`. */
class PassThrough extends Command {
  override parseOptions(argv: string[]): ParseOptionsResult {
    return { operands: [...argv], unknown: [] };
  }
}

function stubOf(entry: Entry, path: readonly string[], dependencies: FleetDependencies): Command {
  const stub = new PassThrough(entry.name)
    .description(entry.summary)
    .helpOption(false)
    .helpCommand(false)
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      process.exitCode = await walk(entry, { path, args: words, dependencies });
    });
  if (entry.kind === 'group') {
    for (const one of entriesOf(entry)) {
      const isHidden = one.kind === 'command' && one.isHidden === true;
      stub.addCommand(stubOf(one, [...path, one.name], dependencies), { hidden: isHidden });
    }
  }
  return stub;
}
