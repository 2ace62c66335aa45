/** What the commands of an installation share: the places, the package they belong to, and the terms of waiting. */
import { delimiter, join, resolve } from 'node:path';
import { mosaicHomeOf } from '../../backlog/open.ts';
import { MosaicError } from '../../errors.ts';
import { unitFolder } from '../../fleet/life/installed-units.ts';
import { ownPackageFolder } from '../../host/own-package.ts';
import type { Places } from '../../install/install.ts';
import type { LockTerms } from '../../install/installation-lock.ts';
import { frameworkPlaces, programPlaces } from '../../install/places.ts';
import { type Package, readPackage } from '../../install/package-files.ts';
import type { Context } from '../context.ts';
import { flag, type OptionSpec, required } from '../parse/option.ts';
import { oneOf, text } from '../parse/values.ts';

/** `install.sh` says each time where to; both parts are meant when neither is named. */
export const PLACE_OPTIONS: {
  readonly prefix: OptionSpec<string>;
  readonly cli: OptionSpec<true | undefined>;
  readonly framework: OptionSpec<true | undefined>;
} = {
  prefix: required(text('--prefix <folder>', 'the folder under which the program is', 'file')),
  cli: flag('--cli', 'only the program'),
  framework: flag('--framework', 'only the files of the framework'),
};

/** As `MOSAIC_INSTALL_MODE` has them. */
const MODES = ['overwrite', 'keep', 'prompt'] as const;
export type Mode = (typeof MODES)[number];

export const MODE_OPTION: OptionSpec<Mode | undefined> = oneOf(
  '--mode <mode>',
  'what to do with files of the framework that were changed',
  MODES,
);

export interface PlaceValues {
  readonly prefix: string;
  readonly cli?: true;
  readonly framework?: true;
}

/** Null for the part that is not meant. @throws MosaicError INVALID_INPUT */
export function placesOf(context: Context, { prefix, cli, framework }: PlaceValues): Places {
  const isBoth = cli === framework;
  const home = mosaicHomeOf(context.mosaicHome);
  // The templates of the units would lie where systemd takes them for units.
  if (join(home, 'systemd', 'user') === unitFolder(context.env)) {
    throw new MosaicError({
      code: 'INVALID_INPUT',
      message: `The home is ${home}, where all programs keep their settings. Nothing was changed.`,
      hint: `Give it a folder of its own, such as MOSAIC_HOME=${join(home, 'mosaic')}`,
    });
  }
  return {
    program: isBoth || cli === true ? programPlaces(resolve(prefix)) : null,
    framework: isBoth || framework === true ? frameworkPlaces(home) : null,
  };
}

/** The package that this program is of. @throws MosaicError PACKAGE_INVALID */
export function ownPackage(): Package {
  return readPackage(ownPackageFolder());
}

export function lockTerms(context: Context): LockTerms {
  return {
    token: crypto.randomUUID().replaceAll('-', ''),
    signal: context.interrupts(),
    waitsFor: (pid) =>
      context.output.hint(`Waiting for another installation${pid === null ? '' : `, process ${pid},`} to end.`),
  };
}

/** Whether a shell of this user finds what is in the folder. */
export function isOnPath({ env }: Context, folder: string): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((one) => one !== '' && resolve(one) === folder);
}

/** A line for the start-up file of the user's shell. */
export function pathLine({ env }: Context, folder: string): string {
  const quoted = `'${folder.replaceAll("'", `'\\''`)}'`;
  if ((env['SHELL'] ?? '').endsWith('/fish')) return `fish_add_path ${quoted}`;
  return `export PATH=${quoted}:"$PATH"`;
}
