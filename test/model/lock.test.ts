/**
 * The numbered lock alone, with pruning so early that numbers are used up and could be taken twice: every interleaving
 * of processes that take it and give it back, with any of them killed at any call.
 */
import { describe, expect, test } from 'vitest';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { tryLock } from '../../src/disk/numbered-lock.ts';
import { Staging } from '../../src/disk/staging.ts';
import { MemoryDisk } from './memory-filesystem.ts';
import { advance, BEGINNING, type Lie, type Outside, type Trace } from './stepper.ts';

const LOCK = '/lock';
const INSIDE = '/inside';
const KEEP = 1;
/** Whoever loses so many races in a row is somewhere else by now; what he does next is explored from there. */
const MAX_LOST_RACES = 2;

/** A listing is one step, or it runs on while names come and go: then it misses all of these, or shows all of them. */
type Listing = 'at once' | 'missing' | 'showing';

function listingSo(files: FileSystem, listing: Listing): FileSystem {
  if (listing === 'at once') return files;
  const list = (path: string): readonly string[] | null => {
    const before = files.list(path);
    const after = files.list(path);
    if (before === null || after === null) return after;
    return listing === 'missing' ? before.filter((name) => after.includes(name)) : [...new Set([...before, ...after])];
  };
  return { ...files, list };
}

/** Takes the lock `rounds` times, where it `resumes` every second time without listing. A folder is made inside and removed again: it must never be there already. */
function rounds(
  outside: Outside,
  files: FileSystem,
  process: number,
  { count, resumes }: { readonly count: number; readonly resumes: boolean },
  isDead: (other: number) => boolean,
): void {
  const identityPath = `/staging/${process}/identity.json`;
  const identityInode = files.stat(identityPath)?.inode ?? 0;
  let resumeAfter: number | null = null;
  for (let [round, races] = [0, 0]; round < count && races < MAX_LOST_RACES;) {
    const attempt = tryLock({
      ...{ files, folder: LOCK, identityPath, identityInode, resumeAfter },
      wallMs: () => 0,
      leaveAloneMs: 0,
      keep: KEEP,
      judge: ({ identity }) =>
        outside.observe(() => (isDead(Number(identity)) ? 'dead' : 'alive')) === 'dead' ? 'dead' : 'alive',
    });
    // A held lock ends this attempt of the model; the state in which it is free is explored by itself.
    if (attempt.kind === 'held' || attempt.kind === 'left-alone') return;
    resumeAfter = null;
    if (attempt.kind === 'lost-race') {
      races += 1;
      continue;
    }
    if (!attempt.lock.isCleanStart) files.removeFolder(INSIDE);
    if (!files.makeFolder(INSIDE)) throw new Error(`Process ${process} is not alone inside.`);
    if (!attempt.lock.isHeld()) throw new Error(`Process ${process} has lost the lock to nobody.`);
    files.removeFolder(INSIDE);
    attempt.lock.markOver();
    attempt.lock.release(true);
    if (resumes && !attempt.lock.isResumed) resumeAfter = attempt.lock.generation;
    round += 1;
  }
}

interface World {
  readonly disk: MemoryDisk;
  readonly traces: readonly (Trace | 'over' | 'killed')[];
}

interface Exploration {
  /** How often each process takes the lock. */
  readonly counts: readonly number[];
  readonly resumes: boolean;
  readonly maxKills: number;
  readonly listing: Listing;
  readonly lie?: Lie;
}

/** @returns how many states there are */
function explore({ counts, resumes, maxKills, listing, lie }: Exploration): number {
  const visited = new Set<string>();
  const start = MemoryDisk.empty();
  for (const process of counts.keys())
    Staging.open(start.seenBy(process), '/staging', String(process), String(process));
  const stack: World[] = [{ disk: start, traces: counts.map(() => BEGINNING) }];
  for (let world = stack.pop(); world !== undefined; world = stack.pop()) {
    const { disk, traces } = world;
    const key = [disk.hash(), ...traces.map((one) => (typeof one === 'string' ? one : one.hash))].join(' ');
    if (visited.has(key)) continue;
    visited.add(key);
    const isDead = (other: number): boolean => traces[other] === 'killed';
    for (const [process, trace] of traces.entries()) {
      if (typeof trace === 'string') continue;
      const next = disk.copy();
      const run = advance(
        next,
        process,
        trace,
        (outside) => {
          const terms = { count: counts[process] ?? 0, resumes };
          rounds(outside, listingSo(outside.files, listing), process, terms, isDead);
        },
        lie,
      );
      if (run.kind === 'ended' && run.outcome.kind === 'threw') throw run.outcome.error;
      stack.push({ disk: next, traces: traces.with(process, run.kind === 'paused' ? run.trace : 'over') });
      if (traces.filter((one) => one === 'killed').length < maxKills && trace.steps.length > 0) {
        stack.push({ disk, traces: traces.with(process, 'killed') });
      }
    }
  }
  return visited.size;
}

