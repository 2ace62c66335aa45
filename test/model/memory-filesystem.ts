/**
 * A POSIX file system in memory that can be copied at any moment: inodes, hard links, files that live on while they are
 * open, folders with times. Nothing is ever lost here; but it can write down what each call does to which inode, and
 * `test/crash` makes of that what a power cut may leave.
 */
import { createHash } from 'node:crypto';
import type { FileStat, FileSystem } from '../../src/disk/filesystem.ts';
import { changed, type Effect, type Node, NOW_MS } from './effect.ts';

const ROOT = 1;
/** Each process draws its inode numbers from a range of its own, so that they do not depend on who was first. */
const INODES_PER_PROCESS = 1_000_000;

export class MemoryDisk {
  readonly #nodes: Map<number, Node>;
  readonly #descriptors: Map<string, number>;
  #onEffect: ((effect: Effect) => void) | null = null;

  /** By inode, how many names it has; null since names have changed. */
  #links: ReadonlyMap<number, number> | null = null;

  private constructor(nodes: ReadonlyMap<number, Node>, descriptors: ReadonlyMap<string, number>) {
    this.#nodes = new Map(nodes);
    this.#descriptors = new Map(descriptors);
  }

  static empty(): MemoryDisk {
    return new MemoryDisk(new Map([[ROOT, emptyFolder()]]), new Map());
  }

