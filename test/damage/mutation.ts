/** One thing that goes wrong with one file: what disks, file systems, scripts and people do. */
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { PATHS } from '../crash/scenario.ts';
import type { MemoryDisk } from '../model/memory-filesystem.ts';

export interface Mutation {
  readonly what: string;
  readonly path: string;
  /** The file bears its old time: nobody has written to it, the disk has changed it. */
  readonly isRot: boolean;
  /** What stands there now; null when it is gone. */
  readonly content: Uint8Array | null;
  /** A file, or a folder with all that is in it, was taken away. */
  readonly isGone: boolean;
}

type Change = (bytes: Uint8Array, below: (limit: number) => number) => Uint8Array;

const changes: Readonly<Record<string, Change>> = {
  'a bit is flipped': (bytes, below) => {
    const changed = bytes.slice();
    const at = below(bytes.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << below(8));
    return changed;
  },
  'a byte is another': (bytes, below) => {
    const changed = bytes.slice();
    changed[below(bytes.length)] = below(256);
    return changed;
  },
  'it is cut off': (bytes, below) => bytes.slice(0, below(bytes.length)),
  'its end is zeros': (bytes, below) => {
    const changed = bytes.slice();
    return changed.fill(0, below(bytes.length));
  },
  'a part is zeros': (bytes, below) => {
    const from = below(bytes.length);
    return bytes.slice().fill(0, from, from + 1 + below(64));
  },
  'a part is missing': (bytes, below) => {
    const from = below(bytes.length);
    return joined(bytes.slice(0, from), bytes.slice(from + 1 + below(40)));
  },
  'a part is there twice': (bytes, below) => {
    const from = below(bytes.length);
    const to = Math.min(bytes.length, from + 1 + below(60));
    return joined(bytes.slice(0, to), bytes.slice(from));
  },
  'a line is missing': (bytes, below) => withLines(bytes, below, () => []),
  'a line is there twice': (bytes, below) => withLines(bytes, below, (line) => [line, line]),
  'there is more behind it': (bytes, below) => joined(bytes, new Uint8Array(1 + below(80)).fill(below(256))),
  'it is empty': () => new Uint8Array(),
};

const KINDS = Object.keys(changes);

/** Does one thing to one file on `disk`, drawn by `random`. */
export function mutate(disk: MemoryDisk, paths: readonly string[], random: () => number): Mutation {
  const below = (limit: number): number => Math.floor(random() * limit);
  const files = disk.seenBy(99);
  const path = paths[below(paths.length)] ?? '';
  const chance = random();
  if (chance < 0.05) return gone(files, path);
  if (chance < 0.06) return folderGone(disk, files, folderOf(path));
  if (chance < 0.12) return copied(files, path, below);
  if (chance < 0.15) return replaced(files, path, paths[below(paths.length)] ?? path);
  const what = KINDS[below(KINDS.length)] ?? '';
  const old = files.readFile(path)?.bytes ?? new Uint8Array();
  const content = old.length === 0 ? new Uint8Array([below(256)]) : (changes[what]?.(old, below) ?? old);
  const isRot = random() < 0.5;
  write(files, path, content, isRot);
  return { what, path, isRot, content, isGone: false };
}

function gone(files: FileSystem, path: string): Mutation {
  files.remove(path);
  return { what: 'it is gone', path, isRot: false, content: null, isGone: true };
}

function folderGone(disk: MemoryDisk, files: FileSystem, folder: string): Mutation {
  const inside = [...disk.entries()].map(([path]) => path).filter((path) => path.startsWith(`${folder}/`));
  for (const path of inside.reverse()) if (!files.remove(path)) files.removeFolder(path);
  files.removeFolder(folder);
  return { what: 'the folder is gone', path: folder, isRot: false, content: null, isGone: true };
}

function copied(files: FileSystem, path: string, below: (limit: number) => number): Mutation {
  const content = files.readFile(path)?.bytes ?? new Uint8Array();
  const [stem, ending] = splitName(path);
  const copy = [
    `${stem}-copy${ending}`,
    `${path}~`,
    `${stem}${below(1000)}${ending}`,
    `${folderOf(path)}/00000099${ending}`,
  ];
  const name = copy[below(copy.length)] ?? path;
  files.remove(name);
  const descriptor = files.open(name, 'create');
  files.write(descriptor, content, 0);
  files.close(descriptor);
  return { what: 'it was copied to another name', path: name, isRot: false, content, isGone: false };
}

function replaced(files: FileSystem, path: string, by: string): Mutation {
  const content = files.readFile(by)?.bytes ?? new Uint8Array();
  write(files, path, content, false);
  return {
    what: `it was written over with ${by.slice(PATHS.root.length)}`,
    path,
    isRot: false,
    content,
    isGone: false,
  };
}

function write(files: FileSystem, path: string, content: Uint8Array, keepsTime: boolean): void {
  const before = files.stat(path);
  const descriptor = files.open(path, 'write');
  files.truncate(descriptor, 0);
  files.write(descriptor, content, 0);
  files.close(descriptor);
  if (keepsTime && before !== null) files.setModifiedAt(path, before.modifiedMs);
}

function withLines(
  bytes: Uint8Array,
  below: (limit: number) => number,
  change: (line: string) => readonly string[],
): Uint8Array {
  const lines = new TextDecoder('latin1').decode(bytes).split('\n');
  const at = below(lines.length);
  const text = lines.flatMap((line, index) => (index === at ? change(line) : [line])).join('\n');
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function splitName(path: string): readonly [stem: string, ending: string] {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') ? [path.slice(0, dot), path.slice(dot)] : [path, ''];
}
