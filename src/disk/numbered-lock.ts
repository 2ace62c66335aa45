/**
 * The one lock: a mutex between processes, made of names in a folder. It works where `flock` is not to be had, it
 * survives any process at any moment, and it hands out fencing tokens.
 *
 * Names are only ever added at the top, and a number is never used twice:
 *
 *   41        generation 41 was taken; the file is a hard link to its holder's identity
 *   41.free   generation 41 was released, and all it did is in place
 *   41.open   generation 41 is over, but it may have left something undone: the next holder recovers
 *
 * The highest number alone decides. Protocol:
 *
 *   take      1. List. The highest number h is held (by a live process: wait) or over (marked, or its holder dead).
 *             2. Link the identity to h+1. Exactly one contender wins that name. This is the moment of taking.
 *             3. List again. A number above h+1 means that we listed long ago and h+1 had been used and pruned in the
 *                meantime: we came late, the name means nothing. Mark it over, lest somebody take us for a holder to
 *                be fenced, and start again. It is left to the pruner, since by now it could be another latecomer's.
 *   resume    Whoever gave back h last, with everything in place, links to h+1 without listing, and then asks whether
 *             h.free still stands. Names are pruned from below: as long as it does, h+1 was never used, so nothing is
 *             above it, and nobody has held the lock since.
 *   recover   Whoever holds an unmarked number below may be alive and only slow, and not every successor may have got
 *             as far as keeping it out. So the caller fences all of them, recovers, and only then marks them `.open`.
 *   check     The lock is ours while g+1 does not exist and the name g is our identity's inode. Asked in this order:
 *             names are pruned from below, so a pruned g+1 shows as a missing g, or as a latecomer's g. The latter has
 *             another inode: both identities were there when we took g.
 *   release   Link g.free, or g.open where something is left undone. Whoever knows that they have been taken over marks
 *             nothing: a mark says that all their lines count, and that is for the successor to say.
 *   prune     Whoever releases with everything in place, and so has nobody unmarked below, first removes the names
 *             more than KEEP generations below its own, in ascending order.
 *
 * Assumption, the only one beyond POSIX: one listing of this small folder does not overlap with more than KEEP whole
 * generations and miss all of them. (Linux and macOS list a folder of this size in one step.)
 *
 * A file's time of last modification is the holder's sign of life: it is set when the lock is taken, and the locks of
 * one process share it, being one file.
 */
import { type FileSystem, makeFolders, systemError, systemErrorCode } from './filesystem.ts';
import type { Verdict } from './holder.ts';

/** No lock ever gets there; a name that high was put there by somebody else, and nothing could be above it. */
const HIGHEST = 999_999_999_999_999;
/** So many generations are left standing below the current one, unless the settings say otherwise. */
const KEEP = 16;
/** Pruning waits until there are so many times as many names, because each holder would otherwise pay for it. */
const PRUNE_AT = 3;

export interface LockSettings {
  readonly files: FileSystem;
  /** The folder of this lock's names. */
  readonly folder: string;
  /** The caller's identity file; it is linked to every generation the caller takes. */
  readonly identityPath: string;
  readonly identityInode: number;
  /** The generation that the caller gave back last, with everything in place; null when there is none. */
  readonly resumeAfter: number | null;
  readonly wallMs: () => number;
  /** A lock that was taken less than so long ago is left to its last holder, who may want it again; 0 leaves nothing. */
  readonly leaveAloneMs: number;
  /** Default 16; smaller only to make pruning happen early. */
  readonly keep?: number;
  /** Decides about the holder of a held generation; see `judgeHolder`. */
  readonly judge: (holder: HeldGeneration) => Verdict;
}

export interface HeldGeneration {
  readonly generation: number;
  /** What the holder's identity file says. */
  readonly identity: string;
  readonly modifiedMs: number;
}

export type Attempt =
  | { readonly kind: 'taken'; readonly lock: TakenLock }
  | { readonly kind: 'held'; readonly holder: HeldGeneration }
  /** It is free, and left alone; see `leaveAloneMs`. */
  | { readonly kind: 'left-alone' }
  /** Somebody else was quicker; try again at once. */
  | { readonly kind: 'lost-race' };

export interface TakenLock {
  /** The fencing token: higher than every one before. */
  readonly generation: number;
  /** Nobody else has held the lock since the caller gave it back with everything in place. */
  readonly isResumed: boolean;
  /** Everything that was begun under the generation before is in place. Otherwise: recover before anything else. */
  readonly isCleanStart: boolean;
  /** The generation before ended in trouble, perhaps with the disk: what it flushed may not be there. */
  readonly isAfterTrouble: boolean;
  /** Generations below that nobody has marked: their holders are dead, or slow. Fence them before recovering. */
  readonly unmarked: readonly HeldGeneration[];
  /** Is it still ours at this moment? */
  isHeld(): boolean;
  /** Marks the unmarked generations, once they are fenced and recovery is through. */
  markOver(): void;
  /**
   * Gives the lock back. `complete`: everything that was begun is in place, and the lock was held after that; otherwise
   * the next holder recovers.
   *
   * @returns false when it was lost before, to somebody who will fence us off
   * @throws the system's error; then the lock is still held, until `Staging.disown`
   */
  release(complete: boolean): boolean;
}

/**
 * Tries to take the lock once, without waiting. Synchronous; a handful of calls.
 *
 * @throws the system's error; the lock may have been taken all the same, and is held until `Staging.disown`
 */
export function tryLock(settings: LockSettings): Attempt {
  return resume(settings) ?? take(settings);
}

