/**
 * One installation at a time: the numbered lock, taken for as long as files are put in place. Everything an installation
 * does can be done again, so whoever takes over from a dead one has nothing to recover; it only begins anew.
 */
import { nodeFileSystem } from '../disk/node-filesystem.ts';
import { makeFolders } from '../disk/filesystem.ts';
import { judgeHolder, type Verdict } from '../disk/holder.ts';
import { holderText, parseHolder } from '../disk/holder-identity.ts';
import { type Attempt, type HeldGeneration, type TakenLock, tryLock } from '../disk/numbered-lock.ts';
import { removeStaging, Staging } from '../disk/staging.ts';
import { MosaicError } from '../errors.ts';
import { pass, systemClock } from '../host/clock.ts';
import { currentIdentity, livenessOf, type ProcessIdentity } from '../host/process-identity.ts';
import type { LockPlaces } from './places.ts';

/** An installation takes seconds. Where nobody's death can be proven, it is presumed after this. */
const STALE_MS = 300_000;
const GRACE_MS = 5000;
const LOOK_EVERY_MS = 100;
/** More often than that nobody uninstalls. */
const FRESH_STARTS = 50;

export interface LockTerms {
  /** Hexadecimal digits that nobody else ever draws. */
  readonly token: string;
  /** Who has the lock; told once for each. */
  readonly waitsFor: (pid: number | null) => Promise<void>;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/**
 * Waits for the locks, one after the other, does the work, and gives them back.
 *
 * @returns null when the signal ended the waiting
 * @throws what `work` throws; the system's error
 */
export async function aloneInAll<T>(
  places: readonly LockPlaces[],
  terms: LockTerms,
  work: () => Promise<T>,
): Promise<T | null> {
  const [first, ...rest] = places;
  if (first === undefined) return work();
  const held = await take(first, terms);
  if (held === null) return null;
  try {
    return await aloneInAll(rest, terms, work);
  } finally {
    giveBack(held);
  }
}

interface Held {
  readonly lock: TakenLock;
  readonly staging: Staging;
}

/** Whoever uninstalls takes the lock away with all the rest; those who wait then make it again. */
async function take(places: LockPlaces, terms: LockTerms): Promise<Held | null> {
  for (let start = 1; ; start += 1) {
    const { staging, outcome } = await tryToTake(places, terms, `${terms.token}${start.toString(16).padStart(2, '0')}`);
    if (typeof outcome === 'object') return { lock: outcome, staging };
    staging.close();
    if (outcome === 'interrupted') return null;
    if (start === FRESH_STARTS) throw alwaysTakenAway(places);
    await pass(LOOK_EVERY_MS, terms.signal);
  }
}

/** What was done is done. Where the lock cannot be given back, or has gone with all the rest, it is over with our end. */
function giveBack({ lock, staging }: Held): void {
  try {
    lock.release(true);
  } catch {
    // As above.
  }
  staging.close();
}

type Outcome = TakenLock | 'interrupted' | 'taken-away';

async function tryToTake(
  places: LockPlaces,
  { waitsFor, signal }: LockTerms,
  token: string,
): Promise<{ readonly staging: Staging; readonly outcome: Outcome }> {
  const self = currentIdentity();
  makeFolders(nodeFileSystem, places.names);
  const staging = Staging.open(nodeFileSystem, places.staging, token, holderText({ process: self, token }));
  const judge = judging(self);
  let told: number | null = null;
  while (!signal.aborted) {
    const attempt = attemptIn(places, staging, judge);
    if (attempt === null) return { staging, outcome: 'taken-away' };
    if (attempt.kind === 'taken') {
      sweep(places, attempt.lock, self);
      return { staging, outcome: attempt.lock };
    }
    if (attempt.kind === 'held' && told !== attempt.holder.generation) {
      await waitsFor(parseHolder(attempt.holder.identity)?.process.pid ?? null);
      told = attempt.holder.generation;
    }
    await pass(LOOK_EVERY_MS, signal);
  }
  return { staging, outcome: 'interrupted' };
}

/** Null when the lock was taken away, as a folder. */
function attemptIn(places: LockPlaces, staging: Staging, judge: Judge): Attempt | null {
  try {
    const attempt = tryLock({
      ...{ files: nodeFileSystem, folder: places.names, resumeAfter: null, leaveAloneMs: 0, judge },
      ...{ identityPath: staging.identityPath, identityInode: staging.identityInode },
      wallMs: () => systemClock.wallMs(),
    });
    return attempt.kind !== 'taken' && staging.isGone() ? null : attempt;
  } catch (error) {
    if (staging.isGone()) return null;
    throw error;
  }
}

function alwaysTakenAway({ folder }: LockPlaces): MosaicError {
  return new MosaicError({
    code: 'LOCK_TIMEOUT',
    message: `The lock in ${folder} was taken away again and again. Nothing was changed.`,
    hint: 'Look who else installs or uninstalls there, then run the same command again.',
  });
}

/** Also removes what those have left who were killed before they had the lock. */
function sweep({ staging }: LockPlaces, lock: TakenLock, self: ProcessIdentity): void {
  const over = new Set(lock.unmarked.map(({ identity }) => parseHolder(identity)?.token));
  for (const token of nodeFileSystem.list(staging) ?? []) {
    const folder = `${staging}/${token}`;
    const content = nodeFileSystem.readFile(`${folder}/identity.json`);
    const holder = content === null ? null : parseHolder(new TextDecoder().decode(content.bytes));
    const isDead = holder !== null && livenessOf(holder.process, self) === 'dead';
    if (over.has(token) || isDead) removeStaging(nodeFileSystem, folder);
  }
  lock.markOver();
}

type Judge = (holder: HeldGeneration) => Verdict;

/** @returns how each holder is judged, by what is seen of it from now on */
function judging(self: ProcessIdentity): Judge {
  let observed = { generation: 0, sinceMs: 0 };
  return ({ generation, identity, modifiedMs }) => {
    const nowMs = systemClock.monotonicMs();
    if (observed.generation !== generation) observed = { generation, sinceMs: nowMs };
    const other = parseHolder(identity);
    const evidence = {
      liveness: other === null ? ('dead' as const) : livenessOf(other.process, self),
      lockAgeMs: systemClock.wallMs() - modifiedMs,
      observedMs: nowMs - observed.sinceMs,
    };
    return judgeHolder(evidence, { staleMs: STALE_MS, graceMs: GRACE_MS });
  };
}
