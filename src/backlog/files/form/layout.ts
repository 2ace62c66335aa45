/** What is where under `fleet/backlog`. */

/** Raised when an older program could no longer read what we write; a store with a higher number is refused. */
export const FORMAT = 2;

export interface StorePaths {
  readonly root: string;
  /** The record: one card, one file. */
  readonly cards: string;
  /** Cards that were done long ago, in the same form. */
  readonly archive: string;
  /** The commit point, and the history. */
  readonly journal: string;
  /** A cache; comes back when it is deleted. */
  readonly indexFolder: string;
  readonly indexFile: string;
  /** The index before it. */
  readonly previousIndexFile: string;
  /** The registry mutex. */
  readonly lock: string;
  /** Held while the system writes out everything; see `recovery/whole-flush.ts`. */
  readonly flushLock: string;
  /** One folder a running process; see `disk/staging.ts`. */
  readonly staging: string;
  /** Files that had to make room for what the journal says: never deleted, never read. */
  readonly aside: string;
  /** The cards' folder on its way back, when it had gone. */
  readonly restored: string;
}

export function storePaths(mosaicHome: string): StorePaths {
  const root = `${mosaicHome}/fleet/backlog`;
  return {
    root,
    cards: `${root}/cards`,
    archive: `${root}/archive`,
    journal: `${root}/journal`,
    indexFolder: `${root}/index`,
    indexFile: `${root}/index/cards.idx`,
    previousIndexFile: `${root}/index/previous.idx`,
    lock: `${root}/registry.lock`,
    flushLock: `${root}/flush.lock`,
    staging: `${root}/staging`,
    aside: `${root}/aside`,
    restored: `${root}/restored`,
  };
}

/** Stands beside the store while an embedded one makes room for it; see `embedded/moving.ts`. */
export function movingFolder(root: string): string {
  return `${root}.moving`;
}

/** Where a card's file is. */
export type Place = 'cards' | 'archive';
