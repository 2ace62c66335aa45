/**
 * A POSIX file system in memory that can be copied at any moment: inodes, hard links, files that live on while they are
 * open, folders with times. Nothing is ever lost here; what a power cut does is another test's subject.
 */
import { createHash } from 'node:crypto';
import type { FileStat, FileSystem } from '../../src/disk/filesystem.ts';

type Node =
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly modifiedMs: number }
  | { readonly kind: 'folder'; readonly names: ReadonlyMap<string, number>; readonly modifiedMs: number };

/** What the kernel writes as the time of a change: between two whole milliseconds, as in life. */
const NOW_MS = 1_800_000_000_000.37;
const ROOT = 1;
/** Each process draws its inode numbers from a range of its own, so that they do not depend on who was first. */
const INODES_PER_PROCESS = 1_000_000;

export class MemoryDisk {
  readonly #nodes: Map<number, Node>;
  readonly #descriptors: Map<string, number>;

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

  /** The same for two disks that no program can tell apart. */
  hash(): string {
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
          if (mode === 'read') throw systemError('ENOENT', 'open', path);
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
      write: (descriptor, bytes) => {
        const file = this.#openFile(process, descriptor);
        const grown = new Uint8Array(file.bytes.length + bytes.length);
        grown.set(file.bytes);
        grown.set(bytes, file.bytes.length);
        this.#nodes.set(this.#inodeOf(process, descriptor), { ...file, bytes: grown, modifiedMs: NOW_MS });
        return bytes.length;
      },
      flushData: () => undefined,
      flush: () => undefined,
      truncate: (descriptor, length) => {
        const file = this.#openFile(process, descriptor);
        this.#nodes.set(this.#inodeOf(process, descriptor), { ...file, bytes: file.bytes.slice(0, length) });
      },
      setModified: (descriptor, ms) => this.#setModified(this.#inodeOf(process, descriptor), ms),
      setModifiedAt: (path, ms) => this.#setModified(this.#mustFind(path, 'utime'), ms),
      statOpen: (descriptor) => this.#stat(this.#inodeOf(process, descriptor)),
      close: (descriptor) => {
        this.#descriptors.delete(`${process}:${descriptor}`);
        this.#forgetUnused();
      },
      stat: (path) => {
        const inode = this.#find(path);
        return inode === null ? null : this.#stat(inode);
      },
      readFile: (path) => {
        const inode = this.#find(path);
        const node = inode === null ? undefined : this.#nodes.get(inode);
        return node?.kind === 'file' ? node.bytes.slice() : null;
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
        this.#parentOf(name, 'link');
        if (this.#find(name) !== null) return false;
        this.#setName(name, inode);
        return true;
      },
      rename: (from, to) => {
        const inode = this.#mustFind(from, 'rename');
        this.#parentOf(to, 'rename');
        this.#setName(to, inode);
        this.#unlink(from);
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
    for (const part of path.split('/').filter((one) => one !== '')) {
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

  #parentOf(path: string, syscall: string): { readonly inode: number; readonly names: ReadonlyMap<string, number> } {
    const inode = this.#mustFind(path.slice(0, path.lastIndexOf('/')), syscall);
    const node = this.#nodes.get(inode);
    if (node?.kind !== 'folder') throw systemError('ENOTDIR', syscall, path);
    return { inode, names: node.names };
  }

  #add(process: number, path: string, node: Node): number {
    let inode = (process + 1) * INODES_PER_PROCESS;
    while (this.#nodes.has(inode)) inode += 1;
    const parent = this.#parentOf(path, 'open');
    this.#nodes.set(inode, node);
    this.#setNameIn(parent, path, inode);
    return inode;
  }

  #setName(path: string, inode: number): void {
    this.#setNameIn(this.#parentOf(path, 'link'), path, inode);
    this.#forgetUnused();
  }

  #setNameIn(
    parent: { readonly inode: number; readonly names: ReadonlyMap<string, number> },
    path: string,
    inode: number,
  ): void {
    const names = new Map(parent.names).set(path.slice(path.lastIndexOf('/') + 1), inode);
    this.#nodes.set(parent.inode, { kind: 'folder', names, modifiedMs: NOW_MS });
  }

  #unlink(path: string): void {
    const parent = this.#parentOf(path, 'unlink');
    const names = new Map(parent.names);
    names.delete(path.slice(path.lastIndexOf('/') + 1));
    this.#nodes.set(parent.inode, { kind: 'folder', names, modifiedMs: NOW_MS });
    this.#forgetUnused();
  }

  /** Drops what has neither a name nor an open descriptor. */
  #forgetUnused(): void {
    const used = new Set<number>([ROOT, ...this.#descriptors.values()]);
    for (const node of this.#nodes.values()) {
      if (node.kind === 'folder') for (const inode of node.names.values()) used.add(inode);
    }
    for (const inode of this.#nodes.keys()) if (!used.has(inode)) this.#nodes.delete(inode);
  }

  #setModified(inode: number, modifiedMs: number): void {
    const node = this.#nodes.get(inode);
    if (node !== undefined) this.#nodes.set(inode, { ...node, modifiedMs });
  }

  #stat(inode: number): FileStat {
    const node = this.#nodes.get(inode);
    const bytes = node?.kind === 'file' ? node.bytes.length : 0;
    return { kind: node?.kind ?? 'other', bytes, modifiedMs: node?.modifiedMs ?? 0, inode, mode: 0o600, owner: 0 };
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

function sortedText(entries: ReadonlyMap<string, number>): string {
  return JSON.stringify([...entries].map(([name, inode]) => `${name} ${inode}`).sort((a, b) => (a < b ? -1 : 1)));
}

function emptyFolder(): Node {
  return { kind: 'folder', names: new Map(), modifiedMs: NOW_MS };
}

function systemError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}
