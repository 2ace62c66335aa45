/** Says to the backlog how an attempt went, insistently: what a command has done must not be done again for a full disk. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backlog } from '../../backlog/backlog.ts';
import type { Card, Json } from '../../card/card.ts';
import { MosaicError } from '../../errors.ts';
import { retryAfterSeconds } from './back-off.ts';
import type { Ended } from './command.ts';
import { isDecided, type Lost } from './keep-claim.ts';
import { readResult } from './result.ts';

export type Outcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterSeconds: number }
  | Lost
  | { readonly kind: 'handed-back' };

export interface SettleTerms {
  readonly backlog: Backlog;
  readonly owner: string;
  readonly words: readonly string[];
  readonly monotonicMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** A claim that is over is somebody else's: nothing is said any more after so long. */
  readonly insistsMs: number;
  /** Aborted when the worker is to stop: then it does not insist for long. */
  readonly signal: AbortSignal;
}

/** How the command ended, or why it had to be ended. */
export type Interrupted = Lost | { readonly kind: 'stopped' };

/** @throws MosaicError what the backlog refuses that to insist does not mend */
export async function settle(
  terms: SettleTerms,
  card: Card,
  ended: Ended | Interrupted,
  resultFile: string,
): Promise<Outcome> {
  if (ended.kind === 'lost') return ended;
  const { backlog, owner } = terms;
  try {
    if (ended.kind === 'stopped') {
      await insistently(terms, () => backlog.release({ id: card.id, owner, attempt: card.attempts }));
      return { kind: 'handed-back' };
    }
    if (ended.kind !== 'exited' || ended.status !== 0) return await fail(terms, card, reasonOf(ended, terms.words));
    const result = await readResult(resultFile, ended.lastLine);
    if (result.kind === 'unusable') return await fail(terms, card, `The command succeeded, but ${result.reason}.`);
    return await complete(terms, card, result.kind === 'value' ? { result: result.value } : {});
  } catch (error) {
    if (isDecided(error)) return { kind: 'lost', reason: error.message };
    throw error;
  }
}

async function complete(terms: SettleTerms, card: Card, handedIn: { readonly result?: Json }): Promise<Outcome> {
  const { backlog, owner } = terms;
  try {
    await insistently(terms, () => backlog.complete({ id: card.id, owner, attempt: card.attempts, ...handedIn }));
    return { kind: 'completed' };
  } catch (error) {
    // A result that makes the card larger than a card may be.
    if (!(error instanceof MosaicError) || error.code !== 'INVALID_INPUT') throw error;
    return fail(terms, card, `The command succeeded, but its result was refused: ${error.message}`);
  }
}

async function fail(terms: SettleTerms, card: Card, reason: string): Promise<Outcome> {
  const { backlog, owner, random } = terms;
  const { id, attempts } = card;
  const delay = retryAfterSeconds(attempts, random());
  const failure = { id, owner, attempt: attempts, reason, retryAfterSeconds: delay };
  await insistently(terms, () => backlog.fail(failure));
  return { kind: 'failed', reason, retryAfterSeconds: delay };
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const STOPPING_MS = 3000;
const PASSES: ReadonlySet<string> = new Set([
  ...['LOCK_LOST', 'LOCK_TIMEOUT', 'OUTCOME_UNKNOWN'],
  ...['DISK_FULL', 'DISK_READ_ONLY', 'DISK_DENIED', 'DISK_FAILED'],
  ...['DATABASE_UNREACHABLE', 'DATABASE_DENIED', 'DATABASE_READ_ONLY', 'DATABASE_FULL', 'DATABASE_FAILED'],
]);

/** Whether what went wrong may be over in a while, without anybody asking for anything else. */
export function mayPass(error: unknown): error is MosaicError {
  return error instanceof MosaicError && PASSES.has(error.code);
}

/** What a worker says of a card names the attempt, so that saying it twice says it once. */
async function insistently<T>({ monotonicMs, insistsMs, signal }: SettleTerms, call: () => Promise<T>): Promise<T> {
  const begunMs = monotonicMs();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await call();
    } catch (error) {
      const limitMs = signal.aborted ? Math.min(insistsMs, STOPPING_MS) : insistsMs;
      if (!mayPass(error) || monotonicMs() + pauseMs - begunMs > limitMs) throw error;
      await sleep(pauseMs);
    }
  }
}

/** The longest part of what a command said that is repeated in a reason. */
const QUOTED = 500;

function reasonOf(ended: Ended, [program = '']: readonly string[]): string {
  if (ended.kind === 'not-started') return `${program} could not be started: ${ended.reason}`;
  const how = ended.kind === 'killed' ? `was ended by ${ended.signal}` : `ended with status ${ended.status}`;
  const said = storable(ended.lastError.trim().slice(0, QUOTED));
  return said === '' ? `${program} ${how}.` : `${program} ${how}: ${said}`;
}

/** What a program prints may hold what no text of a card may. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
