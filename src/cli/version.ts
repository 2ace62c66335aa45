/** The version of the package this file belongs to. */
import { readFileSync } from 'node:fs';

export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const found: unknown = JSON.parse(text);
  const isPackage = typeof found === 'object' && found !== null && 'version' in found;
  return isPackage ? String(found.version) : 'unknown';
}
