/**
 * What a new holder of the lock does before anything else, where the one before did not end well, the machine was
 * restarted, or somebody was at the files by hand. It can be cut short anywhere and begun again.
 */
import type { TakenLock } from '../../../disk/numbered-lock.ts';
import { removeStaging } from '../../../disk/staging.ts';
import { isCardDamaged } from '../../sentences.ts';
import { cardBytes, readCardFile } from '../form/card-file.ts';
import { type CommitSettings, putAgain } from '../commit.ts';
import type { FileTransaction } from '../transaction/file-transaction.ts';
import { parseHolder } from '../../../disk/holder-identity.ts';
import { knownByFile } from '../inspection.ts';
import type { Knowledge, Unsettled } from '../knowledge.ts';
import { changesToRedo } from './redo.ts';
import { copyAside, judgeFile, judgeUnsettled, type TakenUp } from './take-up.ts';

/**
 * Keeps holders that are dead, or only believed to be, from putting anything in place; see `disk/staging.ts`. A lock
 * that does not say whose it is may be anybody's: then everybody else is kept out, and begins again.
 */
export function fence({ files, paths, staging }: CommitSettings, lock: TakenLock): void {
  for (const { identity } of lock.unmarked) {
    const holder = parseHolder(identity);
    const tokens = holder === null ? (files.list(paths.staging) ?? []) : [holder.token];
    for (const token of tokens) {
      const folder = `${paths.staging}/${token}`;
      if (token !== staging.token && files.stat(folder)?.kind === 'folder') removeStaging(files, folder);
    }
  }
}

/** Which committed changes may not be in their files. */
export function unsettledChanges(
  { files, paths }: CommitSettings,
  knowledge: Knowledge,
  lock: TakenLock,
  rebooted: boolean,
): ReadonlyMap<string, Unsettled> {
  // Names and bytes that were not flushed when the power went may be lost. After a flush that failed it is the same.
  if (rebooted || lock.isAfterTrouble) return changesToRedo(files, paths, knowledge);
  if (lock.isCleanStart) return new Map();
  return knowledge.lastChanges;
}

/**
 * Puts committed changes in place where they are not. Appends nothing, so it can be done before the seal.
 *
 * @param afresh write the files anew that are in place, too. Once a flush of a file has failed, the system takes its
 *   pages for clean, and the next flush says yes without having written them; new files have new pages.
 */
export function settle(
  settings: CommitSettings,
  knowledge: Knowledge,
  changes: ReadonlyMap<string, Unsettled>,
  { nowMs, afresh, rebooted }: { readonly nowMs: number; readonly afresh: boolean; readonly rebooted: boolean },
): void {
  const { files, paths, staging } = settings;
  const again: Unsettled[] = [];
  const leftOver: string[] = [];
  for (const change of changes.values()) {
    const name = change.record.file;
    const inCards = readCardFile(files, paths.cards, name, nowMs);
    const settlement = judgeUnsettled(inCards, readCardFile(files, paths.archive, name, nowMs), change, rebooted);
    for (const place of settlement.foreign) copyAside(files, paths, paths[place], name);
    if (!settlement.isPlaced || (afresh && settlement.isAsCommitted)) again.push(change);
    if (settlement.leftOver !== null) leftOver.push(`${paths[settlement.leftOver]}/${name}`);
  }
  if (again.length > 0) putAgain(settings, again, knowledge.stampMs);
  for (const path of leftOver) staging.takeAway(path);
}

/**
 * Takes what was done to the files by hand into `transaction`, for the caller to commit. After it, every file looked
 * at is as the journal will say, or damaged, and known to be.
 */
export function takeUpEdits(
  settings: CommitSettings,
  knowledge: Knowledge,
  transaction: FileTransaction,
  suspicious: readonly string[],
): void {
  const { files, paths } = settings;
  for (const name of suspicious) {
    const known = knownByFile(knowledge, name);
    const found = judgeFile(name, readCardFile(files, paths.cards, name, transaction.nowMs), known, transaction.nowMs);
    if (found.kind === 'same') tidy(settings, name, found);
    else if (found.kind !== 'nothing') takeUp(transaction, name);
    if (found.kind === 'damaged') knowledge.hasUnsavedDamage = true;
  }
}

/** Gives an unchanged card's file the bytes and the time we would have given it, so that nobody looks again. */
function tidy(settings: CommitSettings, name: string, found: Extract<TakenUp, { kind: 'same' }>): void {
  const path = `${settings.paths.cards}/${name}`;
  const { bytes, modifiedMs } = cardBytes(found.card);
  if (found.reformatted) settings.files.rename(settings.staging.write(bytes, modifiedMs), path);
  else settings.files.setModifiedAt(path, modifiedMs);
}

function takeUp(transaction: FileTransaction, name: string): void {
  try {
    transaction.takeUp(name);
  } catch (error) {
    // The index now knows it as damaged; whoever wants that card is told, everybody else goes on.
    if (!isCardDamaged(error)) throw error;
  }
}
