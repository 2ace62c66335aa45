/**
 * Takes up one suspicious file: what stands there against what the journal says.
 *
 * The journal wins only where its own last change may not have been put in place (the writer died, or the machine
 * did). Everywhere else the file is the record, and a valid difference is somebody's edit. Nothing is ever thrown
 * away: what has to make room is kept under `aside/`.
 */
import type { Card } from '../../../card/card.ts';
import { toMs, toTimestamp } from '../../../card/time.ts';
import { bearsTime, type FileSystem, flushFolder, makeFolders } from '../../../disk/filesystem.ts';
import type { Summary } from '../card-index/summary.ts';
import { cardBytes, type CardFile, sameStamp } from '../form/card-file.ts';
import { damagedSummary } from '../form/file-summary.ts';
import type { Unsettled } from '../knowledge.ts';
import type { Place, StorePaths } from '../form/layout.ts';

export type TakenUp =
  /** The content is the known one; at most its time or its layout was touched. */
  | { readonly kind: 'same'; readonly card: Card; readonly reformatted: boolean }
  | { readonly kind: 'edited'; readonly card: Card }
  | { readonly kind: 'deleted'; readonly known: Summary }
  | { readonly kind: 'damaged'; readonly summary: Summary; readonly reason: string }
  | { readonly kind: 'nothing' };

/** What a file's difference from the known card means. Pure. @param nowMs dates an edit */
export function judgeFile(name: string, file: CardFile, known: Summary | null, nowMs: number): TakenUp {
  switch (file.kind) {
    case 'missing':
      return known === null || known.archived ? { kind: 'nothing' } : { kind: 'deleted', known };
    case 'damaged':
      return { kind: 'damaged', summary: damagedSummary(name, file, known), reason: file.reason };
    case 'card':
      return judgeContent(name, file, known, nowMs);
  }
}

/** What is wrong with a card that nobody has written so. */
export const ROTTEN = 'its content has changed, though nobody has written to it';

/**
 * Whether a file has other content than we gave it, and still the time that we gave it: that is the disk's doing, for
 * whoever writes a file changes its time. Another commit may fall on the same time, but then it is another revision, in
 * the very form that we write.
 *
 * @param known what the index holds of the card in it
 */
export function isRotten(file: Extract<CardFile, { kind: 'card' }>, known: Summary): boolean {
  if (!bearsTime(file, known.updatedAtMs)) return false;
  const isKnown = sameStamp(file.stamp, { bytes: known.fileBytes, crc: known.fileCrc });
  // What was found rotten before is no better for being as it was found.
  if (known.status === 'damaged') return isKnown;
  return !isKnown && (file.card.rev === known.rev || !sameStamp(file.stamp, cardBytes(file.card).stamp));
}

function judgeContent(
  name: string,
  file: Extract<CardFile, { kind: 'card' }>,
  known: Summary | null,
  nowMs: number,
): TakenUp {
  const { card } = file;
  if (known !== null && known.status !== 'damaged' && !known.archived) {
    const stamp = { bytes: known.fileBytes, crc: known.fileCrc };
    if (sameStamp(file.stamp, stamp)) return { kind: 'same', card, reformatted: false };
    // The same card in another layout (a formatter, other line ends) is the same card.
    if (sameStamp(cardBytes(card).stamp, stamp)) return { kind: 'same', card, reformatted: true };
  }
  if (known !== null && !known.archived && isRotten(file, known)) {
    const { stamp, modifiedMs } = file;
    const damaged = { kind: 'damaged', reason: ROTTEN, stamp, modifiedMs } as const;
    return { kind: 'damaged', summary: damagedSummary(name, damaged, known), reason: ROTTEN };
  }
  const rev = known === null ? card.rev : Math.max(known.rev, card.rev) + 1;
  return { kind: 'edited', card: { ...card, rev, updatedAt: toTimestamp(nowMs) } };
}

/** What is left to do for a committed change. */
export interface Settlement {
  /** The card stands where it belongs, as the change left it or newer. */
  readonly isPlaced: boolean;
  /** The card's file is exactly what the change made of it. */
  readonly isAsCommitted: boolean;
  /** Where an earlier state of it still stands, and should not. */
  readonly leftOver: Place | null;
  /** Where what has to make room was put by somebody else, and nobody has kept it. */
  readonly foreign: readonly Place[];
}

/** Longer than it takes from the moment that a change bears to the writing of its file. */
const WRITTEN_WITHIN_MS = 2000;

/**
 * @param inCards, inArchive what stands under the card's name on either side of the archive's door
 * @param rebooted a power cut may have mixed what we wrote with what stood in the file before
 */
