/**
 * Puts a new store of files in the place of an embedded one, which stays under another name. It takes two renames, for no
 * system can be relied on to swap two folders; whoever comes between them is told so by `fleet/backlog.moving`.
 *
 *  1. `backlog.moving/` is made, by one process alone, and says who made it and under which name the old store will stay
 *  2. the new store is made inside, whole and durable
 *  3. `backlog` is renamed to `backlog.pglite`
 *  4. `backlog.moving/made/fleet/backlog` is renamed to `backlog`
 *  5. `backlog.moving/` is removed
 *
 * Killed before 3, all is as it was. Killed between 3 and 4, nobody finds an empty backlog: every command says what has
 * happened, and the next import turns 3 back and begins again. Killed after 4, all is done.
 */
import { rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { flushFolder, makeFolders, systemErrorCode, writeAll } from '../../disk/filesystem.ts';
import { nodeFileSystem as files } from '../../disk/node-filesystem.ts';
import { MosaicError } from '../../errors.ts';
import { currentIdentity, livenessOf, parseIdentity, type ProcessIdentity } from '../../host/process-identity.ts';
import { outcomeUnknown } from '../files/disk-error.ts';
import { movingFolder } from '../files/form/layout.ts';
import { commandLine } from '../sentences.ts';

interface Move {
  readonly mover: ProcessIdentity;
  /** Where the old store stays. */
  readonly aside: string;
}

/** Where nobody can tell whether a process lives: nothing it does with the folder takes this long. */
const UNPROVEN_MS = 10 * 60_000;
/** Before the process id of who makes it, or takes it away. */
const FRESH = '-';
const FRESH_MS = 60_000;

export interface NewPlace {
  /** Under this home the new store is made. */
  readonly mosaicHome: string;
  /** Steps 3 and 4. Returns where the old store stays. */
  swap(): string;
  /** Step 5, and also the end of a move that was given up. */
  cleanUp(): void;
}

/**
 * Step 1.
 *
 * @throws MosaicError STORE_IN_USE when another process is at it
 */
export function beginMove(root: string): NewPlace {
  const moving = movingFolder(root);
  const aside = freeName(root);
  sweep(root);
  // Whole from the first moment: nobody ever finds it without the name of who made it.
  const fresh = `${moving}${FRESH}${process.pid}`;
  writeMove(fresh, { mover: currentIdentity(), aside });
  try {
    files.rename(fresh, moving);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw ['ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '') ? beingMoved(root) : error;
  }
  flushFolder(files, dirname(root));
  const mosaicHome = `${moving}/made`;
  makeFolders(files, `${mosaicHome}/fleet`);
  return {
    mosaicHome,
    swap: () => swap(root, aside, `${mosaicHome}/fleet/backlog`),
    cleanUp() {
      try {
        removeMoving(root);
      } catch {
        // What is left is in nobody's way, and goes with the next import.
      }
    },
  };
}

function writeMove(folder: string, move: Move): void {
  makeFolders(files, folder);
  const path = `${folder}/move.json`;
  const descriptor = files.open(path, 'create');
  try {
    writeAll(files, descriptor, Buffer.from(JSON.stringify(move)), path);
    files.flush(descriptor);
  } finally {
    files.close(descriptor);
  }
  flushFolder(files, folder);
}

/** What processes leave that were killed in the moment before they gave it its name, or after they took it. */
function sweep(root: string): void {
  const fresh = `${basename(movingFolder(root))}${FRESH}`;
  for (const name of files.list(dirname(root)) ?? []) {
    const path = `${dirname(root)}/${name}`;
    const stat = name.startsWith(fresh) ? files.stat(path) : null;
    const isLeft = name === `${fresh}${process.pid}` || Date.now() - (stat?.modifiedMs ?? 0) > FRESH_MS;
    if (stat?.kind === 'folder' && isLeft) rmSync(path, { recursive: true });
  }
}

/** A store without a card is nowhere until its first change: then an empty folder stands for it. */
function swap(root: string, aside: string, made: string): string {
  makeFolders(files, made);
  files.rename(root, aside);
  try {
    flushFolder(files, dirname(root));
    files.rename(made, root);
  } catch (error) {
    turnBack(root, aside, error);
    throw error;
  }
  try {
    flushFolder(files, dirname(root));
  } catch (error) {
    throw outcomeUnknown(error);
  }
  return aside;
}

function turnBack(root: string, aside: string, cause: unknown): void {
  try {
    files.rename(aside, root);
  } catch {
    throw new MosaicError({
      code: 'STORE_DAMAGED',
      message: `The embedded store was put aside as ${aside}, but nothing could be put in its place, ${root}.`,
      hint: `Its cards are all there. Bring them in with: ${commandLine('import', '--pglite', aside)}`,
      cause,
    });
  }
}

/** Where nothing is to take its place. Returns where it stays. */
export function putAside(root: string): string {
  const aside = freeName(root);
  files.rename(root, aside);
  flushFolder(files, dirname(root));
  return aside;
}

/** A move whose process has been killed. */
export interface UnfinishedMove {
  /** Where the embedded store is now. */
  readonly directory: string;
  /** Whether the new store is in its place already. */
  readonly isDone: boolean;
  /** Takes away what is left of it, and turns it back unless it is done. */
  settle(): void;
}

/**
 * @returns null when there is none
 * @throws MosaicError STORE_IN_USE when the process that moves it is not known to be dead
 */
export function unfinishedMove(root: string): UnfinishedMove | null {
  const moving = movingFolder(root);
  const stat = files.stat(moving);
  if (stat === null) return null;
  const move = moveIn(moving);
  const liveness = move === null ? 'unknown' : livenessOf(move.mover, currentIdentity());
  const isLate = Date.now() - stat.modifiedMs > UNPROVEN_MS;
  if (liveness === 'alive' || (liveness === 'unknown' && !isLate)) throw beingMoved(root);
  const aside = move !== null && files.exists(`${move.aside}/PG_VERSION`) ? move.aside : null;
  const isAway = files.stat(root) === null;
  return {
    directory: aside ?? root,
    isDone: aside !== null && !isAway,
    settle() {
      if (aside !== null && isAway) files.rename(aside, root);
      removeMoving(root);
    },
  };
}

/** Under its name it is there as a whole, or not at all. */
function removeMoving(root: string): void {
  const moving = movingFolder(root);
  const leaving = `${moving}${FRESH}${process.pid}`;
  rmSync(leaving, { recursive: true, force: true });
  if (files.stat(moving) !== null) files.rename(moving, leaving);
  flushFolder(files, dirname(root));
  rmSync(leaving, { recursive: true, force: true });
}

/** Null when it is damaged. */
function moveIn(moving: string): Move | null {
  const bytes = files.readFile(`${moving}/move.json`)?.bytes;
  if (bytes === undefined) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== 'object' || value === null || !('mover' in value) || !('aside' in value)) return null;
    const mover = parseIdentity(value.mover);
    return mover === null || typeof value.aside !== 'string' ? null : { mover, aside: value.aside };
  } catch {
    return null;
  }
}

function freeName(root: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${root}.pglite${number === 1 ? '' : `-${number}`}`;
    if (files.stat(name) === null) return name;
  }
}

function beingMoved(root: string): MosaicError {
  return new MosaicError({
    code: 'STORE_IN_USE',
    message: `Another process is bringing over the embedded store in ${root}. Nothing was changed by this one.`,
    hint: 'Wait until it has ended, then run the same command again.',
  });
}
