/**
 * Every interleaving of processes that each add one to a counter, call by call, with any of them killed at any call.
 * At the end of each, and after each kill, somebody comes who looks: what was acknowledged is there once, what was
 * refused is not there, and nothing else is.
 */
import { MosaicError } from '../../src/errors.ts';
import {
  count,
  createCounter,
  increment,
  type Increment,
  nameOf,
  type Patience,
  type ProcessTerms,
} from './counter-store.ts';
import { MemoryDisk } from './memory-filesystem.ts';
import { advance, BEGINNING, type Lie, type Outcome, runToEnd, type Trace } from './stepper.ts';

export interface Exploration {
  readonly processes: readonly Patience[];
  /** A process may be interrupted by another at most so often, all of them together. */
  readonly maxSwitches: number;
  /** Look after a kill at every n-th state only. */
  readonly killEvery: number;
  readonly lie?: Lie;
}

export interface Explored {
  readonly states: number;
  readonly endings: number;
  readonly kills: number;
}

interface World {
  readonly disk: MemoryDisk;
  readonly processes: readonly Progress[];
  readonly running: number;
  readonly switches: number;
}

type Progress = { readonly kind: 'going'; readonly trace: Trace } | { readonly kind: 'over'; readonly fate: Fate };

/** What the process knows of its addition, or what is known of it from outside. */
type Fate = { readonly kind: 'acknowledged'; readonly value: number } | { readonly kind: 'refused' | 'unknown' };

const MAX_ATTEMPTS_ALONE = 10;
const FIRST = 7;
const LAST = 8;

/** @throws Error with the calls that led there, when a promise is broken */
export function explore(exploration: Exploration): Explored {
  const { processes, maxSwitches, killEvery, lie } = exploration;
  const visited = new Set<string>();
  let [endings, kills] = [0, 0];
  const stack: World[] = processes.map((_, running) => ({
    disk: startDisk(),
    processes: processes.map(() => ({ kind: 'going', trace: BEGINNING })),
    running,
    switches: 0,
  }));

  for (let world = stack.pop(); world !== undefined; world = stack.pop()) {
    const key = keyOf(world);
    if (visited.has(key)) continue;
    visited.add(key);
    const going = world.processes.flatMap((one, index) => (one.kind === 'going' ? [index] : []));
    if (going.length === 0) {
      verify(world.disk.copy(), world.processes.map(fateOf), world);
      endings += 1;
      continue;
    }
    if (visited.size % killEvery === 0) {
      for (const victim of going) {
        afterKill(world, victim, exploration);
        kills += 1;
      }
    }
    for (const index of going) {
      const isSwitch = index !== world.running && world.processes[world.running]?.kind === 'going';
      if (isSwitch && world.switches >= maxSwitches) continue;
      stack.push(stepped(world, index, world.switches + (isSwitch ? 1 : 0), processes, lie));
    }
  }
  return { states: visited.size, endings, kills };
}

function stepped(world: World, index: number, switches: number, patience: readonly Patience[], lie?: Lie): World {
  const disk = world.disk.copy();
  const progress = world.processes[index];
  if (progress?.kind !== 'going') throw new Error('Only a process that goes on can make a step.');
  const terms = termsOf(index, patience, null);
  const run = advance(disk, index, progress.trace, (outside) => increment(outside, terms), lie);
  const after: Progress = run.kind === 'paused' ? { kind: 'going', trace: run.trace } : afterRun(run.outcome);
  return { disk, processes: world.processes.with(index, after), running: index, switches };
}

function afterRun(outcome: Outcome<Increment>): Progress {
  const fate = fateOfOutcome(outcome);
  return fate === null ? { kind: 'going', trace: BEGINNING } : { kind: 'over', fate };
}

/** Null when it was turned away and begins again. */
function fateOfOutcome(outcome: Outcome<Increment>): Fate | null {
  if (outcome.kind === 'returned') {
    return outcome.value.kind === 'again' ? null : { kind: 'acknowledged', value: outcome.value.value };
  }
  const { error } = outcome;
  if (error instanceof MosaicError) {
    if (error.code === 'LOCK_LOST') return { kind: 'refused' };
    if (error.code === 'OUTCOME_UNKNOWN') return { kind: 'unknown' };
    // Fenced off before the commit point: the disk had no place for its files any more, and it says that nothing was
    // changed.
    if (error.code === 'DISK_FAILED') return { kind: 'refused' };
  }
  throw error;
}

