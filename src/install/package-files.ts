/** The files that make up the program: what of a package's folder is installed, and the digest that names it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { MosaicError } from '../errors.ts';

export interface PackageFile {
  /** Relative to the package, with `/`. */
  readonly path: string;
  readonly source: string;
  readonly isExecutable: boolean;
  readonly checksum: string;
}

export interface Package {
  readonly folder: string;
  /** The version and the beginning of the digest: `0.1.0-1a2b3c4d5e6f`. */
  readonly name: string;
  readonly version: string;
  readonly files: readonly PackageFile[];
}

/** Of the package itself; hidden files in it, such as what V8 has compiled, come and go. */
const PARTS = ['package.json', 'bin', 'dist', 'docs', 'fixtures', 'install.sh', 'CHANGELOG.md', 'LICENSE', 'README.md'];
const NEEDED = ['package.json', 'bin/mosaic.js', 'dist/bin/program.cjs', 'install.sh'];
const DIGEST_DIGITS = 12;

/** The folder in a package whose files are put into a home. */
const FRAMEWORK_FOLDER = 'fixtures/framework';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

/** @throws MosaicError PACKAGE_INVALID; the system's error */
export function readPackage(folder: string): Package {
  const missing = NEEDED.find((path) => !existsSync(join(folder, path)));
  if (missing !== undefined) throw notWhole(folder, `${missing} is missing`);
  const { version, dependencies } = packageJson(folder);
  const own = PARTS.flatMap((part) => filesAt(join(folder, part)));
  const files = [
    ...own.map((source) => fileOf(source, slashed(relative(folder, source)))),
    ...dependencyFiles(folder, dependencies),
  ].sort((one, other) => (one.path < other.path ? -1 : 1));
  return { folder, version, files, name: `${version}-${digestOf(files).slice(0, DIGEST_DIGITS)}` };
}

/** Of the framework alone, by their paths in a home. */
export function frameworkFiles({ files }: Package): readonly PackageFile[] {
  const start = `${FRAMEWORK_FOLDER}/`;
  return files.flatMap((file) =>
    file.path.startsWith(start) ? [{ ...file, path: file.path.slice(start.length) }] : [],
  );
}

export function checksumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Every file at or below a path but hidden ones, links followed; none when nothing is there. */
function filesAt(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .flatMap((name) => filesAt(join(path, name)));
}

function fileOf(source: string, path: string): PackageFile {
  const isExecutable = (statSync(source).mode & 0o100) !== 0;
  return { path, source, isExecutable, checksum: checksumOf(readFileSync(source)) };
}

/** What the program needs at run time, found as Node finds it, and laid flat beside it. */
function dependencyFiles(folder: string, wanted: readonly string[]): readonly PackageFile[] {
  const found = new Map<string, string>();
  const open = wanted.map((name) => ({ name, from: folder }));
  for (const { name, from } of open) {
    const place = placeOf(name, from);
    if (place === null) throw notWhole(folder, `the package ${name} is not installed`);
    const known = found.get(name);
    if (known === place) continue;
    if (known !== undefined) throw notWhole(folder, `two versions of ${name} are needed`);
    found.set(name, place);
    open.push(...packageJson(place).dependencies.map((next) => ({ name: next, from: place })));
  }
  return [...found].flatMap(([name, place]) =>
    filesAt(place)
      .filter((source) => !relative(place, source).split(sep).includes('node_modules'))
      .map((source) => fileOf(source, `node_modules/${name}/${slashed(relative(place, source))}`)),
  );
}

function placeOf(name: string, from: string): string | null {
  for (let at = realpathSync(from); ; at = dirname(at)) {
    const place = join(at, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (at === dirname(at)) return null;
  }
}

function packageJson(folder: string): PackageJson {
  const found = objectIn(join(folder, 'package.json'));
  const dependencies = found?.['dependencies'];
  const [name, version] = [found?.['name'], found?.['version']];
  if (typeof name !== 'string' || typeof version !== 'string' || !/^[\w.+-]+$/.test(version)) {
    throw notWhole(folder, 'its package.json does not say what it is');
  }
  return { name, version, dependencies: isObject(dependencies) ? Object.keys(dependencies) : [] };
}

/** The JSON object in a file; null when there is none. */
export function objectIn(file: string): Readonly<Record<string, unknown>> | null {
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(found) ? found : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function digestOf(files: readonly PackageFile[]): string {
  const hash = createHash('sha256');
  for (const { path, isExecutable, checksum } of files)
    hash.update(`${checksum} ${isExecutable ? 'x' : '-'} ${path}\n`);
  return hash.digest('hex');
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

/**
 * The bytes of a file of a package, as they were when the package was read.
 *
 * @throws MosaicError PACKAGE_INVALID when somebody has changed it since; the system's error
 */
export function bytesOf({ source, checksum }: PackageFile): Uint8Array {
  const bytes = readFileSync(source);
  if (checksumOf(bytes) === checksum) return bytes;
  throw new MosaicError({
    code: 'PACKAGE_INVALID',
    message: `${source} has changed while it was being installed. What was installed before works as it did.`,
    hint: 'Let whatever writes there come to its end, then run the same command again.',
  });
}

function notWhole(folder: string, what: string): MosaicError {
  return new MosaicError({
    code: 'PACKAGE_INVALID',
    message: `${folder} cannot be installed: ${what}. Nothing was changed.`,
    hint: 'In a checkout, build it with: npm run build. A package that was unpacked has to be unpacked anew.',
  });
}
