/** The names under which the program is found: links in PREFIX/bin, made and removed only where they are ours. */
import { existsSync, lstatSync, readlinkSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { systemErrorCode } from '../disk/filesystem.ts';
import type { ProgramPlaces } from './places.ts';
import { putLink } from './write-file.ts';

export const PROGRAM_NAMES = ['mosaic', 'mosaic-fleet'] as const;
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** `foreign`: another program, which stays as it is. */
export type LinkState = 'missing' | 'ours' | 'former' | 'foreign';

function linkPath({ bin }: ProgramPlaces, name: ProgramName): string {
  return join(bin, name);
}

export function linkState(places: ProgramPlaces, name: ProgramName): LinkState {
  const path = linkPath(places, name);
  const target = targetOf(path);
  if (target === null) return isThere(path) ? 'foreign' : 'missing';
  if (target === wanted(name)) return 'ours';
  const leadsTo = resolve(dirname(path), target);
  // A package manager may have put the same program there before.
  const former = [places.root, join(places.prefix, 'lib', 'node_modules', 'mosaic-fleet')];
  return former.some((root) => leadsTo.startsWith(`${root}/`)) ? 'former' : 'foreign';
}

export function putLinks(places: ProgramPlaces, names: readonly ProgramName[]): void {
  for (const name of names) putLink(linkPath(places, name), wanted(name));
}

/** @returns those that were removed */
export function removeLinks(places: ProgramPlaces): readonly string[] {
  const paths = PROGRAM_NAMES.filter((name) => linkState(places, name) === 'ours').map((name) =>
    linkPath(places, name),
  );
  for (const path of paths) rmSync(path);
  return paths;
}

/** Relative, so that the prefix can be moved as a whole. */
function wanted(name: ProgramName): string {
  return `../lib/mosaic-fleet/current/bin/${name}.js`;
}

/** Null when it is no link. */
export function targetOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'EINVAL' || code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

function isThere(path: string): boolean {
  return existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
