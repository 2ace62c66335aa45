/**
 * Writes a file whole or not at all: into a temporary file beside it, flushed, then renamed over it. Whoever reads the
 * name finds the old content or the new one, also after a power cut. A file that is no regular one (a pipe, a device)
 * cannot be replaced and is written to as it stands.
 */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskError } from '../../disk/file-error.ts';

/** Small writes are gathered, so that a long list of short lines costs few calls. */
const CHUNK_CHARACTERS = 1 << 18;

export async function replaceFile(file: string, pieces: AsyncIterable<string>): Promise<void> {
  try {
    const existing = await statOrNull(file);
    if (existing !== null && !existing.isFile()) return await overwrite(file, pieces);
    const target = existing === null ? file : await realpath(file);
    await replace(target, pieces, existing === null ? 0o666 : existing.mode & 0o777);
  } catch (error) {
    throw diskError(error, file, 'written') ?? error;
  }
}

async function replace(target: string, pieces: AsyncIterable<string>, mode: number): Promise<void> {
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  const handle = await open(temporary, 'wx', mode);
  try {
    try {
      await writeAll(handle, pieces);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

async function overwrite(file: string, pieces: AsyncIterable<string>): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await writeAll(handle, pieces);
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, pieces: AsyncIterable<string>): Promise<void> {
  let gathered = '';
  for await (const piece of pieces) {
    gathered += piece;
    if (gathered.length < CHUNK_CHARACTERS) continue;
    await writeText(handle, gathered);
    gathered = '';
  }
  await writeText(handle, gathered);
}

/** A full disk may take a part of a write and call that a success. */
async function writeText(handle: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC', syscall: 'write' });
    written += bytesWritten;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function statOrNull(file: string): Promise<Stats | null> {
  try {
    return await stat(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
