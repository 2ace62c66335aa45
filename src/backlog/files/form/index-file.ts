/**
 * The card index on disk: a cache that is replaced whole, so it is never half new. It says up to which point of the
 * journal it knows the store; whoever reads it follows the journal from there.
 *
 * A new one is never renamed over the old one: ext4 would write it to the disk at once, all of it, and hold up whoever
 * has the lock (12 ms for 168,000 cards). So the old one first gets another name, and in between it has only that.
 */
import type { FileSystem } from '../../../disk/filesystem.ts';
import { makeFolders } from '../../../disk/filesystem.ts';
import type { Position } from '../../../disk/segment-header.ts';
import { openLine, sealLine } from '../../../disk/sealed-line.ts';
import type { Staging } from '../../../disk/staging.ts';
import type { OpenFile } from '../../../disk/open-file.ts';
import { CardIndex } from '../card-index/card-index.ts';
import type { StorePaths } from './layout.ts';

/** The head has a fixed size that keeps the columns behind it aligned. */
const HEAD_BYTES = 256;

/** What is smaller is read at once: that takes no longer than a few pages do. */
const WHOLE_UP_TO = 64 * 1024;

export interface IndexHead {
  readonly position: Position;
  readonly lastSeq: number;
  /** The time the cards folder bears as long as nobody else touches it. */
  readonly stampMs: number;
  readonly bootId: string | null;
  /** The time of the journal's folder when the index was written: while it has that time, no segment has come or gone. */
  readonly journalMs: number | null;
}

export interface LoadedIndex {
  readonly head: IndexHead;
  readonly index: CardIndex;
}

/**
 * Null when it is missing, of another version, or not whole: then it is made again.
 *
 * @param inPages keeps a large file open and reads of it what is asked for: then the index may throw IndexDamaged, and is
 *   of no use once that file is closed; null reads and checks all of it
 */
export function readIndexFile(files: FileSystem, paths: StorePaths, inPages: OpenFile | null): LoadedIndex | null {
  // Whoever finds neither the one nor the one before it has met two that were put in place meanwhile.
  for (const path of [paths.indexFile, paths.previousIndexFile, paths.indexFile]) {
    const read = readNamed(files, path, inPages);
    if (read !== 'no-file') return read;
  }
  return null;
}

function readNamed(files: FileSystem, path: string, inPages: OpenFile | null): LoadedIndex | 'no-file' | null {
  const limit = inPages === null ? Number.POSITIVE_INFINITY : WHOLE_UP_TO;
  const content = files.readFile(path, limit);
  if (content === null) return 'no-file';
  const { bytes } = content;
  if (inPages === null || content.stat.bytes <= limit) {
    return headed(bytes.subarray(0, HEAD_BYTES), () => CardIndex.decode(bytes.subarray(HEAD_BYTES)));
  }
  const length = inPages.open(path);
  if (length === null) return 'no-file';
  const head = new Uint8Array(HEAD_BYTES);
  if (inPages.readAt(head, 0) !== HEAD_BYTES) return null;
  const readAt = (into: Uint8Array, position: number): number => inPages.readAt(into, HEAD_BYTES + position);
  return headed(head, () => CardIndex.decodeInPages(length - HEAD_BYTES, readAt));
}

function headed(headBytes: Uint8Array, decode: () => CardIndex | null): LoadedIndex | null {
  if (headBytes.length < HEAD_BYTES) return null;
  const head = parseHead(openLine(new TextDecoder().decode(headBytes).trimEnd()));
  const index = head === null ? null : decode();
  return head === null || index === null ? null : { head, index };
}

/** @throws the system's error; then the old one is there, under one name or the other */
export function writeIndexFile(files: FileSystem, paths: StorePaths, staging: Staging, loaded: LoadedIndex): void {
  const line = `${sealLine(JSON.stringify(loaded.head)).padEnd(HEAD_BYTES - 1, ' ')}\n`;
  makeFolders(files, paths.indexFolder);
  const staged = staging.write([new TextEncoder().encode(line), ...loaded.index.encode()], null);
  const kindOf = (path: string): string | undefined => files.stat(path)?.kind;
  // Whatever else somebody has put there is left alone.
  if (kindOf(paths.indexFile) === 'file' && (kindOf(paths.previousIndexFile) ?? 'file') === 'file') {
    staging.takeAway(paths.previousIndexFile);
    files.rename(paths.indexFile, paths.previousIndexFile);
  }
  files.rename(staged, paths.indexFile);
}

function parseHead(value: unknown): IndexHead | null {
  if (typeof value !== 'object' || value === null) return null;
  const { position, lastSeq, stampMs, bootId, journalMs }: Partial<Record<keyof IndexHead, unknown>> = value;
  if (typeof position !== 'object' || position === null) return null;
  const { segment, bytes }: Partial<Record<keyof Position, unknown>> = position;
  if (typeof segment !== 'number' || typeof bytes !== 'number') return null;
  if (typeof lastSeq !== 'number' || typeof stampMs !== 'number') return null;
  if (bootId !== null && typeof bootId !== 'string') return null;
  const folderMs = typeof journalMs === 'number' ? journalMs : null;
  return { position: { segment, bytes }, lastSeq, stampMs, bootId, journalMs: folderMs };
}