export function judgeUnsettled(
  inCards: CardFile,
  inArchive: CardFile,
  change: Unsettled,
  rebooted: boolean,
): Settlement {
  const { card, place } = change.record;
  if (inCards.kind === 'card' && isLater(inCards, change)) {
    return { isPlaced: true, isAsCommitted: false, leftOver: null, foreign: [] };
  }
  const home = place === 'cards' ? inCards : inArchive;
  const isAsCommitted = card !== null && home.kind === 'card' && sameStamp(home.stamp, cardBytes(card).stamp);
  // As new as the change, or newer: then the change was in place, and whatever came after it is an edit.
  const isEdited =
    card !== null && home.kind === 'card' && home.card.rev >= card.rev && !(rebooted && isMixture(home, change));
  const isPlaced = card === null ? inCards.kind === 'missing' : isAsCommitted || isEdited;
  const makesRoom = inCards.kind !== 'missing' && (place === 'archive' || !isPlaced);
  const foreign: Place[] = makesRoom && !isOurs(inCards, change, rebooted) ? ['cards'] : [];
  const done = { isPlaced, isAsCommitted, foreign };
  if (card === null) return { ...done, leftOver: null };
  if (place === 'archive') return { ...done, leftOver: inCards.kind === 'missing' ? null : 'cards' };
  if (inArchive.kind === 'missing' || !change.wasArchived) return { ...done, leftOver: null };
  return {
    ...done,
    leftOver: 'archive',
    foreign: isOurs(inArchive, change, rebooted) ? foreign : [...foreign, 'archive'],
  };
}

/**
 * Whether the file is a state of the card as we wrote it, or what a power cut makes of one: torn, empty, or what stood
 * in the file that was written over (see `disk/spare-files.ts`), with the date of then or of now.
 */
function isOurs(file: Exclude<CardFile, { kind: 'missing' }>, change: Unsettled, rebooted: boolean): boolean {
  const { before } = change;
  const stamp = before === null ? null : { bytes: before.fileBytes, crc: before.fileCrc };
  if (file.kind === 'card' && stamp !== null && sameStamp(file.stamp, stamp)) return true;
  return file.stamp.bytes === 0 || isDatedByUs(file, change) || (rebooted && bearsOurTime(file));
}

/**
 * Whether a card's file may be half of what we wrote into it, and half of what had stood there: its date is one of ours,
 * or, should the power cut have taken that, from the moment of the change. An edit from that very moment is set aside.
 */
function isMixture(file: Extract<CardFile, { kind: 'card' }>, change: Unsettled): boolean {
  const isOfTheMoment = Math.abs(file.modifiedMs - change.record.atMs) < WRITTEN_WITHIN_MS;
  return isOfTheMoment || isDatedByUs(file, change) || bearsOurTime(file);
}

/**
 * Whether it is a state of the card that came after the change: the journal has lost its end, or whoever wrote it would
 * be known. What had stood in the file before was written before the change, so no mixture bears a later date.
 */
function isLater(file: Extract<CardFile, { kind: 'card' }>, { record }: Unsettled): boolean {
  const updatedAtMs = toMs(file.card.updatedAt);
  const isNewer = file.card.rev > (record.card?.rev ?? 0) && updatedAtMs > record.atMs;
  return isNewer && bearsTime(file, updatedAtMs);
}

function isDatedByUs(file: Exclude<CardFile, { kind: 'missing' }>, { record, before }: Unsettled): boolean {
  const states = [record.card, file.kind === 'card' ? file.card : null];
  const times = [before?.updatedAtMs, ...states.map((card) => (card === null ? undefined : toMs(card.updatedAt)))];
  return times.some((ms) => ms !== undefined && bearsTime(file, ms));
}

/**
 * Whether the file has a date that only this program gives: a whole millisecond. Programs that restore files give them
 * whole seconds, where they do not know better; such a file is kept, if it has to make room.
 */
function bearsOurTime({ modifiedMs }: { readonly modifiedMs: number }): boolean {
  return Math.floor(modifiedMs) % 1000 !== 0 && bearsTime({ modifiedMs }, Math.floor(modifiedMs));
}

/** Gives the file a second name under `aside/`, one that is free and lasts; returns its path. */
export function copyAside(files: FileSystem, paths: StorePaths, folder: string, name: string): string {
  return intoAside(files, paths, name, (path) => files.link(`${folder}/${name}`, path));
}

/** Moves whatever stands there under `aside/`, to a name that is free and lasts; returns its path. */
export function moveAside(files: FileSystem, paths: StorePaths, folder: string, name: string): string {
  return intoAside(files, paths, name, (path) => {
    if (files.stat(path) !== null) return false;
    files.rename(`${folder}/${name}`, path);
    return true;
  });
}

/** @param place puts it under that path; false when the path is taken */
function intoAside(files: FileSystem, paths: StorePaths, name: string, place: (path: string) => boolean): string {
  makeFolders(files, paths.aside);
  for (let number = 1; ; number += 1) {
    const path = `${paths.aside}/${number}.${name}`;
    if (!place(path)) continue;
    flushFolder(files, paths.aside);
    return path;
  }
}
