/** Puts a file in place whole: whoever looks, also after a kill or a power cut, finds the old one or the new one. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** @throws the system's error; then the file that was there still is */
export function putFile(path: string, bytes: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  put(path, (fresh) => writeFileSync(fresh, bytes, { mode, flag: 'wx', flush: true }));
}

/** @param target as the link says it */
export function putLink(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  put(path, (fresh) => symlinkSync(target, fresh));
}

/** Makes the names in a folder durable. */
export function flushFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Removes what those have left who were killed while they put the file in place; one installation at a time is at work. */
export function removeUnfinished(path: string): void {
  const folder = dirname(path);
  if (!isFolder(folder)) return;
  for (const name of readdirSync(folder).filter((one) => one.startsWith(unfinishedPrefix(path)))) {
    rmSync(join(folder, name), { force: true });
  }
}

/** Beside it, and not in some folder for temporary files: a rename must not lead to another disk. */
function put(path: string, write: (fresh: string) => void): void {
  removeUnfinished(path);
  const fresh = join(dirname(path), `${unfinishedPrefix(path)}${process.pid}`);
  try {
    write(fresh);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  flushFolder(dirname(path));
}

function unfinishedPrefix(path: string): string {
  return `.${basename(path)}.mosaic-new-`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
