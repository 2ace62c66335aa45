/**
 * The framework's files: presets, templates of units, the page for agents. An installation brings them to MOSAIC_HOME, for
 * people to read, to change and to add to. One in there goes before the one of the same path in this package, which is
 * there in any case: without an installation all works the same.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from '../../disk/file-error.ts';
import { systemErrorCode } from '../../disk/filesystem.ts';
import { MosaicError } from '../../errors.ts';
import { ownPackageFolder } from '../../host/own-package.ts';

/** In the package; below it every file has the path that it has in MOSAIC_HOME. */
const SHIPPED = 'fixtures/framework';

/**
 * The file to be used.
 *
 * @param path from MOSAIC_HOME: `fleet/presets/one.yaml`
 * @returns null when it is in neither place
 * @throws MosaicError DISK_… where that cannot be told
 */
export function frameworkFile(mosaicHome: string, path: string): string | null {
  const own = join(mosaicHome, path);
  if (isThere(own)) return own;
  const shipped = join(ownPackageFolder(), SHIPPED, path);
  return isThere(shipped) ? shipped : null;
}

/**
 * The same for one that the program cannot do without.
 *
 * @throws MosaicError INTERNAL, DISK_…
 */
export function neededFrameworkFile(mosaicHome: string, path: string): string {
  const file = frameworkFile(mosaicHome, path);
  if (file !== null) return file;
  throw new MosaicError({
    code: 'INTERNAL',
    message: `This installation is not whole: ${SHIPPED}/${path} is missing from it.`,
    hint: 'Install mosaic-fleet again.',
  });
}

/** The names in one of its folders, of both places together; each once, and sorted. */
export function frameworkNames(mosaicHome: string, folder: string): readonly string[] {
  const places = [mosaicHome, join(ownPackageFolder(), SHIPPED)];
  return [...new Set(places.flatMap((place) => namesIn(join(place, folder))))].toSorted();
}

function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return false;
    throw diskError(error, path, 'read') ?? error;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
