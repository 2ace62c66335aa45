/**
 * One attempt at a card that has been claimed: runs the command, keeps the claim while it runs, and says to the backlog
 * how it went. Whoever loses the claim ends the command; whoever is told to stop hands the card back.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backlog } from '../../backlog/backlog.ts';
import type { Card } from '../../card/card.ts';
import { MosaicError } from '../../errors.ts';
import { findProgram } from '../../host/look-around.ts';
import type { Heart } from '../heartbeat/heart.ts';
import { type CommandRun, type Ended, RunningCommand } from './command.ts';
import type { Guard } from './guard.ts';
import { untilLost } from './keep-claim.ts';
import { type Interrupted, type Outcome, settle } from './settle.ts';

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
  readonly heart: Heart;
  /** Aborted when the worker is to stop. */
  readonly signal: AbortSignal;
  readonly monotonicMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

const CARD = 'card.json';
/** Whoever can tell that the claim is over ends the command first, and knows why it has ended. */
const GUARD_LATER_MS = 1000;

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
  const settling = { ...terms, insistsMs: terms.ttlSeconds * 1000 };
  const command = await started({ words, environment, input: text, output, errors, graceMs });
  if ('kind' in command) return settle(settling, card, command, resultFile);
  const { group } = command;
  const lasts = (ms: number): void => {
    if (group !== null) terms.guard.watch(group, ms + GUARD_LATER_MS);
  };
  lasts(terms.ttlSeconds * 1000);
  if (group !== null) terms.heart.hasStarted(group);
  // Not before: whoever is killed now leaves nothing behind that nobody knows of.
  command.begin();
  const over = new AbortController();
  const keeping = untilLost({ ...terms, card }, { ...terms, lasts }, over.signal);
  const ended = await Promise.race([command.ended, untilStopped(terms.signal, over.signal), keeping]);
  // Whatever it has started and left running would go on beside the next card. The claim is kept until that is gone.
  await command.stop();
  over.abort();
  return settle(settling, card, ended, resultFile);
}

/** What the system refuses before there is a process (too many words, no memory) is a failure of the command, too. */
async function started(run: CommandRun): Promise<RunningCommand | Ended> {
  const [program = ''] = run.words;
  const found = await findProgram(program, process.cwd(), run.environment['PATH'] ?? '');
  if (found === null) return { kind: 'not-started', reason: 'there is no program of that name that may be executed.' };
  try {
    return new RunningCommand(run);
  } catch (error) {
    return { kind: 'not-started', reason: messageOf(error) };
  }
}

function untilStopped(signal: AbortSignal, over: AbortSignal): Promise<Interrupted> {
  return new Promise((resolve) => {
    const stopped = (): void => resolve({ kind: 'stopped' });
    if (signal.aborted) stopped();
    signal.addEventListener('abort', stopped, { once: true, signal: over });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
