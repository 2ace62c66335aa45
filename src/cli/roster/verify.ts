/** `verify`: would the fleet start as its roster says? */
import { readEnvironmentFile } from '../../fleet/roster/environment-file.ts';
import { readRoster, rosterFileOf } from '../../fleet/roster/roster-file.ts';
import { verifyRoster } from '../../fleet/roster/verify.ts';
import { factsOf, findProgram, isInWorkTree } from '../../host/look-around.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { DONE, FAILED } from '../exit-status.ts';
import { rosterPage } from '../print/findings.ts';
import { rosterPlaceOf } from './place.ts';

export const command: RunnableCommand = defineCommand({
  options: {},
  details:
    'Reads fleet/roster.yaml and looks for what its agents need: programs, tmux, folders, environment files. Starts ' +
    'nothing and changes nothing. Exits with 1 when there is an error.',
  examples: ['verify', 'verify --json'],
  async run(context) {
    const place = rosterPlaceOf(context);
    const path = context.env['PATH'] ?? '';
    const report = await verifyRoster(readRoster(place), rosterFileOf(place), place, {
      findProgram: (name, folder) => findProgram(name, folder, path),
      factsOf,
      isInWorkTree,
      databaseUrlIn,
      databaseUrl: context.env['DATABASE_URL'] ?? '',
      userId: process.getuid?.() ?? null,
    });
    await context.output.answer(report, (screen) => rosterPage(report, screen));
    return report.healthy ? DONE : FAILED;
  },
});

/** Whether the file can be read at all is a finding of its own. */
function databaseUrlIn(file: string): string {
  try {
    return readEnvironmentFile(file)['DATABASE_URL'] ?? '';
  } catch {
    return '';
  }
}
