/**
 * An installation as a whole: the program, the framework, or both. Who finds something to do takes the locks of all that
 * is meant, in one order, and looks again; so of two installations at once the later one is there as a whole.
 */
import { existsSync, mkdirSync } from 'node:fs';
import type { Decide } from './framework-rules.ts';
import {
  type FrameworkChange,
  frameworkPlan,
  isFrameworkInPlace,
  placeFramework,
  type RemovedFramework,
  removeFramework,
} from './framework.ts';
import { aloneInAll, type LockTerms } from './installation-lock.ts';
import type { Package } from './package-files.ts';
import type { FrameworkPlaces, LockPlaces, ProgramPlaces } from './places.ts';
import {
  assertNameIsFree,
  isProgramInPlace,
  type Origin,
  placeProgram,
  programAsItIs,
  type ProgramChange,
  type RemovedProgram,
  removeProgram,
} from './program.ts';
import { takenAway } from './take-away.ts';

/** Null for the part that is not meant. */
export interface Places {
  readonly program: ProgramPlaces | null;
  readonly framework: FrameworkPlaces | null;
}

export interface Wanted {
  readonly package: Package;
  readonly origin: Origin;
  /** What becomes of a file of the framework that the user has changed. */
  readonly decide: Decide;
}

export interface Installed {
  readonly program: ProgramChange | null;
  readonly framework: FrameworkChange | null;
}

/** Whether everything is there already. Looks only. */
function isInPlace({ program, framework }: Places, { package: wanted, origin, decide }: Wanted): boolean {
  return (
    (program === null || isProgramInPlace(program, wanted, origin)) &&
    (framework === null || isFrameworkInPlace(framework, wanted, decide))
  );
}

/**
 * @returns null when it was interrupted while another installation was at work; then nothing was changed
 * @throws MosaicError INSTALL_TAKEN; the system's error, and what is there then is whole, and works
 */
export async function install(places: Places, wanted: Wanted, terms: LockTerms): Promise<Installed | null> {
  const { program, framework } = places;
  if (program !== null) assertNameIsFree(program);
  const { package: files, origin, decide } = wanted;
  if (isInPlace(places, wanted)) return asItIs(places, wanted);
  // As open as this user makes folders: others may be meant to run it, too.
  if (program !== null) mkdirSync(program.root, { recursive: true });
  return aloneInAll(locksOf(places), terms, async () => ({
    program: program === null ? null : placeProgram(program, files, origin),
    framework: framework === null ? null : placeFramework(framework, files, decide),
  }));
}

export interface Removed {
  readonly program: RemovedProgram | null;
  readonly framework: RemovedFramework | null;
}

/** @returns null when it was interrupted, as above @throws the system's error */
export async function uninstall({ program, framework }: Places, terms: LockTerms): Promise<Removed | null> {
  const there = {
    program: program !== null && isThere(program.root) ? program : null,
    framework:
      framework !== null && (existsSync(framework.record) || isThere(framework.lock.folder)) ? framework : null,
  };
  return aloneInAll(locksOf(there), terms, async () => ({
    program: there.program === null ? null : removeProgram(there.program),
    framework: there.framework === null ? null : removeFramework(there.framework),
  }));
}

/** Or what a removal that was cut short has left of it. */
function isThere(folder: string): boolean {
  return existsSync(folder) || takenAway(folder).length > 0;
}

/** The answer where nothing was to be done. */
function asItIs({ program, framework }: Places, { package: files, decide }: Wanted): Installed {
  return {
    program: program === null ? null : programAsItIs(program),
    framework: framework === null ? null : { steps: frameworkPlan(framework, files, decide), putAside: [] },
  };
}

function locksOf({ program, framework }: Places): readonly LockPlaces[] {
  return [program, framework].flatMap((one) => (one === null ? [] : [one.lock]));
}
