/**
 * The one lock: a mutex between processes, made of names in a folder. It works where `flock` is not to be had, it
 * survives any process at any moment, and it hands out fencing tokens.
 *
 * Names are only ever added at the top, and a number is never used twice:
 *
 *   41        generation 41 was taken; the file is a hard link to its holder's identity
 *   41.free   generation 41 was released, and all it did is in place
 *   41.open   generation 41 was released, but what it began is not in place: the next holder recovers
 *
 * The highest number alone decides. Protocol:
 *
 *   take      1. List. The highest number h is held (by a live process: wait) or over (released, or its holder dead).
 *             2. Link the identity to h+1. Exactly one contender wins that name. This is the moment of taking.
 *             3. List again. A number above h+1 means that we listed long ago and h+1 had been used and pruned in the
 *                meantime: we came late, the name means nothing, start again. It is left to the pruner, since by now
 *                it could be another latecomer's.
 *             4. If h was not released, fence its holder (remove its staging folder). Then recover.
 *   check     The lock is ours while the name g is our identity's inode and g+1 does not exist. Asked in this order:
 *             g+1, then g; names are pruned from below, so a pruned g+1 shows as a missing g.
 *   release   Link g.free. A holder that was taken over only adds a name that nobody looks at any more.
 *   prune     A holder removes names more than KEEP generations below its own, in ascending order.
 *
 * Assumption, the only one beyond POSIX: one listing of this small folder does not overlap with more than KEEP whole
 * generations and miss all of them. (Linux and macOS list a folder of this size in one step.)
 *
 * A file's time of last modification is the holder's sign of life: it is set when the lock is taken, and the locks of
 * one process share it, being one file.
 */
import { type FileSystem, makeFolders, systemErrorCode } from './filesystem.ts';
import type { Verdict } from './holder.ts';

/** So many generations are left standing below the current one. */
const KEEP = 16;
/** Pruning waits until there is this much of it, because each holder would otherwise pay for it. */
const PRUNE_ABOVE = 3 * KEEP;

export interface LockSettings {
  readonly files: FileSystem;
  /** The folder of this lock's names. */
  readonly folder: string;
  /** The caller's identity file; it is linked to every generation the caller takes. */
  readonly identityPath: string;
  readonly wallMs: () => number;
  /** Decides about the holder of a held generation; see `judgeHolder`. */
  readonly judge: (holder: HeldGeneration) => Verdict;
}

export interface HeldGeneration {
  readonly generation: number;
  /** What the holder's identity file says. */
  readonly identity: string;
  readonly modifiedMs: number;
}

/** How the generation before ours ended. */
export type Predecessor =
  | { readonly kind: 'none' | 'released' | 'released-open' }
  | { readonly kind: 'dead' | 'stale'; readonly holder: HeldGeneration };

export type Attempt =
  | { readonly kind: 'taken'; readonly lock: TakenLock }
  | { readonly kind: 'held'; readonly holder: HeldGeneration }
  /** Somebody else was quicker; try again at once. */
  | { readonly kind: 'lost-race' };

export interface TakenLock {
  /** The fencing token: higher than every one before. */
  readonly generation: number;
  readonly predecessor: Predecessor;
  /** Is it still ours at this moment? */
  isHeld(): boolean;
  /** Gives the lock back. `complete`: everything that was begun is in place; otherwise the next holder recovers. */
  release(complete: boolean): void;
}

/** Tries to take the lock once, without waiting. Synchronous; a handful of calls. */
export function tryLock(settings: LockSettings): Attempt {
  const before = readState(settings);
  let predecessor: Predecessor;
  if (before.held === null) {
    predecessor = { kind: before.top === 0 ? 'none' : before.complete ? 'released' : 'released-open' };
  } else {
    const verdict = settings.judge(before.held);
    if (verdict === 'alive') return { kind: 'held', holder: before.held };
    predecessor = { kind: verdict, holder: before.held };
  }

  const generation = before.top + 1;
  const { files, folder, identityPath } = settings;
  files.setModifiedAt(identityPath, settings.wallMs());
  if (!files.link(identityPath, `${folder}/${generation}`)) return { kind: 'lost-race' };

  const names = files.list(folder) ?? [];
  if (highest(names) !== generation) return { kind: 'lost-race' };
  if (names.length > PRUNE_ABOVE) prune(files, folder, names, generation);
  return { kind: 'taken', lock: takenLock(settings, generation, predecessor) };
}

function takenLock(settings: LockSettings, generation: number, predecessor: Predecessor): TakenLock {
  const { files, folder, identityPath } = settings;
  const name = `${folder}/${generation}`;
  return {
    generation,
    predecessor,
    isHeld() {
      if (files.stat(`${folder}/${generation + 1}`) !== null) return false;
      const mine = files.stat(identityPath);
      return mine !== null && files.stat(name)?.inode === mine.inode;
    },
    release(complete) {
      try {
        files.link(identityPath, complete ? `${name}.free` : `${name}.open`);
      } catch (error) {
        // Fenced off: the identity is gone, and with it the lock; there is nothing left to give back.
        if (systemErrorCode(error) !== 'ENOENT') throw error;
      }
    },
  };
}

interface LockState {
  readonly top: number;
  readonly complete: boolean;
  readonly held: HeldGeneration | null;
}

function readState(settings: LockSettings): LockState {
  const { files, folder } = settings;
  const names = files.list(folder);
  if (names === null) makeFolders(files, folder);
  const top = highest(names ?? []);
  const complete = names?.includes(`${top}.free`) ?? true;
  if (top === 0 || complete || names?.includes(`${top}.open`)) return { top, complete, held: null };
  const name = `${folder}/${top}`;
  const stat = files.stat(name);
  const identity = files.readFile(name);
  // Pruned between the listing and the look: the world has moved on, and the link to top + 1 will find that out.
  if (stat === null || identity === null) return { top, complete: false, held: null };
  const held = { generation: top, identity: new TextDecoder().decode(identity), modifiedMs: stat.modifiedMs };
  return { top, complete: false, held };
}

function highest(names: readonly string[]): number {
  let top = 0;
  for (const name of names) top = Math.max(top, generationOf(name));
  return top;
}

/** 0 for a name that is not a lock's: strangers in the folder are left alone. */
function generationOf(name: string): number {
  const match = /^([1-9]\d{0,14})(?:\.free|\.open)?$/.exec(name);
  return match === null ? 0 : Number(match[1]);
}

function prune(files: FileSystem, folder: string, names: readonly string[], generation: number): void {
  const old = names.filter((name) => generationOf(name) > 0 && generationOf(name) < generation - KEEP);
  old.sort((a, b) => generationOf(a) - generationOf(b));
  for (const name of old) files.remove(`${folder}/${name}`);
}
