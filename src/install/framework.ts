/** The framework's files in a home: put there, looked at, removed. What else is in the home is not even looked at. */
import { existsSync, lstatSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../disk/filesystem.ts';
import {
  type Decide,
  type FrameworkRecord,
  type FrameworkStep,
  frameworkSteps,
  type FrameworkView,
  recordAfter,
  recordAmid,
} from './framework-rules.ts';
import { bytesOf, checksumOf, frameworkFiles, objectIn, type Package } from './package-files.ts';
import type { FrameworkPlaces } from './places.ts';
import { isPreserved } from './preserved-paths.ts';
import { removeIfEmpty, takeAway } from './take-away.ts';
import { putFile, removeUnfinished } from './write-file.ts';

/** Enough of a checksum to tell apart what one user has changed at one place. */
const CHECKSUM_DIGITS = 8;

export interface FrameworkChange {
  readonly steps: readonly FrameworkStep[];
  /** Where the user's own were put aside. */
  readonly putAside: readonly string[];
}

/** What an installation would do. Looks only. */
export function frameworkPlan(places: FrameworkPlaces, wanted: Package, decide: Decide): readonly FrameworkStep[] {
  return frameworkSteps(viewOf(places, wanted), decide);
}

export function isFrameworkInPlace(places: FrameworkPlaces, wanted: Package, decide: Decide): boolean {
  const view = viewOf(places, wanted);
  const steps = frameworkSteps(view, decide);
  return (
    steps.every(({ kind }) => kind === 'keep-changed' || kind === 'in-the-way') &&
    isSame(view.before, recordAfter(view, steps))
  );
}

/** Call it under the lock. @throws the system's error */
export function placeFramework(places: FrameworkPlaces, wanted: Package, decide: Decide): FrameworkChange {
  const view = viewOf(places, wanted);
  const steps = frameworkSteps(view, decide);
  sweepBeside(places, [...view.shipped.keys(), ...view.before.keys()]);
  if (steps.length > 0) putRecord(places, recordAmid(view, steps));
  const putAside = steps.flatMap((step) => carryOut(step, places, wanted));
  putRecord(places, recordAfter(view, steps));
  return { steps, putAside };
}

export interface RemovedFramework {
  readonly removed: readonly string[];
  /** Changed by the user since they were put there. */
  readonly left: readonly string[];
}

/** Call it under the lock, which goes with it. @throws the system's error */
export function removeFramework(places: FrameworkPlaces): RemovedFramework {
  const before = recordIn(places);
  const present = presentIn(places, before.keys());
  const steps = frameworkSteps({ shipped: new Map(), before, present }, () => 'keep');
  for (const { kind, path } of steps) if (kind === 'remove') remove(places, path);
  rmSync(places.record, { force: true });
  sweepBeside(places, [...before.keys()]);
  takeAway(places.lock.folder);
  removeEmpty(places, 'fleet/run');
  return { removed: pathsOf(steps, 'remove'), left: pathsOf(steps, 'leave') };
}

function putRecord({ record }: FrameworkPlaces, content: FrameworkRecord): void {
  const text = `${JSON.stringify(Object.fromEntries(content), null, 2)}\n`;
  if (!existsSync(record) || readFileSync(record, 'utf8') !== text) putFile(record, text);
}

function isSame(one: FrameworkRecord, other: FrameworkRecord): boolean {
  return one.size === other.size && [...one].every(([path, checksums]) => checksums.join() === other.get(path)?.join());
}

function pathsOf(steps: readonly FrameworkStep[], wanted: FrameworkStep['kind']): readonly string[] {
  return steps.filter(({ kind }) => kind === wanted).map(({ path }) => path);
}

function viewOf(places: FrameworkPlaces, wanted: Package): FrameworkView {
  const shipped = new Map(frameworkFiles(wanted).map(({ path, checksum }) => [path, checksum]));
  const mistaken = [...shipped.keys()].find(isPreserved);
  if (mistaken !== undefined)
    throw new Error(`The package would write over ${mistaken}, which belongs to the operator.`);
  const before = recordIn(places);
  return { shipped, before, present: presentIn(places, [...shipped.keys(), ...before.keys()]) };
}

function presentIn({ home }: FrameworkPlaces, paths: Iterable<string>): ReadonlyMap<string, string | null> {
  const found = [...paths].map((path): [string, string | null | undefined] => [path, stateOf(join(home, path))]);
  return new Map(found.flatMap(([path, state]) => (state === undefined ? [] : [[path, state]])));
}

/** The checksum of a file; null for what is no file, or stands where a folder should be; undefined when nothing is there. */
function stateOf(path: string): string | null | undefined {
  try {
    return lstatSync(path).isFile() ? checksumOf(readFileSync(path)) : null;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') return null;
    throw error;
  }
}

/** A record that was damaged or written by hand says less; what it does not say counts as the user's. */
function recordIn({ record }: FrameworkPlaces): FrameworkRecord {
  const found = Object.entries(objectIn(record) ?? {});
  return new Map(found.flatMap(([path, value]) => (isOurs(path) ? [[path, textsIn(value)]] : [])));
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** Somebody may have written a record that leads to what is not the framework's. */
function isOurs(path: string): boolean {
  return !isPreserved(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** @returns where the user's own was put aside */
function carryOut(step: FrameworkStep, places: FrameworkPlaces, wanted: Package): readonly string[] {
  const { kind, path } = step;
  const target = join(places.home, path);
  if (kind === 'remove') remove(places, path);
  if (kind !== 'write' && kind !== 'replace-changed') return [];
  const putAside = kind === 'replace-changed' ? [putAsideOf(places, path)] : [];
  const file = frameworkFiles(wanted).find((one) => one.path === path);
  if (file !== undefined) putFile(target, bytesOf(file), file.isExecutable ? 0o755 : 0o644);
  return putAside;
}

/** Under a name that tells its contents, so that it is there once however often this is begun. */
function putAsideOf({ home, replaced }: FrameworkPlaces, path: string): string {
  const bytes = readFileSync(join(home, path));
  const target = join(replaced, `${path}.${checksumOf(bytes).slice(0, CHECKSUM_DIGITS)}`);
  if (!existsSync(target)) putFile(target, bytes, lstatSync(join(home, path)).mode & 0o777);
  return target;
}

function remove(places: FrameworkPlaces, path: string): void {
  rmSync(join(places.home, path), { force: true });
  removeEmpty(places, dirname(path));
}

/** What those have left who were killed in the middle of a file, and the folders that they had made for it. */
function sweepBeside(places: FrameworkPlaces, paths: readonly string[]): void {
  for (const path of paths) {
    removeUnfinished(join(places.home, path));
    removeEmpty(places, dirname(path));
  }
}

/** A folder, and those above it, as long as nothing is in them; never the home itself. */
function removeEmpty({ home }: FrameworkPlaces, path: string): void {
  for (let folder = path; folder !== '.' && removeIfEmpty(join(home, folder));) folder = dirname(folder);
}
