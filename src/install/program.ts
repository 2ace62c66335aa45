/** The program under a prefix: put there, looked at, removed. Whatever cuts it short, the former version still works. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { MosaicError } from '../errors.ts';
import { type LinkState, linkState, PROGRAM_NAMES, type ProgramName, putLinks, removeLinks } from './links.ts';
import { objectIn, type Package } from './package-files.ts';
import type { ProgramPlaces } from './places.ts';
import {
  addVersion,
  currentVersion,
  isUnfinished,
  makeCurrent,
  removeOthers,
  removeUnfinished,
  versionOf,
} from './versions.ts';
import { removeIfEmpty, takeAway } from './take-away.ts';
import { putFile } from './write-file.ts';

export interface ProgramChange {
  /** Names of versions; null when there was none before. */
  readonly from: string | null;
  readonly to: string | null;
  /** Names that belong to other programs. */
  readonly foreign: readonly ProgramName[];
}

/** Where an installation came from, in the words with which another like it is asked for. */
export type Origin =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'git'; readonly repository: string; readonly ref: string };

/** @throws MosaicError INSTALL_TAKEN when no name is free for it */
export function assertNameIsFree(places: ProgramPlaces): void {
  if (namesOf(places, 'foreign').length === PROGRAM_NAMES.length) throw taken(places);
}

/** Whether there is nothing to do, not even to clear away. */
export function isProgramInPlace(places: ProgramPlaces, wanted: Package, origin: Origin): boolean {
  const current = currentVersion(places);
  return (
    current !== null &&
    current === versionOf(places, wanted) &&
    [...namesOf(places, 'ours'), ...namesOf(places, 'foreign')].length === PROGRAM_NAMES.length &&
    JSON.stringify(originIn(places)) === JSON.stringify(origin) &&
    !isUnfinished(places)
  );
}

/** What an installation says that has found nothing to do. */
export function programAsItIs(places: ProgramPlaces): ProgramChange {
  const current = currentVersion(places);
  return { from: current, to: current, foreign: namesOf(places, 'foreign') };
}

/** Call it under the lock. @throws the system's error */
export function placeProgram(places: ProgramPlaces, wanted: Package, origin: Origin): ProgramChange {
  const from = currentVersion(places);
  removeUnfinished(places);
  const there = versionOf(places, wanted);
  // Before the new one comes, so that nothing is left to be cleared away after it. The one in use stays: whatever began
  // with it goes on with it.
  if (there === null || there !== from) removeOthers(places, new Set([from, there]));
  const to = there ?? addVersion(places, wanted);
  if (to !== from) makeCurrent(places, to);
  putLinks(places, [...namesOf(places, 'missing'), ...namesOf(places, 'former')]);
  if (JSON.stringify(originIn(places)) !== JSON.stringify(origin))
    putFile(places.record, `${JSON.stringify(origin)}\n`);
  return { from, to, foreign: namesOf(places, 'foreign') };
}

function namesOf(places: ProgramPlaces, state: LinkState): readonly ProgramName[] {
  return PROGRAM_NAMES.filter((name) => linkState(places, name) === state);
}

export interface RemovedProgram {
  readonly links: readonly string[];
  /** Null when nothing was installed there. */
  readonly folder: string | null;
}

/** Call it under the lock, which goes with it. @throws the system's error */
export function removeProgram(places: ProgramPlaces): RemovedProgram {
  const links = removeLinks(places);
  const folder = existsSync(places.root) ? places.root : null;
  takeAway(places.root);
  for (const one of [dirname(places.root), places.bin, places.prefix]) removeIfEmpty(one);
  return { links, folder };
}

/** Null when nothing is installed there, or its record was damaged. */
export function originIn({ record }: ProgramPlaces): Origin | null {
  const found = objectIn(record);
  const [kind, path, repository, ref] = [found?.['kind'], found?.['path'], found?.['repository'], found?.['ref']];
  if ((kind === 'folder' || kind === 'file') && typeof path === 'string') return { kind, path };
  if (kind === 'git' && typeof repository === 'string' && typeof ref === 'string') return { kind, repository, ref };
  return null;
}

function taken({ bin }: ProgramPlaces): MosaicError {
  return new MosaicError({
    code: 'INSTALL_TAKEN',
    message: `${PROGRAM_NAMES.join(' and ')} in ${bin} are other programs, and are left as they are. Nothing was changed.`,
    hint: 'Move them away, or choose another prefix with MOSAIC_PREFIX.',
  });
}
