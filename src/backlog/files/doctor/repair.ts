/**
 * What `doctor --fix` does. Nothing here removes the only copy of anything: what has to make room is kept under
 * `aside/`.
 */
import { straySegments } from '../../../disk/segment-header.ts';
import { isCardDamaged } from '../../sentences.ts';
import type { Finding, Progress } from '../../backlog.ts';
import type { Summary } from '../card-index/summary.ts';
import type { FileStore } from '../file-store.ts';
import type { FileTransaction } from '../transaction/file-transaction.ts';
import type { CardRecord } from '../form/card-record.ts';
import { cardsByHistory } from '../history.ts';
import { sweepStagings } from '../recovery/left-overs.ts';
import { moveAside } from '../recovery/take-up.ts';
import { examineIndex } from './folders.ts';
import { mendJournal } from './mend-journal.ts';

/** @returns what was wrong and has been mended */
export async function repair(
  store: FileStore,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<readonly Finding[]> {
  onProgress?.({ stage: 'repairing', done: 0, total: 1 });
  const fixed: Finding[] = [];
  if (examineIndex(store).length > 0) {
    for (const path of [store.paths.indexFile, store.paths.previousIndexFile]) store.files.remove(path);
    store.forget();
    fixed.push(mended('index-rebuilt', store.paths.indexFile, 'The index was wrong or missing.', 'It was made again.'));
  }
  const isFolderGone = store.files.stat(store.paths.cards) === null;
  const byHistory = cardsByHistory(store.files, store.paths);
  await store.change((transaction) => fixed.push(...repairCards(store, transaction, byHistory)), {
    thoroughness: 'thorough',
    checkpoint: 'thorough',
    cardsFolder: 'restore',
  });
  if (isFolderGone && byHistory.size > 0) {
    const message = `The folder ${store.paths.cards} had gone.`;
    fixed.push(mended('cards-restored', store.paths.cards, message, 'Its cards were restored from the journal.'));
  }
  for (const path of straySegments(store.files, store.paths.journal)) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const kept = moveAside(store.files, store.paths, store.paths.journal, name);
    fixed.push(mended('journal-stray', path, `${path} is no part of the journal.`, `It is kept as ${kept}.`));
  }
  // Only now: the checkpoint has sealed what was the last segment, and what is sealed can be written anew.
  await store.change(() => fixed.push(...mendJournal(store.files, store.paths)));
  for (const folder of sweepStagings(store.files, store.paths, store.livenessOf, store.clock.wallMs())) {
    fixed.push(mended('left-over-staging', folder, 'A process that died left files behind.', 'They were removed.'));
  }
  return fixed;
}

function repairCards(
  store: FileStore,
  transaction: FileTransaction,
  byHistory: ReadonlyMap<string, CardRecord>,
): readonly Finding[] {
  const broken = transaction.known().map((known) => ({ known, reason: reasonOf(transaction, known) }));
  return broken.flatMap(({ known, reason }) =>
    reason === null ? [] : [repairCard(store, transaction, known, byHistory.get(known.id), reason)],
  );
}

/** What is wrong with the card's file; null when nothing is. */
function reasonOf(transaction: FileTransaction, known: Summary): string | null {
  try {
    transaction.card(known.id);
    return null;
  } catch (error) {
    if (!isCardDamaged(error)) throw error;
    return error.message.replace(/ It was left as it is.*$/, '');
  }
}

function repairCard(
  { files, paths }: FileStore,
  transaction: FileTransaction,
  known: Summary,
  record: CardRecord | undefined,
  reason: string,
): Finding {
  const place = known.archived ? 'archive' : 'cards';
  const isThere = files.stat(`${paths[place]}/${known.fileName}`) !== null;
  const kept = isThere ? moveAside(files, paths, paths[place], known.fileName) : null;
  const where = kept === null ? '' : ` The damaged file is kept as ${kept}.`;
  if (record === undefined || record.card === null) {
    transaction.forget(known.id);
    const done = `The journal knows no card that was in it, so it was taken out.${where}`;
    return { ...mended('damaged-card', known.id, reason, done), severity: 'error' };
  }
  transaction.restore(record.card, known.fileName, place);
  return {
    ...mended('damaged-card', known.id, reason, `The card was restored from the journal.${where}`),
    severity: 'error',
  };
}

function mended(code: string, subject: string, message: string, done: string): Finding {
  return { code, severity: 'info', subject, message, fixed: done, hint: null };
}
