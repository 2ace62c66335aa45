/** The doctor: looks at everything, says what is wrong in plain words, and repairs what is safe to repair. */
import type { Card } from '../../../card/card.ts';
import type { DoctorOptions, DoctorReport, Finding, Progress } from '../../backlog.ts';
import { readCardFile } from '../form/card-file.ts';
import type { Summary } from '../card-index/summary.ts';
import { examineCards, examineEdges, examineKeys } from './cards.ts';
import { examineFolders, examineIndex, examineJournal } from './folders.ts';
import type { FileStore } from '../file-store.ts';
import type { FileTransaction } from '../file-transaction.ts';
import { readHistory } from '../history.ts';
import { sweepStagings } from '../left-overs.ts';
import type { Knowledge } from '../knowledge.ts';
import { copyAside } from '../take-up.ts';

export async function examine(store: FileStore, options: DoctorOptions): Promise<DoctorReport> {
  const fixed: Finding[] = options.fix === true ? await fix(store, options.onProgress) : [];
  store.forget();
  const indexFindings = examineIndex(store);
  const found = await store.read((transaction, knowledge) => {
    const summaries = [...knowledge.index.all()];
    const findings = [
      ...examineCards(store, transaction, summaries, options.onProgress),
      ...examineEdges(knowledge.index, summaries),
      ...examineKeys(summaries),
      ...examineFolders(store),
      ...examineJournal(store),
    ];
    return { findings, ...counts(knowledge, summaries) };
  }, 'thorough');
  const findings = [...fixed, ...indexFindings, ...found.findings];
  return {
    healthy: findings.every((finding) => finding.severity !== 'error' || finding.fixed !== null),
    store: store.paths.root,
    durability: store.durable ? 'full' : 'relaxed',
    cards: found.cards,
    archived: found.archived,
    lastSeq: found.lastSeq,
    findings,
  };
}

function counts(
  knowledge: Knowledge,
  summaries: readonly Summary[],
): Pick<DoctorReport, 'cards' | 'archived' | 'lastSeq'> {
  const archived = summaries.filter((summary) => summary.archived).length;
  return { cards: summaries.length - archived, archived, lastSeq: knowledge.lastSeq };
}

/** Nothing here removes the only copy of anything: what has to make room is kept under `aside/`. */
async function fix(store: FileStore, onProgress: ((progress: Progress) => void) | undefined): Promise<Finding[]> {
  const fixed: Finding[] = [];
  onProgress?.({ stage: 'repairing', done: 0, total: 1 });
  if (examineIndex(store).length > 0) {
    store.files.remove(store.paths.indexFile);
    store.forget();
    fixed.push(mended('index-rebuilt', store.paths.indexFile, 'The index was wrong or missing.', 'It was made again.'));
  }
  const lastGood = lastGoodCards(store);
  await store.change(
    (transaction) => {
      for (const finding of restoreDamaged(store, transaction, lastGood)) fixed.push(finding);
    },
    { thoroughness: 'thorough', checkpoint: 'now' },
  );
  for (const folder of sweepStagings(store.files, store.paths, store.livenessOf, store.clock.wallMs())) {
    fixed.push(mended('left-over-staging', folder, 'A process that died left files behind.', 'They were removed.'));
  }
  return fixed;
}

function lastGoodCards(store: FileStore): ReadonlyMap<string, Card> {
  const cards = new Map<string, Card>();
  for (const record of readHistory(store.files, store.paths, 0)) {
    if (record.card === null) cards.delete(record.id);
    else cards.set(record.id, record.card);
  }
  return cards;
}

function restoreDamaged(
  store: FileStore,
  transaction: FileTransaction,
  lastGood: ReadonlyMap<string, Card>,
): readonly Finding[] {
  const { files, paths } = store;
  const fixed: Finding[] = [];
  for (const known of transaction.damaged()) {
    const card = lastGood.get(known.id);
    const file = readCardFile(files, paths.cards, known.fileName, transaction.nowMs);
    if (
      card === undefined ||
      file.kind !== 'damaged' ||
      files.stat(`${paths.cards}/${known.fileName}`)?.kind !== 'file'
    ) {
      continue;
    }
    const kept = copyAside(files, paths, paths.cards, known.fileName);
    transaction.restore(card, known.fileName);
    const message = `The file of card ${known.id} could not be used: ${file.reason}.`;
    const done = `The card was restored from the journal; the damaged file is kept as ${kept}.`;
    fixed.push({ ...mended('damaged-card', known.id, message, done), severity: 'error' });
  }
  return fixed;
}

function mended(code: string, subject: string, message: string, done: string): Finding {
  return { code, severity: 'info', subject, message, fixed: done, hint: null };
}
