/** Runs one command: loads it, reads its options, gives it what it needs, and turns the way it ends into a status. */
import { Context, type FleetDependencies } from './context.ts';
import { DONE, exitStatusOf, type ExitStatus } from './exit-status.ts';
import { Output, OutputClosed } from './output/output.ts';
import { reportError } from './output/report.ts';
import { isAsked, parseCommandLine } from './parse/command-line.ts';
import type { CommandEntry } from './registry.ts';

export interface CommandRun {
  readonly path: readonly string[];
  readonly args: readonly string[];
  readonly dependencies: FleetDependencies;
}

/** Never throws: what goes wrong is reported, and the status says so. */
export async function runCommand(entry: CommandEntry, { path, args, dependencies }: CommandRun): Promise<ExitStatus> {
  const output = new Output(dependencies, isAsked('--json', args));
  let context: Context | null = null;
  let status: ExitStatus = DONE;
  try {
    const { command } = await entry.load();
    const line = await parseCommandLine(command, path, args);
    if (line.wantsHelp) {
      const { commandHelp } = await import('./help.ts');
      await output.write(commandHelp(entry, command, path, output.screen));
      return DONE;
    }
    context = new Context({ output, dependencies, mosaicHome: line.mosaicHome, path: path.slice(0, -1) });
    status = (await command.start(context, line.raw, line.words)) ?? DONE;
  } catch (error) {
    status = await ended(error, output, path, args);
  }
  try {
    await context?.close();
  } catch (error) {
    status = await ended(error, output, path, args);
  }
  return status;
}

/** A reader that has gone ends the command quietly; everything else is reported. */
async function ended(
  error: unknown,
  output: Output,
  path: readonly string[],
  args: readonly string[],
): Promise<ExitStatus> {
  if (error instanceof OutputClosed) return DONE;
  const usageHint = `See how it is used with: ${path.join(' ')} --help`;
  await reportError(error, output, { isDebug: isAsked('--debug', args), usageHint });
  return exitStatusOf(error);
}
