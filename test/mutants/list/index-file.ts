/** Bugs in the index, in what a process learns of what others do, and in who looks at the journal. */
import type { Mutant } from '../mutant.ts';

export const INDEX_MUTANTS: readonly Mutant[] = [
  {
    name: 'index-checksum-not-looked-at',
    breaks: 'An index is believed whatever its checksum says.',
    edits: [
      {
        file: 'src/backlog/files/card-index/encoded/layout.ts',
        from: 'return areAsSummed(tables.body, tables.sums) ? tables : null;',
        to: 'return tables;',
      },
    ],
    tests: ['test/card-index', 'test/damage'],
  },
  {
    name: 'index-lane-not-written',
    breaks: 'What is written into the memory of the index leaves one of its lanes out.',
    edits: [
      {
        file: 'src/backlog/files/card-index/patch.ts',
        from: '  lanes.claimed.placed.copyTo(to.claimed);\n',
        to: '',
      },
    ],
    tests: ['test/card-index'],
  },
  {
    name: 'index-without-the-one-before-it',
    breaks: 'Whoever begins while a new index is put in place finds none.',
    edits: [
      {
        file: 'src/backlog/files/form/index-file.ts',
        from: 'of [paths.indexFile, paths.previousIndexFile, paths.indexFile])',
        to: 'of [paths.indexFile])',
      },
    ],
    tests: ['test/damage/index-pages.test.ts'],
  },
  {
    name: 'earlier-change-learned',
    breaks: 'Of two changes of a card that others have made the earlier one is taken in.',
    edits: [
      {
        file: 'src/backlog/files/knowledge.ts',
        from: 'for (const { records } of transactions.toReversed()) {',
        to: 'for (const { records } of transactions) {',
      },
    ],
    tests: ['test/contract', 'test/crash/two-processes.test.ts', 'test/files'],
  },
  {
    name: 'index-page-not-looked-at',
    breaks: 'A page of the index is believed whatever its checksum says.',
    edits: [
      {
        file: 'src/backlog/files/card-index/encoded/pages.ts',
        from: ' || !areAsSummed(bytes, this.#sums.subarray(first, end))',
        to: '',
      },
    ],
    tests: ['test/card-index', 'test/damage'],
  },
  {
    name: 'index-page-seen-unasked',
    breaks: 'What a page holds is looked at before the page is read.',
    edits: [
      {
        file: 'src/backlog/files/card-index/base.ts',
        from: '    this.#need(priority, slot, 1);\n',
        to: '',
      },
    ],
    tests: ['test/card-index', 'test/damage'],
  },
  {
    name: 'index-damage-not-mended',
    breaks: 'A decision that meets a damaged page is not made again.',
    edits: [
      {
        file: 'src/backlog/files/known.ts',
        from: '      if (!(error instanceof IndexDamaged)) throw error;\n',
        to: '      throw error;\n',
      },
    ],
    tests: ['test/damage'],
  },
  {
    name: 'journal-never-listed',
    breaks: 'A process that begins never looks whether there are segments behind one that is missing.',
    edits: [
      {
        file: 'src/backlog/files/knowledge.ts',
        from: 'return files.stat(paths.journal)?.modifiedMs === head.journalMs;',
        to: 'return true;',
      },
    ],
    tests: ['test/files/damaged-store.test.ts'],
  },
  {
    name: 'index-believed-without-the-card',
    breaks: 'A card is what the index says of it, whatever its file holds.',
    edits: [
      {
        file: 'src/backlog/files/inspection.ts',
        from: '    const untouched = folder !== null && bearsTime(folder, knowledge.stampMs);\n',
        to: '    const untouched = folder !== null;\n    if (untouched) return [];\n',
      },
      {
        file: 'src/backlog/files/transaction/file-transaction.ts',
        from: 'file.stamp.bytes === known.fileBytes &&\n      file.stamp.crc === known.fileCrc',
        to: 'file.stamp.bytes > 0',
      },
    ],
    tests: ['test/files/hand-edits.test.ts', 'test/crash', 'test/damage'],
  },
  {
    name: 'index-of-another-journal',
    breaks: 'An index is believed though the segment it speaks of has gone.',
    edits: [
      {
        file: 'src/backlog/files/knowledge.ts',
        from: 'if (head.position.segment === 0 || header !== null) {',
        to: 'if (head.position.segment >= 0) {',
      },
      {
        file: 'src/backlog/files/knowledge.ts',
        from: '  if (scan === null) return false;\n',
        to: '  if (scan === null) return true;\n',
      },
    ],
    tests: ['test/files', 'test/damage', 'test/crash'],
  },
];
