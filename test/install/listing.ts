/** What stands in a folder, a line for each thing in it, so that a difference between two looks reads by itself. */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `everything` changes whenever anybody has touched a thing, also to put the same bytes there again; `kept` when it is not
 * what it was to its owner: bytes, mode, time; `bytes` only with what is in it.
 */
export type Look = 'everything' | 'kept' | 'bytes';

/** By path from the folder; what is not there at all has nothing in it. */
export function listing(folder: string, look: Look = 'kept'): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    const whole = join(folder, path);
    // The folder itself may be reached by a link.
    const isFolder = (path === '' ? statSync(whole) : lstatSync(whole)).isDirectory();
    if (path !== '' || look === 'everything') found.set(path, `${JSON.stringify(path)} ${lineOf(whole, look)}`);
    if (isFolder) for (const name of readdirSync(whole).toSorted()) visit(join(path, name));
  };
  if (existsSync(folder)) visit('');
  return found;
}

export function lines(folder: string, look: Look = 'kept'): readonly string[] {
  return [...listing(folder, look).values()];
}

/** The paths of files and links, without the folders they are in. */
export function filesIn(folder: string): readonly string[] {
  const paths = [...listing(folder, 'bytes').keys()];
  return paths.filter((path) => !lstatSync(join(folder, path)).isDirectory());
}

export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

export function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The program itself writes there when it runs; it comes and goes. */
export function isNoCache(line: string): boolean {
  return !line.includes('.code-cache');
}

function lineOf(path: string, look: Look): string {
  const stat = lstatSync(path, { bigint: true });
  const mode = (Number(stat.mode) & 0o7777).toString(8).padStart(4, '0');
  const what = stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? `-> ${readlinkSync(path)}` : sha256(path);
  if (look === 'bytes') return what;
  // Links have no times that anybody could give them back everywhere.
  if (look === 'kept') return stat.isSymbolicLink() ? what : `${what} ${mode} ${stat.mtimeNs}`;
  return `${what} ${mode} ${stat.uid}:${stat.gid} inode ${stat.ino} mtime ${stat.mtimeNs} ctime ${stat.ctimeNs}`;
}
