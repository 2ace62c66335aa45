/** The program under a prefix: put there, looked at, removed. Whatever cuts it short, the former version still works. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { MosaicError } from '../errors.ts';
import { alone, type InstallationLockSettings } from './installation-lock.ts';
import { linkState, PROGRAM_NAMES, type ProgramName, putLinks, removeLinks } from './links.ts';
import { objectIn, type Package } from './package-files.ts';
import type { ProgramPlaces } from './places.ts';
import { addVersion, currentVersion, makeCurrent, removeOthers, removeUnfinished, versionOf } from './versions.ts';
import { putFile } from './write-file.ts';

export interface ProgramChange {
  /** Names of versions; null when there was none before. */
  readonly from: string | null;
  readonly to: string;
  readonly isChanged: boolean;
  /** Names that belong to other programs. */
  readonly foreign: readonly ProgramName[];
}

/** Where an installation came from, in the words with which another like it is asked for. */
export type Origin =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'git'; readonly repository: string; readonly ref: string };

type LockTerms = Omit<InstallationLockSettings, 'places'>;

/**
 * @returns null when it was interrupted while another installation was at work; then nothing was changed
 * @throws MosaicError INSTALL_TAKEN; the system's error
 */
export async function installProgram(
  places: ProgramPlaces,
  wanted: Package,
  origin: Origin,
  terms: LockTerms,
): Promise<ProgramChange | null> {
  const foreign = PROGRAM_NAMES.filter((name) => linkState(places, name) === 'foreign');
  if (foreign.length === PROGRAM_NAMES.length) throw taken(places);
  const names = PROGRAM_NAMES.filter((name) => !foreign.includes(name));
  const seen = currentVersion(places);
  if (seen !== null && isInPlace(places, wanted, origin, names)) {
    return { from: seen, to: seen, isChanged: false, foreign };
  }
  // As open as this user makes folders: others may be meant to run it, too.
  mkdirSync(places.root, { recursive: true });
  return alone({ ...terms, places: places.lock }, async () => {
    const from = currentVersion(places);
    removeUnfinished(places);
    const to = versionOf(places, wanted) ?? addVersion(places, wanted);
    if (to !== from) makeCurrent(places, to);
    putLinks(
      places,
      names.filter((name) => linkState(places, name) !== 'ours'),
    );
    putFile(places.record, recordText(origin));
    // The former one stays: whatever began with it goes on with it.
    if (to !== from) removeOthers(places, new Set([to, from ?? to]));
    return { from, to, isChanged: true, foreign };
  });
}

/** Whether there is nothing to do. */
export function isInPlace(
  places: ProgramPlaces,
  wanted: Package,
  origin: Origin,
  names: readonly ProgramName[] = PROGRAM_NAMES,
): boolean {
  const current = currentVersion(places);
  return (
    current !== null &&
    current === versionOf(places, wanted) &&
    names.every((name) => linkState(places, name) === 'ours') &&
    JSON.stringify(originIn(places)) === JSON.stringify(origin)
  );
}

export interface RemovedProgram {
  readonly links: readonly string[];
  /** Null when nothing was installed there. */
  readonly folder: string | null;
}

/** @returns null when it was interrupted @throws the system's error */
export async function removeProgram(places: ProgramPlaces, terms: LockTerms): Promise<RemovedProgram | null> {
  if (!existsSync(places.root)) return { links: removeLinks(places), folder: null };
  const links = await alone({ ...terms, places: places.lock }, async () => removeLinks(places));
  if (links === null) return null;
  rmSync(places.root, { recursive: true, force: true });
  for (const folder of [dirname(places.root), places.bin, places.prefix]) removeIfEmpty(folder);
  return { links, folder: places.root };
}

function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Null when nothing is installed there, or its record was damaged. */
export function originIn({ record }: ProgramPlaces): Origin | null {
  const found = objectIn(record);
  const [kind, path, repository, ref] = [found?.['kind'], found?.['path'], found?.['repository'], found?.['ref']];
  if ((kind === 'folder' || kind === 'file') && typeof path === 'string') return { kind, path };
  if (kind === 'git' && typeof repository === 'string' && typeof ref === 'string') return { kind, repository, ref };
  return null;
}

function recordText(origin: Origin): string {
  return `${JSON.stringify(origin)}\n`;
}

function taken({ bin }: ProgramPlaces): MosaicError {
  return new MosaicError({
    code: 'INSTALL_TAKEN',
    message: `${PROGRAM_NAMES.join(' and ')} in ${bin} are other programs, and are left as they are. Nothing was changed.`,
    hint: 'Move them away, or choose another prefix with MOSAIC_PREFIX.',
  });
}
