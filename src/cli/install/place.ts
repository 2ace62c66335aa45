/** `__install`: puts this very package in place, for `install.sh`. */
import type { Decide } from '../../install/framework-rules.ts';
import { frameworkPlan } from '../../install/framework.ts';
import { install } from '../../install/install.ts';
import type { Package } from '../../install/package-files.ts';
import { type FrameworkPlaces, prefixOf, programPlaces } from '../../install/places.ts';
import { type Origin, originIn } from '../../install/program.ts';
import { withTroubleTold } from '../../install/trouble.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { DONE, INTERRUPTED } from '../exit-status.ts';
import { flag } from '../parse/option.ts';
import { text } from '../parse/values.ts';
import { frameworkLines, programLines } from './lines.ts';
import { ask, canAsk } from './ask.ts';
import {
  isOnPath,
  lockTerms,
  type Mode,
  MODE_OPTION,
  ownPackage,
  pathLine,
  PLACE_OPTIONS,
  placesOf,
} from './surroundings.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    ...PLACE_OPTIONS,
    mode: MODE_OPTION,
    yes: flag('--yes', 'ask nothing'),
    file: text('--from-file <file>', 'this package was unpacked from there', 'file'),
    repository: text('--from-repository <url>', 'this package was built from there'),
    ref: text('--from-ref <ref>', 'of the repository'),
  },
  examples: ['__install --prefix ~/.npm-global'],
  async run(context, { mode = 'overwrite', yes, file, repository, ref, ...where }) {
    const places = placesOf(context, where);
    const { program, framework } = places;
    return withTroubleTold(async () => {
      const wanted = ownPackage();
      const asks = mode === 'prompt' && yes === undefined && canAsk(context);
      const decide = asks && framework !== null ? await decided(context, framework, wanted) : always(mode);
      const origin = originOf(wanted, file, repository, ref);
      const done = await install(places, { package: wanted, origin, decide }, lockTerms(context));
      if (done === null) return INTERRUPTED;
      await context.output.answer(done, (screen) =>
        [
          ...(program !== null && done.program !== null ? programLines(program, done.program, screen) : []),
          ...(framework !== null && done.framework !== null ? frameworkLines(framework, done.framework, screen) : []),
        ].join(''),
      );
      if (program !== null && !isOnPath(context, program.bin)) {
        await context.output.hint(
          `${program.bin} is not on your PATH. Put it there, for good in your shell's start-up file:`,
        );
        await context.output.aside(`  ${pathLine(context, program.bin)}\n`);
      }
      return DONE;
    });
  },
});

/** A package that was installed knows where it came from; to install it once more does not change that. */
function originOf({ folder }: Package, file?: string, repository?: string, ref?: string): Origin {
  if (file !== undefined) return { kind: 'file', path: file };
  if (repository !== undefined && ref !== undefined) return { kind: 'git', repository, ref };
  const prefix = prefixOf(folder);
  const installed = prefix === null ? null : originIn(programPlaces(prefix));
  return installed ?? { kind: 'folder', path: folder };
}

function always(mode: Mode): Decide {
  return () => (mode === 'keep' ? 'keep' : 'replace');
}

/** Asks about each file before anything is written. */
async function decided(context: Context, places: FrameworkPlaces, wanted: Package): Promise<Decide> {
  const replaced = new Set<string>();
  for (const { kind, path } of frameworkPlan(places, wanted, () => 'replace')) {
    if (kind !== 'replace-changed') continue;
    const answer = await ask(context, `You have changed ${path}. Replace it, and keep a copy of yours? [y/N]`);
    if (/^y(es)?$/i.test(answer)) replaced.add(path);
  }
  return (path) => (replaced.has(path) ? 'replace' : 'keep');
}
