/** What is there on this machine: programs, files, work trees. Asks and changes nothing. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  readonly mode: number;
  readonly owner: number;
}

/** Follows symbolic links. Null when nothing is there, or nothing that we may see. */
export async function factsOf(path: string): Promise<FileFacts | null> {
  try {
    const found = await stat(path);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    return { kind, mode: found.mode & 0o7777, owner: found.uid };
  } catch {
    return null;
  }
}

/**
 * Where a program is that would be started as `name` in `folder`, as the system looks for it; null when it would not be
 * found.
 *
 * @param path the variable PATH
 */
export async function findProgram(name: string, folder: string, path: string): Promise<string | null> {
  const candidates = name.includes('/')
    ? [resolve(folder, name)]
    : path.split(':').map((one) => resolve(folder, one === '' ? '.' : one, name));
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  return null;
}

/** Whether git takes the folder for a part of a work tree: it or one above it has a `.git`, a folder or a file. */
export async function isInWorkTree(folder: string): Promise<boolean> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if ((await factsOf(join(at, '.git'))) !== null) return true;
    if (at === dirname(at)) return false;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  if ((await factsOf(path))?.kind !== 'file') return false;
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
