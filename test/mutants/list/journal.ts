/** Bugs in what is flushed when, and in what a journal's line has to be. */
import type { Mutant } from '../mutant.ts';

const JOURNAL = 'src/disk/journal.ts';
const WHOLE_FLUSH = 'src/backlog/files/recovery/whole-flush.ts';
const BRING_UP = 'src/backlog/files/recovery/bring-up.ts';
const CHECKPOINT = 'src/backlog/files/checkpoint.ts';
const REDO_POINT = 'src/backlog/files/recovery/redo-point.ts';
const GROUP = 'src/backlog/files/group-commit.ts';
const POWER_CUT = ['test/crash/power-cut.test.ts'];
const AFTERWARDS = ['test/crash/flush-afterwards.test.ts'];
const TWO_ACCIDENTS = ['test/crash/kill-then-power-cut.test.ts', ...POWER_CUT];

export const JOURNAL_MUTANTS: readonly Mutant[] = [
  {
    name: 'line-not-flushed',
    breaks: 'A change is acknowledged before its line in the journal is flushed.',
    edits: [{ file: JOURNAL, from: 'if (durable) files.flushData(descriptor);', to: '' }],
    tests: POWER_CUT,
  },
  {
    name: 'failed-flush-retried',
    breaks: 'A flush that failed is tried again, and believed when it then says yes.',
    edits: [
      {
        file: JOURNAL,
        from: 'if (durable) files.flushData(descriptor);',
        to: 'try { if (durable) files.flushData(descriptor); } catch { files.flushData(descriptor); }',
      },
    ],
    tests: ['test/crash/failed-flush.test.ts', 'test/faults'],
  },
  {
    name: 'failed-flush-is-no-change',
    breaks: 'After a flush that failed, the answer is that nothing was changed.',
    edits: [{ file: JOURNAL, from: 'kind: flushing || !takenBack ?', to: 'kind: !takenBack ?' }],
    tests: ['test/faults', 'test/crash/failed-flush.test.ts'],
  },
  {
    name: 'failed-flush-is-success',
    breaks: 'A flush that failed counts as one that did not.',
    edits: [
      {
        file: JOURNAL,
        from: 'if (durable) files.flushData(descriptor);',
        to: 'try { if (durable) files.flushData(descriptor); } catch {}',
      },
    ],
    tests: ['test/faults', 'test/crash/failed-flush.test.ts'],
  },
  {
    name: 'segment-not-flushed',
    breaks: 'A new segment gets its name before its first line is flushed.',
    edits: [{ file: JOURNAL, from: 'if (durable) flushFile(files, staged);', to: '' }],
    tests: POWER_CUT,
  },
  {
    name: 'segment-name-not-flushed',
    breaks:
      'The name of a new segment is not flushed, so that a power cut takes it with everything acknowledged in it.',
    edits: [
      {
        file: JOURNAL,
        from: '  if (durable) flushFolder(files, folder);\n  const { follows }',
        to: '  const { follows }',
      },
    ],
    tests: POWER_CUT,
  },
  {
    name: 'way-to-the-store-not-flushed',
    breaks: 'The folders that lead to a new store are not flushed by whoever puts the first thing into it.',
    edits: [{ file: JOURNAL, from: 'if (durable && header.segment === 1) flushWayTo(files, folder);', to: '' }],
    tests: TWO_ACCIDENTS,
  },
  {
    name: 'built-on-unflushed-lines',
    breaks: 'A taker-over builds on lines that the one before had written and not flushed.',
    edits: [
      {
        file: BRING_UP,
        from: 'if (begun && !lock.isCleanStart && durable) flushSegment(',
        to: 'if (begun && rebooted && durable) flushSegment(',
      },
    ],
    tests: TWO_ACCIDENTS,
  },
  {
    name: 'no-seal',
    breaks: 'The segment of a taker-over does not say how much of the one before counts, so late lines count, too.',
    edits: [
      {
        file: CHECKPOINT,
        from: 'follows: knowledge.position.segment === 0 ? null : knowledge.position,',
        to: 'follows: segment === 1 ? null : { segment: segment - 1, bytes: Number.MAX_SAFE_INTEGER },',
      },
    ],
    tests: ['test/model/commit.test.ts', 'test/model/late-steps.test.ts'],
  },
  {
    name: 'takeover-opens-no-segment',
    breaks: 'Whoever takes the lock over appends to the segment in which the one before may still write.',
    edits: [
      {
        file: BRING_UP,
        from: 'if (!begun || rebooted || !lock.isCleanStart || knowledge.trailingBytes > 0) {',
        to: 'if (!begun || rebooted || knowledge.trailingBytes > 0) {',
      },
    ],
    tests: ['test/model/commit.test.ts', 'test/model/late-steps.test.ts'],
  },
  {
    name: 'unfinished-line-built-upon',
    breaks: 'A line is appended behind one that was never finished, or has lost its end, and both are lost.',
    edits: [{ file: BRING_UP, from: ' || knowledge.trailingBytes > 0) {', to: ') {' }],
    tests: ['test/files/damaged-store.test.ts'],
  },
  {
    name: 'checksum-not-looked-at',
    breaks: 'A line of the journal counts whatever its checksum says.',
    edits: [
      {
        file: 'src/disk/sealed-line.ts',
        from: 'if (line.slice(PREFIX.length, PREFIX.length + 8) !== checksum(line.slice(HEAD))) return null;',
        to: '',
      },
    ],
    tests: ['test/disk/sealed-line.test.ts', 'test/damage', 'test/crash'],
  },
  {
    name: 'half-a-transaction-counts',
    breaks: 'The end of a transaction counts for the whole of it when a power cut has kept only that.',
    edits: [{ file: JOURNAL, from: 'pending.length !== (value.of ?? pending.length)', to: 'pending.length === 0' }],
    tests: POWER_CUT,
  },
  {
    name: 'short-write-taken-for-whole',
    breaks: 'A write that takes only a part of the bytes counts as done.',
    edits: [
      { file: 'src/disk/filesystem.ts', from: 'while (written < bytes.length) {', to: 'if (bytes.length > 0) {' },
    ],
    tests: ['test/disk', 'test/faults'],
  },
  {
    name: 'cards-not-flushed',
    breaks: 'A checkpoint does not flush the cards that it says are settled.',
    edits: [{ file: REDO_POINT, from: 'if (settings.durable) flushCards(settings, knowledge, redo.segment);', to: '' }],
    tests: POWER_CUT,
  },
  {
    name: 'card-files-not-flushed',
    breaks: "A checkpoint flushes the cards' folder and not their files.",
    edits: [
      {
        file: REDO_POINT,
        from: 'if (card !== null && isLast) flushIfThere(',
        to: 'if (card === undefined) flushIfThere(',
      },
    ],
    tests: POWER_CUT,
  },
  {
    name: 'only-old-states-flushed',
    breaks: 'A checkpoint flushes the cards that were changed again since, and believes the others to be on the disk.',
    edits: [{ file: REDO_POINT, from: 'card !== null && isLast', to: 'card !== null && !isLast' }],
    tests: POWER_CUT,
  },
  {
    name: 'redo-point-runs-ahead',
    breaks: 'A checkpoint says that everything is safe, and has flushed only what was changed long ago.',
    edits: [{ file: REDO_POINT, from: '  return redo;\n', to: '  return end;\n' }],
    tests: POWER_CUT,
  },
  {
    name: 'redo-from-the-last-segment',
    breaks: 'After a power cut only what the last segment holds is put in place again.',
    edits: [
      {
        file: 'src/backlog/files/recovery/redo.ts',
        from: 'for (let { segment } = knowledge.redo;',
        to: 'for (let { segment } = knowledge.position;',
      },
    ],
    tests: POWER_CUT,
  },
  {
    name: 'index-made-of-torn-cards',
    breaks:
      'An index that is made anew after a power cut believes the files, and not what the journal holds since the redo point.',
    edits: [{ file: 'src/backlog/files/knowledge.ts', from: 'rebuildFrom(files, paths, nowMs, redo) ??', to: '' }],
    tests: POWER_CUT,
  },
  {
    name: 'refused-but-done',
    breaks: 'Of a change that is refused, what it had begun is committed with the others of its group.',
    edits: [
      {
        file: GROUP,
        from: 'transaction.rollBack(savepoint);',
        to: 'transaction.rollBack({ ...savepoint, steps: 1e9, records: 1e9 });',
      },
    ],
    tests: ['test/files/group-commit.test.ts'],
  },
  {
    name: 'one-full-disk-for-all',
    breaks: 'When the disk has no room for one card, nobody in the group gets theirs.',
    edits: [
      {
        file: GROUP,
        from: 'group.length > 1 && !isAboutCommit(error)',
        to: 'group.length < 1 && !isAboutCommit(error)',
      },
    ],
    tests: ['test/files/group-commit.test.ts'],
  },
  {
    name: 'all-taken-back',
    breaks: 'A change that is refused takes those back that came before it in its group.',
    edits: [
      {
        file: GROUP,
        from: 'transaction.rollBack(savepoint);',
        to: 'transaction.rollBack({ ...savepoint, steps: 0, records: 0 });',
      },
    ],
    tests: ['test/files/group-commit.test.ts'],
  },
  {
    name: 'failed-flush-of-everything-believed',
    breaks: 'A checkpoint says that everything is safe, though the system could not write it out.',
    edits: [
      {
        file: WHOLE_FLUSH,
        from: "if (outcome === 'flushed') return",
        to: "if (outcome !== 'not-to-be-had') return",
      },
    ],
    tests: AFTERWARDS,
  },
  {
    name: 'flush-of-everything-believed-early',
    breaks: 'A checkpoint says that everything is safe while the system has only begun to write it out.',
    edits: [
      {
        file: WHOLE_FLUSH,
        from: 'this.#isOn = true;',
        to: 'this.#isOn = true; this.#flushedBefore = before;',
      },
    ],
    tests: AFTERWARDS,
  },
  {
    name: 'flush-of-everything-asked-again',
    breaks:
      'Somebody died who alone was told that a file could not be written, and the next one asks again and believes.',
    edits: [{ file: WHOLE_FLUSH, from: 'if (lock.isCleanStart) {', to: 'if (lock.generation > 0) {' }],
    tests: AFTERWARDS,
  },
  {
    name: 'owed-flush-taken-for-done',
    breaks:
      'The checkpoint behind a change of very many cards says that they are safe before anybody has flushed them.',
    edits: [{ file: REDO_POINT, from: "'nothing') return redo;", to: "'nothing') return end;" }],
    tests: AFTERWARDS,
  },
  {
    name: 'cards-folder-not-flushed',
    breaks: "A checkpoint flushes the cards' files and not the folder with their names.",
    edits: [{ file: CHECKPOINT, from: '  flushFolder(files, paths.cards);\n', to: '' }],
    tests: POWER_CUT,
  },
  {
    name: 'archive-folder-not-flushed',
    breaks: 'A checkpoint forgets the folder of the archive.',
    edits: [{ file: CHECKPOINT, from: '  flushFolder(files, paths.archive);\n', to: '' }],
    tests: POWER_CUT,
  },
  {
    name: 'strays-left-in-the-way',
    breaks: 'What lies behind a gap in the journal becomes a part of it when the gap is filled.',
    edits: [{ file: CHECKPOINT, from: '  clearTheWay(settings, knowledge.position.segment);\n', to: '' }],
    tests: ['test/files/damaged-store.test.ts'],
  },
  {
    name: 'numbers-used-again',
    breaks: 'A journal that has lost its last segment gives the numbers of its records out again.',
    edits: [
      {
        file: 'src/backlog/files/knowledge.ts',
        from: 'knowledge.lastSeq = Math.max(knowledge.lastSeq, knownSeq);',
        to: '',
      },
    ],
    tests: ['test/files/damaged-store.test.ts'],
  },
];
