/** The doctor: looks at everything, says what is wrong in plain words, and repairs what is safe to repair. */
import { MosaicError } from '../../../errors.ts';
import type { DoctorOptions, DoctorReport, Finding } from '../../backlog.ts';
import type { Summary } from '../card-index/summary.ts';
import { examineEdges } from '../../operations/findings.ts';
import type { FileStore } from '../file-store.ts';
import type { Knowledge } from '../knowledge.ts';
import { examineCards, examineKeys } from './cards.ts';
import { examineFolders, examineIndex, examineJournal } from './folders.ts';
import { repair } from './repair.ts';

export async function examine(store: FileStore, options: DoctorOptions): Promise<DoctorReport> {
  const fixed = options.fix === true ? await repair(store, options.onProgress) : [];
  store.forget();
  const indexFindings = examineIndex(store);
  const found = await look(store, options);
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

type Found = { readonly findings: readonly Finding[] } & Pick<DoctorReport, 'cards' | 'archived' | 'lastSeq'>;

async function look(store: FileStore, options: DoctorOptions): Promise<Found> {
  try {
    return await store.read((transaction, knowledge) => {
      const summaries = [...knowledge.index.all()];
      const findings = [
        ...examineCards(store, transaction, summaries, options.onProgress),
        ...examineEdges(summaries),
        ...examineKeys(summaries),
        ...examineFolders(store),
        ...examineJournal(store),
      ];
      return { findings, ...counts(knowledge, summaries) };
    }, 'thorough');
  } catch (error) {
    return { findings: [storeDamage(store, error)], cards: 0, archived: 0, lastSeq: 0 };
  }
}

function counts(
  knowledge: Knowledge,
  summaries: readonly Summary[],
): Pick<DoctorReport, 'cards' | 'archived' | 'lastSeq'> {
  const archived = summaries.filter((summary) => summary.archived).length;
  return { cards: summaries.length - archived, archived, lastSeq: knowledge.lastSeq };
}

/** The folder with the cards has gone: that is all there is to say, and the journal has to be looked at. */
function storeDamage(store: FileStore, error: unknown): Finding {
  if (!(error instanceof MosaicError) || error.code !== 'STORE_DAMAGED') throw error;
  const { message, hint } = error;
  return { code: 'store-damaged', severity: 'error', subject: store.paths.root, message, fixed: null, hint };
}
