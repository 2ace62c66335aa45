/** The unit files on the disk: written, looked at, removed. Only files that bear our mark are ever replaced or removed. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MosaicError } from '../../errors.ts';
import { AGENT_TEMPLATE, homeOfUnit, meansTheSame, type UnitFile, UNITS } from './units.ts';

/** Where systemd looks for what a user has written. */
export function unitFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const config = environment['XDG_CONFIG_HOME'];
  return join(config === undefined || config === '' ? join(homedir(), '.config') : config, 'systemd', 'user');
}

export type Installation =
  | { readonly kind: 'none' }
  | { readonly kind: 'ours' }
  | { readonly kind: 'other-fleet'; readonly mosaicHome: string; readonly path: string }
  | { readonly kind: 'foreign'; readonly path: string };

/** Told by the first lines of the files alone, so that nothing else has to be in order for it. */
export function installationIn(folder: string, mosaicHome: string): Installation {
  const found = UNITS.flatMap((name) => {
    const path = join(folder, name);
    const text = textOf(path);
    return text === null ? [] : [{ path, home: homeOfUnit(text) }];
  });
  for (const { path, home } of found) {
    if (home === null) return { kind: 'foreign', path };
    if (home !== mosaicHome) return { kind: 'other-fleet', mosaicHome: home, path };
  }
  return { kind: found.length === 0 ? 'none' : 'ours' };
}

/** Whether there is nothing to be gained from writing them anew. @param wanted what the files should hold now */
export function areUpToDate(folder: string, wanted: readonly UnitFile[]): boolean {
  return wanted.every(({ name, text }) => meansTheSame(text, textOf(join(folder, name)) ?? ''));
}

/**
 * @returns the files that were written; those that held the same already are left as they are
 * @throws MosaicError UNITS_TAKEN; the system's error
 */
export async function installUnits(
  folder: string,
  mosaicHome: string,
  wanted: readonly UnitFile[],
): Promise<readonly string[]> {
  assertOurs(installationIn(folder, mosaicHome));
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const { name, text } of wanted) {
    const path = join(folder, name);
    if (textOf(path) === text) continue;
    const fresh = join(folder, `.${name}.${process.pid}.new`);
    await writeFile(fresh, text, { mode: 0o644 });
    await rename(fresh, path);
    written.push(path);
  }
  return written;
}

/**
 * With them goes what starts agents at login, also of those that are not in the roster any more. That needs no systemd:
 * one that is not there now may come back, and would find links that lead nowhere.
 *
 * @returns the files that were removed
 * @throws MosaicError UNITS_TAKEN; the system's error
 */
export function removeUnits(folder: string, mosaicHome: string): readonly string[] {
  assertOurs(installationIn(folder, mosaicHome));
  const paths = UNITS.map((name) => join(folder, name)).filter((path) => textOf(path) !== null);
  if (paths.length === 0) return [];
  for (const path of [...linksIn(join(folder, 'default.target.wants')), ...paths]) rmSync(path);
  return paths;
}

/** Made when an agent was to start at login. */
function linksIn(folder: string): readonly string[] {
  const [before = '', after = ''] = AGENT_TEMPLATE.split('@');
  return namesIn(folder)
    .filter((name) => name.startsWith(`${before}@`) && name.endsWith(after))
    .map((name) => join(folder, name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @throws MosaicError UNITS_TAKEN */
function assertOurs(installation: Installation): void {
  if (installation.kind === 'foreign') {
    throw new MosaicError({
      code: 'UNITS_TAKEN',
      message: `${installation.path} was written by somebody else, and is left as it is.`,
      hint: 'Move it away if it is not needed, then run the same command again.',
    });
  }
  if (installation.kind === 'other-fleet') {
    throw new MosaicError({
      code: 'UNITS_TAKEN',
      message: `${installation.path} is for another fleet, the one in ${installation.mosaicHome}, and is left as it is.`,
      hint: `A user has the units of one fleet at a time. See that one with: mosaic fleet status --mosaic-home ${installation.mosaicHome}`,
    });
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
