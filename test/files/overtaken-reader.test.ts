/**
 * A reader waits for nobody. So writers overtake it: at each of its calls in turn, cards are moved into the archive or
 * out of it, or change their places in the order. And it finds what writers have left half done that died at whatever
 * call. Whatever it then shows was so at some moment.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { fileBacklog } from '../../src/backlog/files/file-backlog.ts';
import { REDO_LIMITS } from '../../src/backlog/files/recovery/redo-point.ts';
import { type ChangeTerms, FileStore, type FileStoreSettings } from '../../src/backlog/files/file-store.ts';
import type { FileTransaction } from '../../src/backlog/files/transaction/file-transaction.ts';
import { storePaths } from '../../src/backlog/files/form/layout.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { updateCard, releaseCard } from '../../src/backlog/operations/one-card.ts';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { systemClock } from '../../src/host/clock.ts';
import { currentIdentity } from '../../src/host/process-identity.ts';
import { collect, given, ids } from '../contract/given.ts';
import { intercepted } from '../model/intercepted.ts';
import { type FileStore as Home, newFileStore } from './file-store.ts';

type Work = (transaction: FileTransaction) => unknown;

/** More calls than any of them makes. */
const MOST_CALLS = 120;

const archiving: Work = (transaction) => {
  for (const id of transaction.doneIds()) {
    const card = transaction.card(id);
    if (card !== null) transaction.archive(card);
  }
};
const comingBack: Work = (transaction) => releaseCard(transaction, { id: 'done' });
const overtaking: Work = (transaction) => updateCard(transaction, { id: 'last', priority: 9 });
const movingInArchive: Work = (transaction) => updateCard(transaction, { id: 'done', priority: -5 });
const fallingBack: Work = (transaction) => updateCard(transaction, { id: 'last', priority: 1 });

const readers: Readonly<Record<string, (backlog: Backlog) => Promise<unknown>>> = {
  get: async (backlog) => expect(await backlog.get({ id: 'done' })).toMatchObject({ id: 'done' }),
  list: async (backlog) => {
    const { cards, damaged } = await backlog.list({ archived: true });
    expect(ids(cards).toSorted()).toEqual(['done', 'last', 'waits']);
    const priorities = cards.map((card) => card.priority);
    expect(priorities).toEqual(priorities.toSorted((a, b) => b - a));
    expect(damaged).toEqual([]);
  },
  export: async (backlog) => expect(await collect(backlog.export())).toHaveLength(3),
  explain: async (backlog) => {
    const [explanation] = await backlog.explain({ id: 'waits' });
    expect(explanation?.obstacles.map(({ kind }) => kind)).not.toContain('dependency-missing');
  },
  history: async (backlog) => {
    const changes = await backlog.history();
    expect(changes.map(({ seq }) => seq)).toEqual(changes.map((_, index) => index + 1));
    expect(changes.length).toBeGreaterThanOrEqual(3);
  },
  doctor: async (backlog) => {
    const { findings } = await backlog.doctor();
    const worse = findings.filter(({ severity, code }) => severity !== 'info' && code !== 'durability-relaxed');
    expect(worse).toEqual([]);
  },
};

/** What was done before, and what the reader meets. */
const meetings: readonly (readonly [string, readonly Work[], Work, ChangeTerms['checkpoint']])[] = [
  ['is being archived', [], archiving, 'when-due'],
  ['comes back from the archive', [archiving], comingBack, 'when-due'],
  ['takes another place in the order', [], overtaking, 'when-due'],
  ['takes another place in the archive', [archiving], movingInArchive, 'when-due'],
  ['goes back to the place that it had in the index', [overtaking], fallingBack, 'when-due'],
  ['stays where it is while the journal goes on in a new segment', [], () => null, 'now'],
];

describe.each(meetings)('a card that %s', (_, before, work, checkpoint) => {
  const terms = { thoroughness: 'usual', checkpoint } as const;

  for (const [name, read] of Object.entries(readers)) {
    test(`is shown by ${name}, at whatever of its calls that happens`, async () => {
      const tried = await atEachCall(async (at) => {
        const { home, writer } = await prepared(before);
        const files = new CountedFiles(at, () => void writer.tryChange(work, terms));
        const backlog = fileBacklog(new FileStore({ ...settings(home.mosaicHome), files: files.files }));
        // It knows the store as it was, as a process does that has been there for a while.
        await backlog.stats();
        await files.counting(() => read(backlog));
        await backlog.close();
        await home.remove();
        return files.calls >= at;
      });
      expect(tried).toBeGreaterThan(3);
    });

    test(`is shown by ${name}, at whatever call its writer died`, async () => {
      const tried = await atEachCall(async (at) => {
        const { home } = await prepared(before);
        const files = new CountedFiles(at, 'death');
        const writer = new FileStore({ ...settings(home.mosaicHome), files: files.files });
        await files.counting(async () => writer.tryChange(work, terms)).catch(() => null);
        const backlog = fileBacklog(new FileStore(settings(home.mosaicHome)));
        await read(backlog);
        await backlog.close();
        await home.remove();
        return files.calls >= at;
      });
      expect(tried).toBeGreaterThan(10);
    });
  }
});

/**
 * A writer that is slower than a reader: the reader begins when the change is in the journal, and the rest of it happens
 * at whatever call of the reader. The rest is a recovery's here, which has the same to do.
 */
