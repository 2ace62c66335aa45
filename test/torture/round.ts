/**
 * One round of torture: a store of its own, a crew, a tormentor, and when all is over the verdict on the complete
 * history. A round that went wrong keeps its folder.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../data/generated.ts';
import type { Call, Operation } from './checker/call.ts';
import { check, type Violation } from './checker/check.ts';
import { type Journal, readCardFiles, readJournal } from './checker/journal.ts';
import { callCommand } from './command-line.ts';
import { Crew, environment } from './crew.ts';
import { CallLog, readLogs } from './log.ts';
import { firstCards } from './operations.ts';
import { Tormentor, type Torments } from './tormentor.ts';

export interface RoundSettings {
  readonly seed: number;
  readonly seconds: number;
  readonly processes: number;
  /** See `prepareProgram`. */
  readonly program: string;
  /** Ends the round early; what was done until then is checked all the same. */
  readonly signal?: AbortSignal;
}

export interface Round {
  readonly seed: number;
  readonly calls: readonly Call[];
  readonly records: number;
  readonly segments: number;
  readonly sealedOffBytes: number;
  readonly torments: Torments;
  readonly violations: readonly Violation[];
  readonly checkSeconds: number;
  /** Kept where there are violations, else gone. */
  readonly folder: string;
}

/** Turned down from a minute, so that a stop past it costs little. */
const STALE_SECONDS = 0.5;
/** Far above what a fresh process takes, and below the time after which a lock counts as stale by its age alone. */
const AT_ONCE_MS = 30_000;

export async function runRound(settings: RoundSettings): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), `mosaic-torture-${settings.seed}-`));
  const [mosaicHome, logs] = [join(folder, 'home'), join(folder, 'logs')];
  mkdirSync(mosaicHome);
  mkdirSync(logs);
  const root = join(mosaicHome, 'fleet', 'backlog');
  await alone(settings.program, mosaicHome, logs, 'first', [{ op: 'import', cards: firstCards(), update: false }]);
  const { torments, troubles } = await torture(settings, mosaicHome, logs, root);
  const slowness = await leaveQuiet(settings.program, mosaicHome, logs);

  const begunMs = performance.now();
  const calls = readLogs(logs);
  const { journal, violations: found } = verdict(calls, root);
  const violations = [...[...troubles, ...slowness].map(withoutStory), ...found];
  if (violations.length === 0) rmSync(folder, { recursive: true, force: true });
  const checkSeconds = (performance.now() - begunMs) / 1000;
  const records = journal.transactions.reduce((sum, lines) => sum + lines.length, 0);
  const segments = journal.segmentsOpenedMs.length;
  const counts = { records, segments, sealedOffBytes: journal.sealedOffBytes, checkSeconds };
  return { seed: settings.seed, calls, torments, violations, folder, ...counts };
}

interface Verdict {
  readonly journal: Journal;
  readonly violations: readonly Violation[];
}

function verdict(calls: readonly Call[], root: string): Verdict {
  try {
    const journal = readJournal(root);
    return { journal, violations: check({ ...journal, calls, files: readCardFiles(root) }) };
  } catch (error) {
    // A journal or a card that cannot even be read.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { journal: { transactions: [], segmentsOpenedMs: [], sealedOffBytes: 0 }, violations: [withoutStory(text)] };
  }
}

function withoutStory(text: string): Violation {
  return { text, story: '' };
}

async function torture(
  { seed, seconds, processes, program, signal }: RoundSettings,
  mosaicHome: string,
  logs: string,
  root: string,
): Promise<{ readonly torments: Torments; readonly troubles: readonly string[] }> {
  const commanders = Math.max(1, Math.floor(processes / 3));
  const workers = Math.max(1, processes - commanders);
  const crew = new Crew({ mosaicHome, logs, program, seed, workers, commanders, staleSeconds: STALE_SECONDS });
  const random = randomFrom(seed);
  const tormentor = new Tormentor({ crew, root, random, staleMs: STALE_SECONDS * 1000 });
  crew.start();
  const tormenting = tormentor.run();
  await sleep(seconds * 1000, null, signal === undefined ? {} : { signal }).catch(() => undefined);
  tormentor.end();
  await tormenting;
  // Some rounds end in peace, which shows that everybody can; the others with a lock that a dead process holds.
  if (random() < 0.7) tormentor.killAll();
  await crew.end();
  return { torments: tormentor.torments, troubles: crew.troubles };
}

/** When everybody is gone, a fresh process answers at once, and nothing is left that has to be mended. */
async function leaveQuiet(program: string, mosaicHome: string, logs: string): Promise<readonly string[]> {
  const begunMs = performance.now();
  await alone(program, mosaicHome, logs, 'last', [
    { op: 'update', id: 'c0', title: 'The last word' },
    { op: 'list', filter: { archived: true } },
    { op: 'history' },
    { op: 'doctor' },
    { op: 'claim', owner: 'last/1' },
  ]);
  const tookMs = performance.now() - begunMs;
  return tookMs < AT_ONCE_MS ? [] : [`A fresh process took ${tookMs.toFixed(0)} ms when everybody was gone.`];
}

async function alone(
  program: string,
  mosaicHome: string,
  logs: string,
  actor: string,
  operations: readonly Operation[],
): Promise<void> {
  const log = new CallLog(logs, actor);
  const settings = { program, mosaicHome, env: environment(mosaicHome, actor), onStart: () => undefined };
  for (const operation of operations) await log.record(operation, () => callCommand(operation, settings));
  log.close();
}
