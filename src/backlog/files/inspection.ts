/**
 * Looks for card files that are not as the journal left them: edited, added or deleted by hand, or not yet put in
 * place by a writer that died. A look costs one `stat` for the folder, and one more a card only where it must.
 *
 * Whoever commits gives the cards folder the time of the commit. A file created, deleted or replaced there by anybody
 * else gives it another one. Writing over a file in place leaves the folder alone, so small stores also look at each
 * open card's file; large ones do so when asked to be thorough, and at each card that is touched.
 */
import { bearsTime, type FileStat, type FileSystem } from '../../disk/filesystem.ts';
import type { Clock } from '../../host/clock.ts';
import type { Summary } from './card-index/summary.ts';
import { idOfFileName, isCardFileName } from './form/file-name.ts';
import type { Knowledge } from './knowledge.ts';
import type { StorePaths } from './form/layout.ts';

/** Up to so many open cards a command looks at each of their files (about 2.5 µs a file). */
const LOOK_AT_EACH_UP_TO = 1000;
/** So few files cost nothing worth saving. */
const ALWAYS_LOOK_UP_TO = 50;
/** A process that goes on and on spends no more than one part in so many of its time on looking at files. */
const SHARE_OF_TIME = 20;

export interface Look {
  /** The names of the files in the cards folder that need a closer look, there or not there. */
  readonly suspicious: readonly string[];
  /** The time that the folder bore when we began to look; null when there is none. */
  readonly folderMs: number | null;
}

export type Thoroughness = 'usual' | 'thorough';

export class Inspector {
  readonly #files: FileSystem;
  readonly #paths: StorePaths;
  readonly #clock: Clock;
  /** By the monotonic clock. A command that begins has not looked yet, so it does. */
  #lookAgainMs = Number.NEGATIVE_INFINITY;

  constructor(files: FileSystem, paths: StorePaths, clock: Clock) {
    this.#files = files;
    this.#paths = paths;
    this.#clock = clock;
  }

  /** @param folder the cards folder as it is now; null when there is none */
  look(knowledge: Knowledge, thoroughness: Thoroughness, folder: FileStat | null): Look {
    const folderMs = folder?.modifiedMs ?? null;
    const untouched = folder !== null && bearsTime(folder, knowledge.stampMs);
    if (!untouched || thoroughness === 'thorough') return { suspicious: this.#allSuspicious(knowledge), folderMs };
    const isTime = this.#isTimeToLook(knowledge.index.openCount);
    return { suspicious: isTime ? this.#changedOpenFiles(knowledge) : [], folderMs };
  }

  #allSuspicious(knowledge: Knowledge): readonly string[] {
    const suspicious = new Set<string>();
    const known = new Set<string>();
    for (const card of knowledge.index.all()) {
      if (card.archived) continue;
      known.add(card.fileName);
      if (!isAsKnown(this.#files, this.#paths.cards, card)) suspicious.add(card.fileName);
    }
    for (const name of this.#files.list(this.#paths.cards) ?? []) {
      if (isCardFileName(name) && !known.has(name)) suspicious.add(name);
    }
    return [...suspicious];
  }

  #isTimeToLook(openCount: number): boolean {
    if (openCount <= ALWAYS_LOOK_UP_TO) return true;
    return openCount <= LOOK_AT_EACH_UP_TO && this.#clock.monotonicMs() >= this.#lookAgainMs;
  }

  #changedOpenFiles(knowledge: Knowledge): readonly string[] {
    const beganMs = this.#clock.monotonicMs();
    const changed: string[] = [];
    for (const card of knowledge.index.open()) {
      if (!isAsKnown(this.#files, this.#paths.cards, card)) changed.push(card.fileName);
    }
    const endedMs = this.#clock.monotonicMs();
    this.#lookAgainMs = endedMs + (endedMs - beganMs) * (SHARE_OF_TIME - 1);
    return changed;
  }
}

/** Whether the file of a card is, as far as a `stat` can tell, the one we know. */
export function isAsKnown(files: FileSystem, folder: string, card: Summary): boolean {
  const stat = files.stat(`${folder}/${card.fileName}`);
  return (
    stat !== null &&
    stat.bytes === card.fileBytes &&
    bearsTime(stat, card.updatedAtMs) &&
    (stat.kind === 'file' || card.status === 'damaged')
  );
}

/** What the index knows of the card in that file. */
export function knownByFile(knowledge: Knowledge, name: string): Summary | null {
  const direct = knowledge.index.get(idOfFileName(name));
  if (direct?.fileName === name) return direct;
  if (!name.includes('%')) return null;
  for (const card of knowledge.index.all()) {
    if (card.fileName === name) return card;
  }
  return null;
}
