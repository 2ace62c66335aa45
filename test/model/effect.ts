/** What a file-system call does to the inodes of the disk in memory, as data: it can be kept, lost, or torn. */

export type Node =
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly modifiedMs: number }
  | { readonly kind: 'folder'; readonly names: ReadonlyMap<string, number>; readonly modifiedMs: number };

/** What a call does to one inode. A call that does two things leaves two of them. */
export type Effect =
  | { readonly kind: 'made'; readonly inode: number; readonly node: Node }
  /** A name in a folder leads to an inode now, or (null) nowhere. `half`: the other half of a rename is the one before. */
  | {
      readonly kind: 'named';
      readonly folder: number;
      readonly name: string;
      readonly inode: number | null;
      readonly half: boolean;
    }
  | { readonly kind: 'written'; readonly inode: number; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'cut'; readonly inode: number; readonly length: number }
  | { readonly kind: 'dated'; readonly inode: number; readonly ms: number }
  /** `data` leaves out the time of last modification. */
  | { readonly kind: 'flushed'; readonly inode: number; readonly what: 'data' | 'all' }
  /** A flush has failed: no later one makes safe what came before. */
  | { readonly kind: 'unflushable'; readonly inode: number };

/** What the kernel writes as the time of a change: between two whole milliseconds, as in life. */
export const NOW_MS = 1_800_000_000_000.37;

/** What becomes of an inode; null when the effect does not fit it. */
export function changed(
  node: Node,
  effect: Exclude<Effect, { kind: 'made' | 'flushed' | 'unflushable' }>,
): Node | null {
  switch (effect.kind) {
    case 'dated':
      return { ...node, modifiedMs: effect.ms };
    case 'named': {
      if (node.kind !== 'folder') return null;
      const names = new Map(node.names);
      if (effect.inode === null) names.delete(effect.name);
      else names.set(effect.name, effect.inode);
      return { kind: 'folder', names, modifiedMs: NOW_MS };
    }
    case 'written':
      return node.kind === 'file'
        ? { kind: 'file', bytes: spliced(node.bytes, effect.at, effect.bytes), modifiedMs: NOW_MS }
        : null;
    case 'cut':
      return node.kind === 'file' ? { ...node, bytes: node.bytes.slice(0, effect.length) } : null;
  }
}

function spliced(bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.max(bytes.length, at + more.length));
  whole.set(bytes);
  whole.set(more, at);
  return whole;
}
