/** Where an installation is: the program under a prefix, the framework's files in a home. Pure. */

/**
 *   PREFIX/bin/mosaic                     → ../lib/mosaic-fleet/current/bin/mosaic.js
 *   PREFIX/lib/mosaic-fleet/
 *     current                             → versions/0.1.0-1a2b3c4d5e6f; one rename makes another version the current one
 *     versions/0.1.0-1a2b3c4d5e6f/        a whole package, named after its contents, and never changed
 *     installed.json                      where it came from
 *     lock/  staging/                     one installer at a time is at work
 */
export interface ProgramPlaces {
  readonly prefix: string;
  readonly bin: string;
  readonly root: string;
  readonly versions: string;
  readonly current: string;
  readonly record: string;
  readonly lock: LockPlaces;
}

/**
 *   HOME/fleet/run/framework.json         what was put there
 *   HOME/fleet/run/replaced/              what users had changed, before it was replaced
 *   HOME/fleet/run/install/               the lock, as above
 */
export interface FrameworkPlaces {
  readonly home: string;
  readonly record: string;
  readonly replaced: string;
  readonly lock: LockPlaces;
}

export interface LockPlaces {
  readonly folder: string;
  readonly names: string;
  readonly staging: string;
}

const ROOT = 'lib/mosaic-fleet';

export function programPlaces(prefix: string): ProgramPlaces {
  const root = `${prefix}/${ROOT}`;
  return {
    ...{ prefix, root, bin: `${prefix}/bin`, versions: `${root}/versions`, current: `${root}/current` },
    ...{ record: `${root}/installed.json`, lock: lockPlaces(root) },
  };
}

export function frameworkPlaces(home: string): FrameworkPlaces {
  const run = `${home}/fleet/run`;
  return { home, record: `${run}/framework.json`, replaced: `${run}/replaced`, lock: lockPlaces(`${run}/install`) };
}

function lockPlaces(folder: string): LockPlaces {
  return { folder, names: `${folder}/lock`, staging: `${folder}/staging` };
}

/** The prefix under which a package was installed by us; null for a checkout, or what a package manager has put there. */
export function prefixOf(packageFolder: string): string | null {
  const [, prefix] = /^(.*)\/lib\/mosaic-fleet\/versions\/[^/]+$/.exec(packageFolder) ?? [];
  return prefix ?? null;
}