/** Null when somebody else has taken the lock in between, or is about to. */
function resume(settings: LockSettings): Attempt | null {
  const { files, folder, resumeAfter } = settings;
  if (resumeAfter === null || files.stat(`${folder}/${resumeAfter + 1}`) !== null) return null;
  const generation = resumeAfter + 1;
  if (!linkTo(settings, generation)) return { kind: 'lost-race' };
  const marked = `${resumeAfter}.free`;
  if (files.stat(`${folder}/${marked}`) === null) return cameLate(settings, generation);
  return { kind: 'taken', lock: takenLock(settings, generation, [marked], true) };
}

function take(settings: LockSettings): Attempt {
  const { files, folder } = settings;
  const before = readState(settings);
  if (before.held !== null && settings.judge(before.held) === 'alive') return { kind: 'held', holder: before.held };
  if (before.held === null && isInTurn(settings, before.top)) return { kind: 'left-alone' };

  const generation = before.top + 1;
  if (generation > HIGHEST)
    throw systemError('EOVERFLOW', 'no generation can follow', 'link', `${folder}/${before.top}`);
  if (!linkTo(settings, generation)) return { kind: 'lost-race' };

  const names = files.list(folder) ?? [];
  if (highest(names) !== generation) return cameLate(settings, generation);
  return { kind: 'taken', lock: takenLock(settings, generation, names, false) };
}

/** @returns false when somebody else was quicker, or has fenced us off: the caller begins again under a new identity */
function linkTo({ files, folder, identityPath, wallMs }: LockSettings, generation: number): boolean {
  try {
    files.setModifiedAt(identityPath, wallMs());
    return files.link(identityPath, `${folder}/${generation}`);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function isInTurn({ files, folder, leaveAloneMs, wallMs }: LockSettings, generation: number): boolean {
  if (leaveAloneMs === 0) return false;
  const last = files.stat(`${folder}/${generation}`);
  const age = last === null ? leaveAloneMs : wallMs() - last.modifiedMs;
  return age >= 0 && age < leaveAloneMs;
}

function cameLate({ files, folder }: LockSettings, generation: number): Attempt {
  mark(files, `${folder}/${generation}`, `${folder}/${generation}.open`);
  return { kind: 'lost-race' };
}

/** @param names those of the lock's folder; of a lock that is resumed, the mark below it will do */
function takenLock(
  settings: LockSettings,
  generation: number,
  names: readonly string[],
  isResumed: boolean,
): TakenLock {
  const { files, folder, identityInode } = settings;
  const name = `${folder}/${generation}`;
  const unmarked = unmarkedBelow(settings, generation, names);
  return {
    generation,
    isResumed,
    isCleanStart: unmarked.length === 0 && (generation === 1 || names.includes(`${generation - 1}.free`)),
    isAfterTrouble: names.includes(`${generation - 1}.open`),
    unmarked,
    isHeld() {
      return files.stat(`${folder}/${generation + 1}`) === null && files.stat(name)?.inode === identityInode;
    },
    markOver() {
      for (const holder of unmarked) mark(files, name, `${folder}/${holder.generation}.open`);
    },
    release(complete) {
      if (!complete && !this.isHeld()) return false;
      const keep = settings.keep ?? KEEP;
      if (complete && names.length > PRUNE_AT * keep) prune(files, folder, names, generation - keep);
      mark(files, name, `${name}.${complete ? 'free' : 'open'}`);
      return true;
    },
  };
}

/**
 * @param name of the lock that we hold: our identity may be gone, when a holder from before us was late in fencing us off
 *   for a generation that we have lost long since
 */
function mark(files: FileSystem, name: string, as: string): void {
  try {
    files.link(name, as);
  } catch (error) {
    // Pruned: then others have had the lock time and again, and nobody looks at its marks any more.
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}

function unmarkedBelow(
  settings: LockSettings,
  generation: number,
  names: readonly string[],
): readonly HeldGeneration[] {
  const marked = new Set(names.filter((name) => name.includes('.')).map(generationOf));
  const unmarked: HeldGeneration[] = [];
  for (const name of names) {
    const other = generationOf(name);
    if (other === 0 || other >= generation || marked.has(other)) continue;
    const holder = readHolder(settings, other);
    if (holder !== null) unmarked.push(holder);
  }
  return unmarked;
}

interface LockState {
  readonly top: number;
  readonly held: HeldGeneration | null;
}

function readState(settings: LockSettings): LockState {
  const { files, folder } = settings;
  const names = files.list(folder);
  if (names === null) makeFolders(files, folder);
  const top = highest(names ?? []);
  const isOver = top === 0 || names?.includes(`${top}.free`) === true || names?.includes(`${top}.open`) === true;
  // Pruned between the listing and the look: the world has moved on, and the link to top + 1 will find that out.
  return { top, held: isOver ? null : readHolder(settings, top) };
}

function readHolder({ files, folder }: LockSettings, generation: number): HeldGeneration | null {
  const seen = files.readFile(`${folder}/${generation}`);
  if (seen === null) return null;
  return { generation, identity: new TextDecoder().decode(seen.bytes), modifiedMs: seen.stat.modifiedMs };
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

function prune(files: FileSystem, folder: string, names: readonly string[], below: number): void {
  const old = names.filter((name) => generationOf(name) > 0 && generationOf(name) < below);
  old.sort((a, b) => generationOf(a) - generationOf(b));
  try {
    for (const name of old) files.remove(`${folder}/${name}`);
  } catch (error) {
    // They take up a little room, and the next holder tries again.
    if (systemErrorCode(error) === null) throw error;
  }
}
