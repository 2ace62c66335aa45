/**
 * Takes up one suspicious file: what stands there against what the journal says.
 *
 * The journal wins only where its own last change may not have been put in place (the writer died, or the machine
 * did). Everywhere else the file is the record, and a valid difference is somebody's edit. Nothing is ever thrown
 * away: what has to make room is kept under `aside/`.
 */
import type { Card } from '../../card/card.ts';
import { toMs, toTimestamp } from '../../card/time.ts';
import { bearsTime, type FileSystem, makeFolders } from '../../disk/filesystem.ts';
import type { Summary } from './card-index/summary.ts';
import { cardBytes, type CardFile, sameStamp } from './form/card-file.ts';
import { damagedSummary, type Unsettled } from './knowledge.ts';
import type { StorePaths } from './form/layout.ts';

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
      return judgeContent(file, known, nowMs);
  }
}

function judgeContent(file: Extract<CardFile, { kind: 'card' }>, known: Summary | null, nowMs: number): TakenUp {
  const { card } = file;
  if (known !== null && known.status !== 'damaged' && !known.archived) {
    const stamp = { bytes: known.fileBytes, crc: known.fileCrc };
    if (sameStamp(file.stamp, stamp)) return { kind: 'same', card, reformatted: false };
    // The same card in another layout (a formatter, other line ends) is the same card.
    if (sameStamp(cardBytes(card).stamp, stamp)) return { kind: 'same', card, reformatted: true };
  }
  const rev = known === null ? card.rev : Math.max(known.rev, card.rev) + 1;
  return { kind: 'edited', card: { ...card, rev, updatedAt: toTimestamp(nowMs) } };
}

/** Whether a committed change is in its file: `foreign` says that something stands there which nobody has kept. */
export type Settlement = { readonly inPlace: true } | { readonly inPlace: false; readonly foreign: boolean };

export function judgeUnsettled(file: CardFile, { record, before }: Unsettled): Settlement {
  if (file.kind === 'missing') {
    const mayBeAbsent = record.card === null || record.place === 'archive';
    return mayBeAbsent ? { inPlace: true } : { inPlace: false, foreign: false };
  }
  const stays = record.card !== null && record.place === 'cards';
  // As new as the change, or newer: then the change was in place, and whatever came after it is an edit.
  if (stays && file.kind === 'card' && file.card.rev >= record.card.rev) return { inPlace: true };
  return { inPlace: false, foreign: !isOurs(file, before) };
}

/** Whether the file is an earlier state of the card as we wrote it, or what a power cut makes of one: empty. */
function isOurs(file: Exclude<CardFile, { kind: 'missing' }>, before: Summary | null): boolean {
  if (before !== null && sameStamp(file.stamp, { bytes: before.fileBytes, crc: before.fileCrc })) return true;
  return file.kind === 'card' ? bearsTime(file, toMs(file.card.updatedAt)) : file.stamp.bytes === 0;
}

/** Makes room without losing anything: the file goes to `aside/`. */
export function putAside(files: FileSystem, paths: StorePaths, folder: string, name: string): void {
  copyAside(files, paths, folder, name);
  files.remove(`${folder}/${name}`);
}

/** Gives the file a second name under `aside/`, one that is free; returns its path. */
export function copyAside(files: FileSystem, paths: StorePaths, folder: string, name: string): string {
  makeFolders(files, paths.aside);
  for (let number = 1; ; number += 1) {
    const path = `${paths.aside}/${number}.${name}`;
    if (files.link(`${folder}/${name}`, path)) return path;
  }
}