/** The victim stops for ever; the others go on one after the other, which is enough: they are sound among themselves. */
function afterKill(world: World, victim: number, { processes, lie }: Exploration): void {
  const disk = world.disk.copy();
  const fates = world.processes.map((progress, index): Fate => {
    if (index === victim) return { kind: 'unknown' };
    if (progress.kind === 'over') return progress.fate;
    return finish(disk, index, progress.trace, termsOf(index, processes, victim), world, lie);
  });
  verify(disk, fates, world);
}

function finish(disk: MemoryDisk, index: number, trace: Trace, terms: ProcessTerms, world: World, lie?: Lie): Fate {
  let from = trace;
  for (let attempt = 0; attempt < MAX_ATTEMPTS_ALONE; attempt += 1) {
    const outcome = runToEnd(disk, index, from, (outside) => increment(outside, terms), lie);
    const fate = fateOfOutcome(outcome);
    if (fate !== null) return fate;
    from = BEGINNING;
    // Others that are alive but do not run may hold the mutex: a patient process would wait for them.
    if (terms.patience === 'patient') return { kind: 'unknown' };
  }
  throw broken('a process that is alone never gets the mutex', world);
}

function verify(disk: MemoryDisk, fates: readonly Fate[], world: World): void {
  const terms: ProcessTerms = { process: LAST, patience: 'impatient', livenessOf: () => 'dead' };
  const outcome = runToEnd(disk, LAST, BEGINNING, (outside) => count(outside, terms));
  if (outcome.kind === 'threw') throw broken(`whoever comes next fails: ${String(outcome.error)}`, world);
  const counted = outcome.value;
  if (counted === null) throw broken('whoever comes next never gets the mutex', world);
  const { value, authors, revisions, seqs } = counted;

  if (value !== authors.length) throw broken(`the card says ${value}, the history tells of ${authors.length}`, world);
  if (revisions.some((rev, index) => rev !== index + 1)) throw broken(`revisions ${revisions.join()}`, world);
  if (seqs.some((seq, index) => seq !== index + 1)) throw broken(`sequence numbers ${seqs.join()}`, world);
  for (const [index, fate] of fates.entries()) {
    const times = authors.filter((author) => author === nameOf(index)).length;
    if (times > 1) throw broken(`${nameOf(index)} added ${times} times`, world);
    if (fate.kind === 'acknowledged' && authors[fate.value - 1] !== nameOf(index)) {
      throw broken(`${nameOf(index)} was told ${fate.value}, but the history says ${authors.join()}`, world);
    }
    if (fate.kind === 'refused' && times !== 0)
      throw broken(`${nameOf(index)} was refused and counted all the same`, world);
  }
  const again = runToEnd(disk, LAST, BEGINNING, (outside) => count(outside, terms));
  if (again.kind === 'threw' || JSON.stringify(again.value) !== JSON.stringify(counted)) {
    throw broken('a second recovery finds something else than the first', world);
  }
}

function startDisk(): MemoryDisk {
  const disk = MemoryDisk.empty();
  const terms: ProcessTerms = { process: FIRST, patience: 'patient', livenessOf: () => 'dead' };
  const outcome = runToEnd(disk, FIRST, BEGINNING, (outside) => createCounter(outside, terms));
  if (outcome.kind === 'threw') throw outcome.error;
  return disk;
}

function termsOf(process: number, patience: readonly Patience[], dead: number | null): ProcessTerms {
  return {
    process,
    patience: patience[process] ?? 'patient',
    livenessOf: (other) => (other === dead ? 'dead' : 'alive'),
  };
}

function fateOf(progress: Progress): Fate {
  return progress.kind === 'over' ? progress.fate : { kind: 'unknown' };
}

function keyOf(world: World): string {
  const processes = world.processes.map((one) => (one.kind === 'going' ? one.trace.hash : JSON.stringify(one.fate)));
  return [world.disk.hash(), ...processes, world.running, world.switches].join(' ');
}

function broken(what: string, world: World): Error {
  const calls = world.processes.map((one, index) =>
    one.kind === 'over'
      ? `${nameOf(index)} is over: ${JSON.stringify(one.fate)}`
      : `${nameOf(index)} has made ${one.trace.steps.length} calls, the last: ${one.trace.steps.at(-1)?.call ?? 'none'}`,
  );
  return new Error(`The model found a broken promise: ${what}.\n${calls.join('\n')}`);
}
