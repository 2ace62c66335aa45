/** `__uninstall`: takes away what was installed, for `install.sh`. The data stays, unless somebody insists twice. */
import { basename } from 'node:path';
import { mosaicHomeOf, openBacklog } from '../../backlog/open.ts';
import { MosaicError } from '../../errors.ts';
import { installationIn, removeUnits, unitFolder } from '../../fleet/life/installed-units.ts';
import { tmuxOf } from '../../fleet/life/panes.ts';
import { Systemd } from '../../host/systemd.ts';
import { removeStored, storedIn } from '../../install/data.ts';
import { uninstall } from '../../install/install.ts';
import { withTroubleTold } from '../../install/trouble.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { DONE, INTERRUPTED } from '../exit-status.ts';
import { assertNothingRuns } from '../fleet/nothing-runs.ts';
import { flag } from '../parse/option.ts';
import { removalLines } from './lines.ts';
import { ask, canAsk } from './ask.ts';
import { lockTerms, PLACE_OPTIONS, placesOf } from './surroundings.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    ...PLACE_OPTIONS,
    yes: flag('--yes', 'do not ask before the program is removed'),
    purge: flag('--purge', 'remove the data, too; asks twice whatever else is said'),
  },
  examples: ['__uninstall --prefix ~/.npm-global'],
  async run(context, { yes, purge, ...where }) {
    const places = placesOf(context, where);
    const home = mosaicHomeOf(context.mosaicHome);
    return withTroubleTold(async () => {
      await assertNothingRuns(tmuxOf(home, context.env));
      const doomed = purge === undefined ? [] : storedIn(home);
      if (purge !== undefined) await askTwice(context, home, doomed);
      else if (yes === undefined && canAsk(context) && !(await isAgreed(context))) return DONE;
      const units = places.program === null ? [] : await withoutUnits(context, home);
      const removed = await uninstall(places, lockTerms(context));
      if (removed === null) return INTERRUPTED;
      removeStored(doomed);
      const stays = storedIn(home);
      const answer = { ...removed, units, purged: doomed, stays };
      await context.output.answer(answer, () => removalLines(answer, home).join(''));
      return DONE;
    });
  },
});

async function isAgreed(context: Context): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(context, 'Remove mosaic-fleet? Your cards and settings stay. [y/N]'));
}

/** @throws MosaicError PURGE_REFUSED where nobody can be asked, or somebody says no */
async function askTwice(context: Context, home: string, doomed: readonly string[]): Promise<void> {
  if (!canAsk(context)) {
    throw new MosaicError({
      code: 'PURGE_REFUSED',
      message:
        '--purge asks twice before it deletes anything, and there is no terminal to ask at. Nothing was changed.',
      hint: 'Run it in a terminal. Without --purge, --uninstall leaves the data where it is.',
    });
  }
  await context.output.aside(`This deletes for good, with ${await cardsIn(home)}:\n${linesOf(doomed)}`);
  const first = await ask(context, 'Type yes to go on:');
  const name = basename(home);
  const second = first === 'yes' ? await ask(context, `Type the name of the folder (${name}) to delete it:`) : '';
  if (second === name) return;
  throw new MosaicError({ code: 'PURGE_REFUSED', message: 'Nothing was deleted, and nothing was removed.' });
}

function linesOf(paths: readonly string[]): string {
  return paths.map((path) => `  ${path}\n`).join('');
}

async function cardsIn(mosaicHome: string): Promise<string> {
  try {
    const backlog = await openBacklog({ mosaicHome, databaseUrl: '' });
    const { total } = await backlog.stats();
    await backlog.close();
    return total === 1 ? 'one card' : `${total} cards`;
  } catch {
    return 'all cards in it';
  }
}

/** Units that start a program which is gone would only fail at each login. */
async function withoutUnits(context: Context, home: string): Promise<readonly string[]> {
  const folder = unitFolder(context.env);
  if (installationIn(folder, home).kind !== 'ours') return [];
  const removed = removeUnits(folder, home);
  await new Systemd({ environment: context.env }).reload();
  return removed;
}