  copy(): MemoryDisk {
    return new MemoryDisk(this.#nodes, this.#descriptors);
  }

  /** From now on tells each effect. An inode number then never stands for two files, one after the other. */
  tellEffects(onEffect: (effect: Effect) => void): void {
    this.#onEffect = onEffect;
  }

  /**
   * What becomes of an open file whose flush fails: the system takes its pages for clean, and whoever flushes it again is
   * told a lie. Of a folder it only failed.
   */
  failFlush(process: number, descriptor: number): void {
    const inode = this.#inodeOf(process, descriptor);
    if (this.#nodes.get(inode)?.kind === 'file') this.#do({ kind: 'unflushable', inode });
  }

  /** A file that cannot be written to the disk, whoever flushes it and however often. @returns its inode */
  damage(path: string): number {
    const inode = this.#mustFind(path, 'fsync');
    this.#do({ kind: 'unflushable', inode });
    return inode;
  }

  /** What is written so far comes onto the disk, in no order that anybody could rely on. */
  flushAll(): void {
    for (const inode of this.#nodes.keys()) this.#do({ kind: 'flushed', inode, what: 'all' });
  }

  /** The disk as another one begins: with these effects on it, and no file open. */
  with(effects: Iterable<Effect>): MemoryDisk {
    const disk = new MemoryDisk(this.#nodes, new Map());
    for (const effect of effects) disk.#apply(effect);
    return disk;
  }

  /** Every path below the root, with what is there, in order of the paths. */
  *entries(inode: number = ROOT, path: string = ''): Iterable<readonly [path: string, node: Node]> {
    const node = this.#nodes.get(inode);
    if (node === undefined) return;
    yield [path, node];
    if (node.kind === 'file') return;
    for (const name of [...node.names.keys()].sort()) yield* this.entries(node.names.get(name), `${path}/${name}`);
  }

  /** The same for two disks that no program can tell apart. */
  hash(): string {
    this.#forgetUnused();
    const hash = createHash('sha1');
    for (const [inode, node] of [...this.#nodes].sort(([a], [b]) => a - b)) {
      hash.update(`${inode} ${node.modifiedMs} `);
      if (node.kind === 'file') hash.update(node.bytes);
      else hash.update(sortedText(node.names));
    }
    hash.update(sortedText(this.#descriptors));
    return hash.digest('base64');
  }

  /** The disk as process number `process` sees it. */
  seenBy(process: number): FileSystem {
    return {
      open: (path, mode) => {
        let inode = this.#find(path);
        if (inode !== null && mode === 'create') throw systemError('EEXIST', 'open', path);
        if (inode === null) {
          if (mode !== 'create') throw systemError('ENOENT', 'open', path);
          inode = this.#add(process, path, { kind: 'file', bytes: new Uint8Array(), modifiedMs: NOW_MS });
        }
        let descriptor = 3;
        while (this.#descriptors.has(`${process}:${descriptor}`)) descriptor += 1;
        this.#descriptors.set(`${process}:${descriptor}`, inode);
        return descriptor;
      },
      read: (descriptor, into, position) => {
        const bytes = this.#openFile(process, descriptor).bytes.subarray(position, position + into.length);
        into.set(bytes);
        return bytes.length;
      },
      write: (descriptor, bytes, at) => {
        this.#openFile(process, descriptor);
        const inode = this.#inodeOf(process, descriptor);
        // Not slice(): that of a Buffer shares its memory.
        this.#do({ kind: 'written', inode, at, bytes: new Uint8Array(bytes) });
        return bytes.length;
      },
      flushData: (descriptor) => this.#do({ kind: 'flushed', inode: this.#inodeOf(process, descriptor), what: 'data' }),
      flush: (descriptor) => this.#do({ kind: 'flushed', inode: this.#inodeOf(process, descriptor), what: 'all' }),
      truncate: (descriptor, length) => {
        this.#openFile(process, descriptor);
        this.#do({ kind: 'cut', inode: this.#inodeOf(process, descriptor), length });
      },
      setModified: (descriptor, ms) => this.#do({ kind: 'dated', inode: this.#inodeOf(process, descriptor), ms }),
      setModifiedAt: (path, ms) => this.#do({ kind: 'dated', inode: this.#mustFind(path, 'utime'), ms }),
      statOpen: (descriptor) => this.#stat(this.#inodeOf(process, descriptor)),
      close: (descriptor) => {
        this.#descriptors.delete(`${process}:${descriptor}`);
      },
      exists: (path) => this.#find(path) !== null,
      stat: (path) => {
        const inode = this.#find(path);
        return inode === null ? null : this.#stat(inode);
      },
      readFile: (path) => {
        const inode = this.#find(path);
        const node = inode === null ? undefined : this.#nodes.get(inode);
        return inode !== null && node?.kind === 'file' ? { stat: this.#stat(inode), bytes: node.bytes.slice() } : null;
      },
      list: (path) => {
        const inode = this.#find(path);
        const node = inode === null ? undefined : this.#nodes.get(inode);
        return node?.kind === 'folder' ? [...node.names.keys()].sort() : null;
      },
      makeFolder: (path) => {
        if (this.#find(path) !== null) return false;
        this.#add(process, path, emptyFolder());
        return true;
      },
      removeFolder: (path) => {
        const inode = this.#find(path);
        const node = inode === null ? undefined : this.#nodes.get(inode);
        if (node === undefined) return true;
        if (node.kind === 'folder' && node.names.size > 0) return false;
        this.#unlink(path);
        return true;
      },
      link: (existing, name) => {
        const inode = this.#mustFind(existing, 'link');
        const folder = this.#parentOf(name, 'link');
        if (this.#find(name) !== null) return false;
        this.#do({ kind: 'named', folder, name: lastPart(name), inode, half: false });
        return true;
      },
      rename: (from, to) => {
        const inode = this.#mustFind(from, 'rename');
        const folder = this.#parentOf(to, 'rename');
        this.#do({ kind: 'named', folder, name: lastPart(to), inode, half: false });
        this.#unlink(from, true);
      },
      remove: (path) => {
        if (this.#find(path) === null) return false;
        this.#unlink(path);
        return true;
      },
    };
  }

  #find(path: string): number | null {
    let inode = ROOT;
    for (const part of partsOf(path)) {
      const node = this.#nodes.get(inode);
      const next = node?.kind === 'folder' ? node.names.get(part) : undefined;
      if (next === undefined) return null;
      inode = next;
    }
    return inode;
  }

  #mustFind(path: string, syscall: string): number {
    const inode = this.#find(path);
    if (inode === null) throw systemError('ENOENT', syscall, path);
    return inode;
  }

  #parentOf(path: string, syscall: string): number {
    const inode = this.#mustFind(path.slice(0, path.lastIndexOf('/')), syscall);
    if (this.#nodes.get(inode)?.kind !== 'folder') throw systemError('ENOTDIR', syscall, path);
    return inode;
  }

  #add(process: number, path: string, node: Node): number {
    this.#forgetUnused();
    let inode = (process + 1) * INODES_PER_PROCESS;
    while (this.#nodes.has(inode)) inode += 1;
    const folder = this.#parentOf(path, 'open');
    this.#do({ kind: 'made', inode, node });
    this.#do({ kind: 'named', folder, name: lastPart(path), inode, half: false });
    return inode;
  }

  #unlink(path: string, half: boolean = false): void {
    this.#do({ kind: 'named', folder: this.#parentOf(path, 'unlink'), name: lastPart(path), inode: null, half });
  }

  #do(effect: Effect): void {
    this.#apply(effect);
    this.#onEffect?.(effect);
  }

  #apply(effect: Effect): void {
    if (effect.kind === 'named') this.#links = null;
    if (effect.kind === 'flushed' || effect.kind === 'unflushable') return;
    if (effect.kind === 'made') {
      this.#nodes.set(effect.inode, effect.node);
      return;
    }
    const inode = effect.kind === 'named' ? effect.folder : effect.inode;
    const before = this.#nodes.get(inode);
    const after = before === undefined ? null : changed(before, effect);
    if (after !== null) this.#nodes.set(inode, after);
  }

  /** Drops what has neither a name nor an open descriptor. */
  #forgetUnused(): void {
    if (this.#onEffect !== null) return;
    const used = new Set<number>([ROOT, ...this.#descriptors.values()]);
    for (const node of this.#nodes.values()) {
      if (node.kind === 'folder') for (const inode of node.names.values()) used.add(inode);
    }
    for (const inode of this.#nodes.keys()) if (!used.has(inode)) this.#nodes.delete(inode);
  }

  #stat(inode: number): FileStat {
    const node = this.#nodes.get(inode);
    const bytes = node?.kind === 'file' ? node.bytes.length : 0;
    const modifiedMs = node?.modifiedMs ?? 0;
    const links = this.#countedLinks().get(inode) ?? 0;
    return { kind: node?.kind ?? 'other', bytes, modifiedMs, inode, mode: 0o600, owner: 0, links };
  }

  #countedLinks(): ReadonlyMap<number, number> {
    if (this.#links !== null) return this.#links;
    const counts = new Map<number, number>();
    for (const node of this.#nodes.values()) {
      if (node.kind !== 'folder') continue;
      for (const inode of node.names.values()) counts.set(inode, (counts.get(inode) ?? 0) + 1);
    }
    this.#links = counts;
    return counts;
  }

  #inodeOf(process: number, descriptor: number): number {
    const inode = this.#descriptors.get(`${process}:${descriptor}`);
    if (inode === undefined) throw systemError('EBADF', 'use', String(descriptor));
    return inode;
  }

  #openFile(process: number, descriptor: number): Extract<Node, { kind: 'file' }> {
    const node = this.#nodes.get(this.#inodeOf(process, descriptor));
    // A folder can be opened and flushed, not read.
    if (node?.kind !== 'file') throw systemError('EISDIR', 'read', String(descriptor));
    return node;
  }
}

const knownParts = new Map<string, readonly string[]>();

/** Paths are looked up millions of times, and there are few. */
function partsOf(path: string): readonly string[] {
  let parts = knownParts.get(path);
  if (parts === undefined) {
    parts = path.split('/').filter((one) => one !== '');
    knownParts.set(path, parts);
  }
  return parts;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function sortedText(entries: ReadonlyMap<string, number>): string {
  return JSON.stringify([...entries].map(([name, inode]) => `${name} ${inode}`).sort((a, b) => (a < b ? -1 : 1)));
}

function emptyFolder(): Node {
  return { kind: 'folder', names: new Map(), modifiedMs: NOW_MS };
}

function systemError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}
