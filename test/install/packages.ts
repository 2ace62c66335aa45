/** What is installed: the package as it was built here, and others that are newer or older than it. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { newFolder } from '../cli/mosaic.ts';
import { ROOT } from '../house/source.ts';
import { filesIn } from './listing.ts';

const PARTS = ['package.json', 'bin', 'dist', 'fixtures', 'install.sh', 'README.md', 'LICENSE', 'CHANGELOG.md'];
/** The only one that the command line loads from its folder, as long as the cards are in files. */
const NEEDED_PACKAGE = 'yaml';

/** Framework files by their path under `fixtures/framework`, beside those that are shipped. */
export type Framework = Readonly<Record<string, string>>;

const FRAMEWORK: Framework = { 'guides/a.md': 'A guide\n' };

export interface PackageOptions {
  readonly version?: string;
  readonly framework?: Framework;
}

/** A whole package, ready to run, as it stands in an offline tarball: no tool is needed to build it. */
export function wholePackage(): string {
  const folder = join(newFolder(), 'the package');
  for (const part of [...PARTS, ...runtimePackages().map((name) => join('node_modules', name))]) {
    // What begins with a dot comes and goes there while other tests run.
    const filter = (path: string): boolean => !path.startsWith(`${join(ROOT, 'dist')}/.`);
    cpSync(join(ROOT, part), join(folder, part), { recursive: true, filter });
  }
  return folder;
}

/** What the package depends on, and what that depends on. */
function runtimePackages(): readonly string[] {
  const found = new Set(dependenciesOf('.'));
  for (const name of found) for (const next of dependenciesOf(join('node_modules', name))) found.add(next);
  return [...found];
}

function dependenciesOf(folder: string): readonly string[] {
  const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(ROOT, folder, 'package.json'), 'utf8'),
  );
  return Object.keys(dependencies);
}

let base: string | null = null;

/**
 * A package that differs from the built one in its version and its framework files. What only the library needs is left
 * out: the command line works without, and a thousand files fewer are copied in every test.
 */
export function packageWith({ version = '0.1.0', framework = FRAMEWORK }: PackageOptions = {}): string {
  base ??= leanPackage();
  const folder = join(newFolder(), `the package ${version}`);
  copyWhole(base, folder);
  const json = readFileSync(join(folder, 'package.json'), 'utf8');
  writeFileSync(join(folder, 'package.json'), json.replace(/"version": ".*?"/, `"version": "${version}"`));
  for (const [path, text] of Object.entries(framework)) writeInto(folder, join('fixtures/framework', path), text);
  return folder;
}

function leanPackage(): string {
  const folder = wholePackage();
  for (const name of runtimePackages().filter((one) => one !== NEEDED_PACKAGE)) {
    const place = join(folder, 'node_modules', name);
    const json = readFileSync(join(place, 'package.json'));
    rmSync(place, { recursive: true });
    writeInto(place, 'package.json', json);
  }
  const yaml = join(folder, 'node_modules', 'yaml');
  rmSync(join(yaml, 'browser'), { recursive: true });
  for (const path of filesIn(yaml)) if (path.endsWith('.d.ts')) rmSync(join(yaml, path));
  for (const name of readdirSync(join(folder, 'dist'))) {
    if (name !== 'bin') rmSync(join(folder, 'dist', name), { recursive: true });
  }
  return folder;
}

/** With modes and times. */
function copyWhole(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-Rp', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** With the folders above it. */
export function writeInto(folder: string, path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
