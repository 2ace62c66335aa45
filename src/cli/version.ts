/** The version of the package this file belongs to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownPackageFolder } from '../host/own-package.ts';

export function version(): string {
  const text = readFileSync(join(ownPackageFolder(), 'package.json'), 'utf8');
  const found: unknown = JSON.parse(text);
  const isPackage = typeof found === 'object' && found !== null && 'version' in found;
  return isPackage ? String(found.version) : 'unknown';
}
