/** Bugs in what comes after an accident: recovery, and edits by hand; and in putting changes in place. */
import type { Mutant } from '../mutant.ts';

const BRING_UP = 'src/backlog/files/recovery/bring-up.ts';
const COMMIT = 'src/backlog/files/commit.ts';
const RECOVERY = 'src/backlog/files/recovery/recovery.ts';
const SPARES = 'src/disk/spare-files.ts';
const CRASH = ['test/crash'];
const COMMIT_MODEL = ['test/model/commit.test.ts', 'test/model/walks.test.ts'];

export const RECOVERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'no-recovery-after-a-reboot',
    breaks: 'After a restart of the machine the files are believed as they are.',
    edits: [
      {
        file: BRING_UP,
        from: 'begun && knowledge.bootId !== terms.bootId',
        to: 'begun && knowledge.bootId === undefined',
      },
    ],
    tests: ['test/crash/power-cut.test.ts'],
  },
  {
    name: 'no-recovery-after-a-kill',
    breaks: 'What a killed process had committed is not put in place.',
    edits: [
      {
        file: RECOVERY,
        from: 'return knowledge.lastChanges;',
        to: 'return new Map();',
      },
    ],
    tests: COMMIT_MODEL,
  },
  {
    name: 'trouble-forgotten',
    breaks: 'After a generation that ended in trouble, what it flushed is believed to be on the disk.',
    edits: [{ file: RECOVERY, from: 'if (rebooted || lock.isAfterTrouble) return', to: 'if (rebooted) return' }],
    tests: ['test/crash/failed-flush.test.ts'],
  },
  {
    name: 'not-written-afresh',
    breaks: 'Files whose flush has failed are flushed again, and not written again.',
    edits: [{ file: RECOVERY, from: ' || (afresh && settlement.isAsCommitted)', to: '' }],
    tests: ['test/crash/failed-flush.test.ts'],
  },
  {
    name: 'left-over-in-the-archive',
    breaks: 'Recovery leaves a card in both folders.',
    edits: [
      {
        file: RECOVERY,
        from: 'if (settlement.leftOver !== null) leftOver.push(',
        to: 'if (settlement.leftOver === undefined) leftOver.push(',
      },
    ],
    tests: CRASH,
  },
  {
    name: 'room-made-without-a-copy',
    breaks: 'A file that somebody else has put where a committed change belongs is written over.',
    edits: [
      {
        file: RECOVERY,
        from: '    for (const place of settlement.foreign) copyAside(files, paths, paths[place], name);\n',
        to: '',
      },
    ],
    tests: ['test/files/hand-edits.test.ts'],
  },
  {
    name: 'temporary-name-used-twice',
    breaks: 'Two files of one change are prepared under the same name.',
    edits: [
      {
        file: 'src/disk/staging.ts',
        from: '    const path = this.#newPath();\n    writeNew(',
        to: '    const path = `${this.#folder}/1`;\n    this.#files.remove(path);\n    writeNew(',
      },
    ],
    tests: ['test/contract', 'test/model/walks.test.ts'],
  },
  {
    name: 'written-over-before-the-flush',
    breaks: 'A file that was replaced is written over though a power cut may still give it its name back.',
    edits: [{ file: SPARES, from: 'spare.since.epoch >= now.epoch || ', to: '' }],
    tests: ['test/crash/power-cut.test.ts', 'test/disk/spare-files.test.ts'],
  },
  {
    name: 'written-over-with-another-name',
    breaks: 'A file that was replaced is written over though somebody has given it another name, too.',
    edits: [{ file: SPARES, from: 'links === 1', to: 'links >= 1' }],
    tests: ['test/disk/spare-files.test.ts'],
  },
  {
    name: 'read-while-written-over',
    breaks: 'A reader believes what it finds in a file that was replaced after it had opened it.',
    edits: [
      {
        file: 'src/disk/node-filesystem.ts',
        from: ' && !isUnchanged(path, read.stat)',
        to: ' && read.stat.bytes < 0',
      },
    ],
    tests: ['test/disk/spare-files.test.ts'],
  },
  {
    name: 'mixture-taken-for-an-edit',
    breaks: 'What a power cut has mixed of a new card and the one that had stood in its file passes for an edit.',
    edits: [
      {
        file: 'src/backlog/files/recovery/take-up.ts',
        from: ' && !(rebooted && isMixture(home, change))',
        to: " && (rebooted || home.kind === 'card')",
      },
    ],
    tests: ['test/crash/power-cut.test.ts'],
  },
  {
    name: 'taken-away-past-the-fence',
    breaks: 'A card is removed by its path, so that whoever is fenced off can still remove it.',
    edits: [
      {
        file: COMMIT,
        from: 'staging.takeAway(`${paths.cards}/${record.file}`)',
        to: 'files.remove(`${paths.cards}/${record.file}`)',
      },
      {
        file: COMMIT,
        from: 'staging.takeAway(`${paths[from]}/${record.file}`)',
        to: 'files.remove(`${paths[from]}/${record.file}`)',
      },
    ],
    tests: ['test/model'],
  },
  {
    name: 'archived-and-left',
    breaks: 'A card that goes to the archive stays among the others as well.',
    edits: [{ file: COMMIT, from: 'else if (moved.has(id)) staging', to: 'else if (moved.has(`${id} `)) staging' }],
    tests: ['test/contract', 'test/files', 'test/crash'],
  },
  {
    name: 'placed-before-committed',
    breaks: "The card's file is in place before its line is in the journal.",
    edits: [
      {
        file: COMMIT,
        from: '  const texts = textsOf(',
        to:
          '  const early = { beforeMs: knowledge.stampMs, afterMs: records.at(-1)?.atMs ?? 0 };\n' +
          '  putInPlace(settings, changes, staged, early, now);\n' +
          '  const texts = textsOf(',
      },
      {
        file: COMMIT,
        from: '    putInPlace(settings, changes, staged, stamp, now);\n    return',
        to: '    return',
      },
    ],
    tests: ['test/crash/power-cut.test.ts', 'test/faults'],
  },
  {
    name: 'sealed-off-lines-kept',
    breaks: 'A process goes on with what it has read of lines that were sealed off since.',
    edits: [
      {
        file: 'src/backlog/files/knowledge.ts',
        from: 'if (next === null || (next.follows !== null && next.follows.bytes < bytes)) return false;',
        to: 'if (next === null) return false;',
      },
    ],
    tests: ['test/files/sealed-off.test.ts'],
  },
  {
    name: 'edits-forgotten-in-recovery',
    breaks: 'A card that somebody has put into the folder is not seen when the next command has to recover first.',
    edits: [
      {
        file: 'src/backlog/files/checkpoint.ts',
        from: 'restamp(files, paths, stampMs, knowledge.stampMs);',
        to: 'files.setModifiedAt(paths.cards, knowledge.stampMs);',
      },
    ],
    tests: ['test/files/hand-edits.test.ts'],
  },
  {
    name: 'rot-taken-for-an-edit',
    breaks: 'What a bad disk has made of a card counts as an edit.',
    edits: [
      {
        file: 'src/backlog/files/recovery/take-up.ts',
        from: 'if (!bearsTime(file, known.updatedAtMs)) return false;',
        to: 'if (file.modifiedMs >= 0) return false;',
      },
    ],
    tests: ['test/files/damaged-store.test.ts'],
  },
];
