/** The folder of this very package: the program, and what it brings along for others to read. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'mosaic-fleet';

/**
 * The folder with our `package.json`, seen from the bundle, from the library or from the sources.
 *
 * @throws when there is none above this file: somebody has taken the package apart
 */
export function ownPackageFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    if (nameIn(folder) === NAME) return folder;
  }
  throw new Error(`No package.json of ${NAME} stands above ${here}: this installation is not whole.`);
}

/** The name that the `package.json` in a folder gives, or null. */
function nameIn(folder: string): string | null {
  try {
    const found: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof found === 'object' && found !== null && 'name' in found ? String(found.name) : null;
  } catch {
    return null;
  }
}
