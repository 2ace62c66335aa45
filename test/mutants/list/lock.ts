/** Bugs in who may hold the lock, and in what keeps everybody else out. */
import type { Mutant } from '../mutant.ts';

const LOCK = 'src/disk/numbered-lock.ts';
const STORE = 'src/backlog/files/file-store.ts';
const BRING_UP = 'src/backlog/files/recovery/bring-up.ts';
const IDENTITY = 'src/host/process-identity.ts';
const LOCK_MODEL = ['test/model/lock.test.ts', 'test/model/commit.test.ts'];
const COMMIT_MODEL = ['test/model/commit.test.ts', 'test/model/late-steps.test.ts', 'test/model/walks.test.ts'];
const REAL_HOLDERS = ['test/hostile/holders.test.ts'];

export const LOCK_MUTANTS: readonly Mutant[] = [
  {
    name: 'lock-name-reused',
    breaks: 'Whoever gives the lock back removes all of its names, so that the numbers begin anew.',
    edits: [
      {
        file: LOCK,
        from: "mark(files, name, `${name}.${complete ? 'free' : 'open'}`);",
        to: 'prune(files, folder, files.list(folder) ?? [], generation + 1);',
      },
    ],
    tests: LOCK_MODEL,
  },
  {
    name: 'lock-overwritten',
    breaks: 'Whoever comes second takes the name of the lock from whoever came first.',
    edits: [
      {
        file: LOCK,
        from: 'return files.link(identityPath, `${folder}/${generation}`);',
        to: 'files.remove(`${folder}/${generation}`); return files.link(identityPath, `${folder}/${generation}`);',
      },
    ],
    tests: LOCK_MODEL,
  },
  {
    name: 'no-second-listing',
    breaks: 'Nobody looks whether the number taken had long been used and pruned.',
    edits: [{ file: LOCK, from: 'if (highest(names) !== generation) return', to: 'if (names.length === 0) return' }],
    tests: LOCK_MODEL,
  },
  {
    name: 'resumed-without-its-mark',
    breaks: 'Whoever takes the lock again at once does not look whether the numbers above its last were long used.',
    edits: [
      { file: LOCK, from: 'if (files.stat(`${folder}/${marked}`) === null) return', to: 'if (generation < 0) return' },
    ],
    tests: LOCK_MODEL,
  },
  {
    name: 'knowledge-not-refreshed',
    breaks: 'Whoever takes the lock believes to know everything, though others have had it.',
    edits: [{ file: BRING_UP, from: '  if (!lock.isResumed) return false;\n', to: '' }],
    tests: COMMIT_MODEL,
  },
  {
    name: 'released-without-its-generation',
    breaks: 'Whoever gives the lock back marks the highest generation, and not its own.',
    edits: [
      {
        file: LOCK,
        from: "mark(files, name, `${name}.${complete ? 'free' : 'open'}`);",
        to: "mark(files, name, `${folder}/${highest(files.list(folder) ?? [])}.${complete ? 'free' : 'open'}`);",
      },
    ],
    tests: LOCK_MODEL,
  },
  {
    name: 'marked-though-lost',
    breaks: 'Whoever has lost the lock marks it as given back all the same.',
    edits: [{ file: LOCK, from: '      if (!complete && !this.isHeld()) return false;\n', to: '' }],
    tests: COMMIT_MODEL,
  },
  {
    name: 'marked-by-identity',
    breaks: 'Whoever was fenced off late, for a lock lost long ago, cannot give back the one they hold.',
    edits: [
      {
        file: LOCK,
        from: "mark(files, name, `${name}.${complete ? 'free' : 'open'}`);",
        to: "mark(files, settings.identityPath, `${name}.${complete ? 'free' : 'open'}`);",
      },
    ],
    tests: ['test/disk/numbered-lock.test.ts'],
  },
  {
    name: 'name-kept-though-lost',
    breaks: 'Whoever has lost the lock takes it again under the name for which they are yet to be fenced off.',
    edits: [{ file: 'src/backlog/files/registry-lock.ts', from: '      if (!isGivenBack) this.close();\n', to: '' }],
    tests: COMMIT_MODEL,
  },
  {
    name: 'stale-by-age-alone',
    breaks: 'A lock that looks old is taken over at once, though its holder may have just been woken.',
    edits: [{ file: 'src/disk/holder.ts', from: ' && evidence.observedMs >= times.graceMs', to: '' }],
    tests: ['test/disk/holder.test.ts'],
  },
  {
    name: 'age-not-looked-at',
    breaks: 'Whoever is not proven dead holds the lock for ever.',
    edits: [
      {
        file: 'src/disk/holder.ts',
        from: "oldByItsDate || oldByOurWatch ? 'stale'",
        to: "evidence.lockAgeMs < 0 && oldByItsDate && oldByOurWatch ? 'stale'",
      },
    ],
    tests: ['test/disk/holder.test.ts'],
  },
  {
    name: 'signal-as-only-proof',
    breaks: 'A holder is dead when no process has its pid, and alive when any process has, a zombie or a stranger.',
    edits: [
      {
        file: IDENTITY,
        from: '  const state = readProcessState(String(other.pid));',
        to:
          "  if (other.pid > 0) { try { process.kill(other.pid, 0); return 'alive'; } catch { return 'dead'; } }\n" +
          '  const state = readProcessState(String(other.pid));',
      },
    ],
    tests: REAL_HOLDERS,
  },
  {
    name: 'start-time-not-compared',
    breaks: 'A process that was given the pid of the holder passes for it.',
    edits: [
      {
        file: IDENTITY,
        from: 'other.startTicks !== null && state.startTicks !== other.startTicks',
        to: "other.startTicks === '-'",
      },
    ],
    tests: REAL_HOLDERS,
  },
  {
    name: 'pid-namespace-not-compared',
    breaks: 'A pid of another namespace is looked up in this one.',
    edits: [
      {
        file: IDENTITY,
        from: "  if (other.pidNamespace === null || other.pidNamespace !== self.pidNamespace) {\n    return 'unknown';\n  }\n",
        to: '',
      },
    ],
    tests: REAL_HOLDERS,
  },
  {
    name: 'boot-not-compared',
    breaks: 'A holder from before the machine was restarted is looked up among the processes of today.',
    edits: [{ file: IDENTITY, from: "  if (other.bootId !== self.bootId) {\n    return 'dead';\n  }\n", to: '' }],
    tests: REAL_HOLDERS,
  },
  {
    name: 'no-fence',
    breaks: 'A taker-over does not keep the holder before it from putting its files in place.',
    edits: [{ file: BRING_UP, from: '  fence(settings, lock);\n', to: '' }],
    tests: COMMIT_MODEL,
  },
  {
    name: 'fence-after-recovery',
    breaks: 'A taker-over recovers first, and keeps the holder before it out only then.',
    edits: [
      { file: BRING_UP, from: '  fence(settings, lock);\n', to: '' },
      { file: BRING_UP, from: '  lock.markOver();\n', to: '  fence(settings, lock);\n  lock.markOver();\n' },
    ],
    tests: COMMIT_MODEL,
  },
  {
    name: 'fenced-by-the-name-last',
    breaks: 'Whoever is being fenced off misses a file while its name is still there, and does not know why.',
    edits: [{ file: 'src/disk/staging.ts', from: '  files.remove(`${folder}/${IDENTITY}`);\n', to: '' }],
    tests: ['test/disk/staging.test.ts'],
  },
  {
    name: 'marked-over-before-recovery',
    breaks: 'Holders that may be alive are marked as over before recovery is through.',
    edits: [
      { file: BRING_UP, from: '  lock.markOver();\n', to: '' },
      { file: BRING_UP, from: '  fence(settings, lock);\n', to: '  fence(settings, lock);\n  lock.markOver();\n' },
    ],
    tests: COMMIT_MODEL,
  },
  {
    name: 'lock-not-looked-at-before-appending',
    breaks: 'A holder does not ask, after it has read the journal, whether the lock is still its own.',
    edits: [
      {
        file: BRING_UP,
        from: '  if (!lock.isHeld()) throw lockLost();\n  if (isFolderGone)',
        to: '  if (isFolderGone)',
      },
    ],
    tests: COMMIT_MODEL,
  },
  {
    name: 'lock-not-looked-at-after-appending',
    breaks: 'A holder says that its change has happened without asking whether it was sealed off.',
    edits: [
      {
        file: 'src/backlog/files/commit.ts',
        from: 'if (!isStillHeld(lock)) {',
        to: 'if (lock.generation < 0 && !isStillHeld(lock)) {',
      },
    ],
    tests: COMMIT_MODEL,
  },
  {
    name: 'rehearsal-by-who-lost-the-lock',
    breaks: 'A rehearsal that was taken over answers with a mixture of past and present.',
    edits: [{ file: STORE, from: 'if (transaction.records.length === 0 && !lock.isHeld()) throw lockLost();', to: '' }],
    tests: ['test/model/rehearsal.test.ts'],
  },
  {
    name: 'released-as-complete',
    breaks: 'The lock is given back as if everything were in place, whatever has happened.',
    edits: [{ file: STORE, from: 'this.#lock.release(lock, complete);', to: 'this.#lock.release(lock, true);' }],
    tests: ['test/faults', ...COMMIT_MODEL],
  },
  {
    name: 'unreadable-identity-is-alive',
    breaks: 'An identity that a power cut has emptied is believed to be somebody until its lock is stale.',
    edits: [
      {
        file: 'src/backlog/files/registry-lock.ts',
        from: "other === null ? ('dead' as const) :",
        to: "other === null ? ('unknown' as const) :",
      },
    ],
    tests: [...REAL_HOLDERS, 'test/crash'],
  },
];
