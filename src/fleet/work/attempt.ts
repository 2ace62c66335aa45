/**
 * One attempt at a card that has been claimed: runs the command, keeps the claim while it runs, and says to the backlog
 * how it went. Whoever loses the claim ends the command; whoever is told to stop hands the card back.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backlog } from '../../backlog/backlog.ts';
import type { Card, Json } from '../../card/card.ts';
import { MosaicError } from '../../errors.ts';
import { retryAfterSeconds } from './back-off.ts';
import { type Ended, RunningCommand } from './command.ts';
import type { Guard } from './guard.ts';
import { readResult } from './result.ts';

export interface AttemptTerms {
  readonly backlog: Backlog;
  readonly owner: string;
  readonly ttlSeconds: number;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  readonly graceMs: number;
  readonly guard: Guard;
  /** Aborted when the worker is to stop. */
  readonly signal: AbortSignal;
  readonly monotonicMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

export type Outcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterSeconds: number }
  /** Somebody else has the card, or an operator has decided about it. */
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'handed-back' };

/** A claim is renewed so many times in its life, so that a renewal may fail and there is time for another. */
const RENEWALS_A_TTL = 3;
const CARD = 'card.json';

/** @throws MosaicError DISK_FAILED, with the card handed back; what the backlog refuses */
export async function attempt(terms: AttemptTerms, card: Card): Promise<Outcome> {
  const text = `${JSON.stringify(card, null, 2)}\n`;
  const folder = await prepared(terms, card, text);
  try {
    return await attemptIn(folder, terms, card, text);
  } finally {
    terms.guard.rest();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder with the card in it. */
async function prepared({ backlog, owner }: AttemptTerms, card: Card, text: string): Promise<string> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'mosaic-work-'));
    await writeFile(join(folder, CARD), text, { mode: 0o600 });
    return folder;
  } catch (error) {
    await backlog.release({ id: card.id, owner, attempt: card.attempts });
    throw new MosaicError({
      code: 'DISK_FAILED',
      message: `The card ${card.id} could not be written for its command: ${messageOf(error)}. It was handed back.`,
      hint: `Make room in ${tmpdir()}, or set TMPDIR to another folder; then start the worker again.`,
      cause: error,
    });
  }
}

async function attemptIn(folder: string, terms: AttemptTerms, card: Card, text: string): Promise<Outcome> {
  const resultFile = join(folder, 'result.json');
  const { words, output, errors, graceMs } = terms;
  const environment = {
    ...terms.environment,
    MOSAIC_OWNER: terms.owner,
    MOSAIC_CARD_ID: card.id,
    MOSAIC_CARD_ATTEMPT: String(card.attempts),
    MOSAIC_CARD_FILE: join(folder, CARD),
    MOSAIC_RESULT_FILE: resultFile,
  };
  const command = new RunningCommand({ words, environment, input: text, output, errors, graceMs });
  if (command.group !== null) terms.guard.watch(command.group);
  const over = new AbortController();
  const ended = await untilOver(terms, card, command, over.signal);
  // Whatever it has started and left running would go on beside the next card. The claim is kept until that is gone.
  await command.stop();
  over.abort();
  return settle(terms, card, ended, resultFile);
}

type Interrupted = { readonly kind: 'lost'; readonly reason: string } | { readonly kind: 'stopped' };

/** @returns how the command ended, or why it has to be ended @param over aborted when the claim need not be kept any more */
async function untilOver(
  terms: AttemptTerms,
  card: Card,
  command: RunningCommand,
  over: AbortSignal,
): Promise<Ended | Interrupted> {
  const stop = new Promise<Interrupted>((resolve) => {
    const stopped = (): void => resolve({ kind: 'stopped' });
    if (terms.signal.aborted) stopped();
    terms.signal.addEventListener('abort', stopped, { once: true, signal: over });
  });
  return Promise.race([command.ended, stop, untilLost(terms, card, over)]);
}

/** Settles only when the claim is lost; what else goes wrong is tried again as long as the claim lasts. */
async function untilLost(terms: AttemptTerms, card: Card, over: AbortSignal): Promise<Interrupted> {
  const { backlog, owner, ttlSeconds, monotonicMs } = terms;
  const ttlMs = ttlSeconds * 1000;
  const everyMs = ttlMs / RENEWALS_A_TTL;
  let lastsUntilMs = monotonicMs() + ttlMs;
  for (;;) {
    await pass(everyMs, over);
    if (over.aborted) return new Promise(() => undefined);
    const begunMs = monotonicMs();
    try {
      const renewal = backlog.renew({ id: card.id, owner, attempt: card.attempts, ttlSeconds });
      // It may have to wait for the store, and the claim does not wait with it.
      const isRenewed = await Promise.race([renewal.then(() => true), pass(lastsUntilMs - begunMs, over)]);
      if (isRenewed === true) lastsUntilMs = begunMs + ttlMs;
      else if (!over.aborted) return { kind: 'lost', reason: 'It could not be renewed in time.' };
    } catch (error) {
      if (isDecided(error)) return { kind: 'lost', reason: error.message };
      if (monotonicMs() + everyMs >= lastsUntilMs) {
        return { kind: 'lost', reason: `It could not be renewed in time: ${messageOf(error)}` };
      }
    }
  }
}

/** Waits so long, or until it does not matter any more. */
async function pass(ms: number, over: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: over, ref: false }).catch(() => undefined);
}

/** Says to the backlog how it went. */
async function settle(
  terms: AttemptTerms,
  card: Card,
  ended: Ended | Interrupted,
  resultFile: string,
): Promise<Outcome> {
  if (ended.kind === 'lost') return ended;
  const { backlog, owner } = terms;
  try {
    if (ended.kind === 'stopped') {
      await insistently(() => backlog.release({ id: card.id, owner, attempt: card.attempts }));
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

async function complete(terms: AttemptTerms, card: Card, handedIn: { readonly result?: Json }): Promise<Outcome> {
  const { backlog, owner } = terms;
  try {
    await insistently(() => backlog.complete({ id: card.id, owner, attempt: card.attempts, ...handedIn }));
    return { kind: 'completed' };
  } catch (error) {
    // A result that makes the card larger than a card may be.
    if (!(error instanceof MosaicError) || error.code !== 'INVALID_INPUT') throw error;
    return fail(terms, card, `The command succeeded, but its result was refused: ${error.message}`);
  }
}

async function fail({ backlog, owner, random }: AttemptTerms, card: Card, reason: string): Promise<Outcome> {
  const delay = retryAfterSeconds(card.attempts, random());
  const { id, attempts } = card;
  await insistently(() => backlog.fail({ id, owner, attempt: attempts, reason, retryAfterSeconds: delay }));
  return { kind: 'failed', reason, retryAfterSeconds: delay };
}

const TRIES = 5;
const TRY_AGAIN_MS = 500;
const PASSES: ReadonlySet<string> = new Set(['LOCK_LOST', 'LOCK_TIMEOUT', 'OUTCOME_UNKNOWN']);

/** What a worker says of a card names the attempt, so that saying it twice says it once. */
async function insistently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof MosaicError) || !PASSES.has(error.code) || tries === TRIES) throw error;
      await sleep(TRY_AGAIN_MS);
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

/** The claim is somebody else's, the card is done, or it is not there any more: to ask again would not help. */
function isDecided(error: unknown): error is MosaicError {
  return error instanceof MosaicError && (error.code === 'CLAIM_LOST' || error.code === 'CARD_NOT_FOUND');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
