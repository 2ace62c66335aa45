/**
 * Rosters to begin with: the files `fleet/presets/NAME.yaml` of the framework, and those that a user puts beside them.
 * Their comments are for the person who opens the roster that is made of one.
 */
import { frameworkFile, frameworkNames, neededFrameworkFile } from '../framework/framework-files.ts';
import { parsedRoster, readRosterText, type RosterText } from './roster-text.ts';

const FOLDER = 'fleet/presets';
const ENDING = '.yaml';
/** Without agents, for the first one to be added. */
const EMPTY = `${FOLDER}/empty${ENDING}`;

/** A name is never a path, and no file is meant that hides. */
export function isPresetName(name: string): boolean {
  return /^[\w-][\w.-]{0,63}$/.test(name);
}

/** Those of the user among them; sorted. */
export function presetNames(mosaicHome: string): readonly string[] {
  return frameworkNames(mosaicHome, FOLDER)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .filter(isPresetName);
}

/**
 * @param userHome what `~` means in a path
 * @returns null when there is no preset of that name
 * @throws MosaicError ROSTER_INVALID, with the lines that are wrong; DISK_…
 */
export function readPreset(mosaicHome: string, userHome: string, name: string): RosterText | null {
  const file = frameworkFile(mosaicHome, `${FOLDER}/${name}${ENDING}`);
  return file === null ? null : read(file, userHome);
}

/** @throws MosaicError ROSTER_INVALID, INTERNAL, DISK_… */
export function emptyRoster(mosaicHome: string, userHome: string): RosterText {
  return read(neededFrameworkFile(mosaicHome, EMPTY), userHome);
}

/** One that has gone this very moment counts as an empty file. */
function read(file: string, userHome: string): RosterText {
  return parsedRoster(readRosterText(file, 'preset') ?? '', file, 'preset', userHome);
}
