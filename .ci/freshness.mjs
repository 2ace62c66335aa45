// Tells whether what is installed and what is built still belong to the sources in this folder.
//
// Contents are compared, never times: a clone, a checkout of another commit or a copied folder carries times that
// mean nothing. Uses nothing but Node, because it runs before anything is installed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join, relative } from 'node:path';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

const stampFile = join(root, 'dist', '.built.json');
const buildInputs = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
const proofOf = { bundle: 'dist/bin/program.cjs', library: 'dist/card.schema.json' };

/** Every package of the folder's lock file is there in the very version; optional ones may be missing. */
export function isInstalled(folder = root) {
  const wanted = readJson(join(folder, 'package-lock.json'))?.packages;
  const present = readJson(join(folder, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const installed = present[path];
    return installed ? installed.version === entry.version : entry.optional === true;
  });
}

/** `part` is `bundle` (the command line in dist/bin) or `library` (everything else in dist). */
export function isBuilt(part, digest = digestOfInputs()) {
  return existsSync(join(root, proofOf[part])) && readJson(stampFile)?.[part] === digest;
}

/** Take the digest before the build begins: a source that changes meanwhile then asks for another build. */
export function markBuilt(part, digest) {
  mkdirSync(dirname(stampFile), { recursive: true });
  const next = `${stampFile}.${process.pid}`;
  writeFileSync(next, JSON.stringify({ ...readJson(stampFile), [part]: digest }));
  renameSync(next, stampFile);
}

export function digestOfInputs() {
  const hash = createHash('sha256').update(process.version);
  const files = [...buildInputs.flatMap((input) => filesUnder(join(root, input))), join(root, '.ci', 'build.mjs')];
  for (const file of files.sort()) {
    const bytes = readFileSync(file);
    hash.update(`${relative(root, file)} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

/** Every file at or below `path`; nothing when it does not exist. */
export function filesUnder(path) {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => filesUnder(join(path, entry.name)));
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
