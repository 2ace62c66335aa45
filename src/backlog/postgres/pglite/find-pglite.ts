/**
 * PGlite, the embedded Postgres: an optional package, found beside this program or in the working directory, and loaded
 * only here. A release has one major version of Postgres, and opens the folders of no other.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MosaicError } from '../../../errors.ts';
import { ownPackageFolder } from '../../../host/own-package.ts';
import { commandLine } from '../../sentences.ts';
import type { DataFolder } from './data-folder.ts';

/** As far as the reader needs it; the same in every release. */
export interface Database {
  query(statement: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface Pglite {
  readonly version: string;
  /** Opens a folder, and writes into it; `database` is the release's own when left out. */
  open(folder: string, database?: string): Promise<Database>;
}

const PACKAGE = '@electric-sql/pglite';

/** Found by opening folders with each; what is newer is tried. */
const MAJOR_OF_RELEASE: Readonly<Record<string, number>> = { '0.2': 16, '0.3': 17, '0.4': 17, '0.5': 18 };

interface Found {
  readonly file: string;
  readonly version: string;
  /** Null for a release that came after this program. */
  readonly major: number | null;
}

/** @throws MosaicError UNSUPPORTED when there is none, or none that opens the folder */
export function findPglite(folder: DataFolder): Pglite {
  const all = [ownPackageFolder(), process.cwd()].flatMap(foundFrom);
  const fitting = all.find(({ major }) => major === folder.major) ?? all.find(({ major }) => major === null);
  if (fitting !== undefined) return loaded(fitting);
  const [first] = all;
  throw first === undefined ? missing(folder) : otherVersion(folder, first);
}

function foundFrom(folder: string): readonly Found[] {
  let file: string;
  try {
    file = createRequire(join(folder, 'package.json')).resolve(PACKAGE);
  } catch {
    return [];
  }
  const version = versionOf(file);
  const release = version.split('.', 2).join('.');
  return [{ file, version, major: MAJOR_OF_RELEASE[release] ?? null }];
}

/** The package does not let its `package.json` be asked for by name. */
function versionOf(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const json = jsonIn(join(folder, 'package.json'));
    if (json?.name === PACKAGE) return String(json.version);
  }
  return 'unknown';
}

function jsonIn(file: string): { readonly name?: unknown; readonly version?: unknown } | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

interface Module {
  readonly PGlite: { create(folder: string, options: { readonly database?: string }): Promise<Database> };
}

function isModule(value: unknown): value is Module {
  if (typeof value !== 'object' || value === null || !('PGlite' in value)) return false;
  return typeof value.PGlite === 'function' && 'create' in value.PGlite;
}

function loaded({ file, version }: Found): Pglite {
  const module: unknown = createRequire(file)(file);
  if (!isModule(module)) {
    throw new MosaicError({
      code: 'UNSUPPORTED',
      message: `PGlite ${version} is not known to this version: it has no PGlite.create. Nothing was changed.`,
    });
  }
  return {
    version,
    open: (folder, database) => module.PGlite.create(folder, database === undefined ? {} : { database }),
  };
}

function missing(folder: DataFolder): MosaicError {
  return new MosaicError({
    code: 'UNSUPPORTED',
    message: `To read the embedded store ${folder.name} takes PGlite, which is not installed. Nothing was changed.`,
    hint: howToInstall(folder),
  });
}

function otherVersion(folder: DataFolder, { version, major: itsMajor }: Found): MosaicError {
  return new MosaicError({
    code: 'UNSUPPORTED',
    message:
      `The embedded store ${folder.name} was made by Postgres ${folder.major}, and PGlite ${version}, which is installed, has ` +
      `Postgres ${itsMajor}: it cannot read it. Nothing was changed.`,
    hint: howToInstall(folder),
  });
}

function howToInstall({ path, major }: DataFolder): string {
  const release = Object.keys(MAJOR_OF_RELEASE).findLast((one) => MAJOR_OF_RELEASE[one] === major);
  if (release === undefined) {
    return (
      `No release of PGlite that this version knows has Postgres ${major}: ` +
      'export the cards with the program that made the store, as JSON Lines, and import that file.'
    );
  }
  const again = commandLine('import', '--pglite', path);
  return `PGlite ${release} has Postgres ${major}. In an empty folder run: npm install ${PACKAGE}@${release} && ${again}`;
}