describe.each(meetings.filter(([, , work]) => work === archiving || work === comingBack))(
  'a card that %s by halves',
  (_, before, work, checkpoint) => {
    const terms = { thoroughness: 'usual', checkpoint } as const;

    for (const [name, read] of Object.entries(readers)) {
      // History reads the journal alone.
      if (name === 'history') continue;
      test(`is shown by ${name}, at whatever of its calls the other half happens`, async () => {
        const halves = await halvesOf(before, work);
        expect(halves.length).toBeGreaterThan(2);
        for (const half of halves) {
          const tried = await atEachCall(async (at) => {
            const { home } = await prepared(before);
            const dying = new CountedFiles(half, 'death');
            const writer = new FileStore({ ...settings(home.mosaicHome), files: dying.files });
            const backlogFiles = new CountedFiles(at, () => void successor.tryChange(() => null));
            const backlog = fileBacklog(new FileStore({ ...settings(home.mosaicHome), files: backlogFiles.files }));
            const successor = new FileStore({ ...settings(home.mosaicHome), livenessOf: () => 'dead' });
            await backlog.stats();
            await dying.counting(async () => writer.tryChange(work, terms)).catch(() => null);
            await backlogFiles.counting(() => read(backlog));
            await backlog.close();
            await home.remove();
            return backlogFiles.calls >= at;
          });
          expect(tried).toBeGreaterThan(3);
        }
      });
    }
  },
);

const readersOfAnything: Readonly<Record<string, (backlog: Backlog) => Promise<unknown>>> = {
  list: (backlog) => backlog.list(),
  stats: (backlog) => backlog.stats(),
  export: (backlog) => collect(backlog.export()),
  explain: (backlog) => backlog.explain(),
  history: (backlog) => backlog.history(),
  'claim, which looks before it waits,': (backlog) => backlog.claim({ owner: 'one', waitSeconds: 0 }),
  doctor: async (backlog) =>
    expect((await backlog.doctor()).findings.map(({ code }) => code)).not.toContain('store-damaged'),
};

describe('the first card of a store', () => {
  for (const [name, read] of Object.entries(readersOfAnything)) {
    test(`is no trouble for ${name}, at whatever of its calls it is made`, async () => {
      const tried = await atEachCall(async (at) => {
        const home = await newFileStore();
        const writer = new FileStore(settings(home.mosaicHome));
        const files = new CountedFiles(at, () => {
          writer.tryChange((transaction) => createCard(transaction, { id: 'first', title: 'The first' }));
        });
        const backlog = fileBacklog(new FileStore({ ...settings(home.mosaicHome), files: files.files }));
        await files.counting(() => read(backlog));
        expect(await collect(backlog.export())).toHaveLength(files.calls >= at ? 1 : 0);
        await backlog.close();
        await home.remove();
        return files.calls >= at;
      });
      expect(tried).toBeGreaterThan(1);
    });
  }
});

/** @returns the calls behind the append to the journal after which something else stands in the folders than before */
async function halvesOf(before: readonly Work[], work: Work): Promise<readonly number[]> {
  const { home } = await prepared(before);
  const names: string[] = [];
  const files = intercepted(nodeFileSystem, (name, call) => {
    names.push(name);
    return call();
  });
  new FileStore({ ...settings(home.mosaicHome), files }).tryChange(work);
  await home.remove();
  const appended = names.lastIndexOf('write');
  return names.flatMap((name, index) =>
    index >= appended && ['write', 'rename', 'remove'].includes(name) ? [index + 1] : [],
  );
}

/** @returns how many calls there were */
async function atEachCall(attempt: (at: number) => Promise<boolean>): Promise<number> {
  for (let at = 1; at <= MOST_CALLS; at += 1) {
    if (!(await attempt(at))) return at - 1;
  }
  throw new Error(`There are more than ${MOST_CALLS} calls.`);
}

async function prepared(before: readonly Work[]): Promise<{ readonly home: Home; readonly writer: FileStore }> {
  const home = await newFileStore();
  onTestFinished(() => home.remove());
  const writer = new FileStore(settings(home.mosaicHome));
  const cards = [
    { id: 'done', status: 'done', priority: 5 },
    { id: 'waits', dependsOn: ['done'], priority: 3 },
    { id: 'last', priority: 1 },
  ] as const;
  await given(fileBacklog(writer), ...cards);
  // So that the index of whoever comes has these cards in its order, and the changes that follow beside it.
  await writer.change(() => null, { checkpoint: 'now' });
  for (const earlier of before) await writer.change(earlier);
  return { home, writer };
}

/** A file system that has something happen at one of its calls. */
class CountedFiles {
  calls = 0;
  readonly files: FileSystem = intercepted(nodeFileSystem, (_, call) => {
    if (this.#isCounting) this.#count();
    return call();
  });
  readonly #at: number;
  readonly #happen: (() => void) | 'death';
  #isCounting = false;
  #isDead = false;

  /** @param happen before the call of that number; a death is right after it */
  constructor(at: number, happen: (() => void) | 'death') {
    this.#at = at;
    this.#happen = happen;
  }

  async counting<T>(work: () => Promise<T>): Promise<T> {
    this.#isCounting = true;
    const result = await work();
    this.#isCounting = false;
    return result;
  }

  #count(): void {
    this.calls += 1;
    if (this.#isDead) throw new Error('It died.');
    if (this.calls !== this.#at) return;
    if (this.#happen === 'death') this.#isDead = true;
    else this.#happen();
  }
}

let tokens = 0;

function settings(mosaicHome: string): FileStoreSettings {
  return {
    ...{ files: nodeFileSystem, paths: storePaths(mosaicHome), clock: systemClock, identity: currentIdentity() },
    ...{ livenessOf: () => 'alive' as const, newToken: () => `${process.pid}${(tokens += 1)}` },
    ...{
      durable: false,
      staleMs: 60_000,
      spareAfterMs: 250,
      redoLimits: REDO_LIMITS,
      flushFileSystem: async () => 'not-to-be-had' as const,
      actor: 'test',
      sleep: async () => undefined,
      random: () => 0.5,
    },
  };
}