describe('the numbered lock', () => {
  const quick: readonly Exploration[] = [
    { counts: [1, 3], resumes: false, maxKills: 0, listing: 'at once' },
    { counts: [1, 2], resumes: false, maxKills: 1, listing: 'at once' },
    { counts: [1, 2], resumes: false, maxKills: 1, listing: 'missing' },
    { counts: [1, 2], resumes: false, maxKills: 1, listing: 'showing' },
    { counts: [2, 3], resumes: true, maxKills: 0, listing: 'at once' },
    { counts: [2, 2], resumes: true, maxKills: 1, listing: 'at once' },
  ];
  const deep: readonly Exploration[] = [
    { counts: [2, 4], resumes: true, maxKills: 0, listing: 'at once' },
    { counts: [1, 3], resumes: false, maxKills: 0, listing: 'missing' },
    { counts: [1, 3], resumes: false, maxKills: 0, listing: 'showing' },
    { counts: [1, 1, 1], resumes: false, maxKills: 0, listing: 'at once' },
  ];

  test.each(process.env['MOSAIC_MODEL'] === 'deep' ? [...quick, ...deep] : quick)(
    'lets nobody in beside its holder: $counts rounds, resumed $resumes, $maxKills killed, a listing $listing',
    (exploration) => {
      const states = explore(exploration);
      console.log(
        `${states} states: ${exploration.counts.join(', ')} rounds, ` +
          `${exploration.maxKills} killed, a listing ${exploration.listing}`,
      );
      expect(states).toBeGreaterThan(1000);
    },
    900_000,
  );

  test('is found out when the second listing is left out: a number that was pruned is taken again', () => {
    const blind: Lie = (call, [path], real, disk, process) => {
      if (call !== 'list' || path !== LOCK || process !== 0) return real();
      const names = disk.list(LOCK) ?? [];
      const mine = names.filter(
        (name) => disk.stat(`${LOCK}/${name}`)?.inode === disk.stat('/staging/0/identity.json')?.inode,
      );
      // Between its taking and its release, process 0 does not see what came after its own name.
      const own = mine.length === 1 ? Number(mine[0]) : 0;
      return own === 0 ? names : names.filter((name) => Number.parseInt(name, 10) <= own);
    };
    expect(() => explore({ counts: [1, 3], resumes: false, maxKills: 0, listing: 'at once', lie: blind })).toThrow(
      /not alone inside|has lost the lock/,
    );
  });

  test('is found out when who resumes does not ask for the mark below: a number that was pruned is taken again', () => {
    const believing: Lie = (call, [path], real, disk) => {
      const isMark = call === 'stat' && typeof path === 'string' && path.startsWith(LOCK) && path.endsWith('.free');
      return isMark ? disk.stat('/staging/0/identity.json') : real();
    };
    const exploration = { counts: [2, 4], resumes: true, maxKills: 0, listing: 'at once', lie: believing } as const;
    expect(() => explore(exploration)).toThrow(/not alone inside|has lost the lock/);
  });

  test('is found out when a name can be taken twice', () => {
    const overwriting: Lie = (call, [existing, name], real, disk) => {
      if (call === 'link' && typeof name === 'string' && name.startsWith(LOCK) && typeof existing === 'string') {
        disk.remove(name);
      }
      return real();
    };
    expect(() =>
      explore({ counts: [1, 1], resumes: false, maxKills: 0, listing: 'at once', lie: overwriting }),
    ).toThrow(/not alone inside|has lost the lock/);
  });
});
