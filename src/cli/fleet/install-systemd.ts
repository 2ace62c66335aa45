/** `install-systemd`: the units with which the user's systemd keeps the fleet. */
import { agreed } from '../../fleet/life/by-systemd.ts';
import { installationIn, installUnits, removeUnits, unitFolder } from '../../fleet/life/installed-units.ts';
import { tmuxOf } from '../../fleet/life/panes.ts';
import type { UnitFile } from '../../fleet/life/units.ts';
import { Systemd } from '../../host/systemd.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { flag } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { printable } from '../print/text/escape.ts';
import { rosterPlaceOf } from '../roster/place.ts';
import { assertNothingRuns } from './nothing-runs.ts';
import { launchOf, wantedUnits } from './open-fleet.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    print: flag('--print', 'only show what would be written'),
    uninstall: flag('--uninstall', 'take the units away again'),
  },
  details:
    'Writes mosaic-tmux-holder.service and mosaic-agent@.service for the user, and no others. From then on start, stop, ' +
    'restart and status go through systemd. Files that somebody else wrote are never touched. Templates of your own in ' +
    'systemd/user of MOSAIC_HOME go before those that come with the program.',
  examples: ['install-systemd', 'install-systemd --print', 'install-systemd --uninstall'],
  async run(context, { print, uninstall }) {
    if (print !== undefined && uninstall !== undefined) throw usageError('--print and --uninstall exclude each other.');
    const { mosaicHome } = rosterPlaceOf(context);
    const tmux = tmuxOf(mosaicHome, context.env);
    const folder = unitFolder(context.env);
    const isFirst = installationIn(folder, mosaicHome).kind === 'none';
    if (uninstall !== undefined) {
      if (!isFirst) await assertNothingRuns(tmux);
      return remove(context, folder, mosaicHome);
    }
    const files = await wantedUnits(launchOf(context), tmux);
    if (print !== undefined) return show(context, folder, files);
    // A fleet that runs belongs to whoever started it. New texts of the same units, though, wait for the next start.
    if (isFirst) await assertNothingRuns(tmux);
    return install(context, folder, mosaicHome, files);
  },
});

async function show({ output }: Context, folder: string, files: readonly UnitFile[]): Promise<void> {
  await output.answer({ folder, files }, () =>
    files.map(({ name, text }) => `# ${folder}/${name}\n${text}`).join('\n'),
  );
}

async function install(
  { env, output }: Context,
  folder: string,
  mosaicHome: string,
  files: readonly UnitFile[],
): Promise<void> {
  const systemd = new Systemd({ environment: env });
  agreed(await systemd.state());
  const written = await installUnits(folder, mosaicHome, files);
  agreed(await systemd.reload());
  await output.answer({ written }, () => fileLines('Written', written, 'The units are there already, and up to date.'));
  await output.hint('Bring the fleet up with: mosaic fleet start');
}

/** Without the templates: what was written can be taken away, whatever has become of them. */
async function remove({ env, output }: Context, folder: string, mosaicHome: string): Promise<void> {
  const removed = removeUnits(folder, mosaicHome);
  // Without an answer: where systemd does not answer it finds them gone when it is started.
  await new Systemd({ environment: env }).reload();
  await output.answer({ removed }, () => fileLines('Removed', removed, 'No units are installed.'));
}

function fileLines(verb: string, files: readonly string[], none: string): string {
  return files.length === 0 ? `${none}\n` : files.map((file) => `${verb}: ${printable(file)}\n`).join('');
}
