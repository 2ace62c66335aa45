/**
 * The worker: takes one card after another and lets a command work on each, until there is nothing left to do, or it is
 * told to stop. What it does is told as events; how they look is somebody else's.
 */
import type { Card } from '../../card/card.ts';
import type { MosaicError } from '../../errors.ts';
import { attempt, type AttemptTerms } from './attempt.ts';
import { pass } from '../../host/clock.ts';
import { after, CLOSED, type Circuit } from './circuit.ts';
import { Guard } from './guard.ts';
import { mayPass, type Outcome } from './settle.ts';
import { type Pause, sitOut } from './sit-out.ts';

export interface WorkerTerms {
  readonly owner: string;
  readonly ttlSeconds: number;
  /** Only cards of one of these; null for any. */
  readonly phases: readonly string[] | null;
  readonly labels: readonly string[] | null;
  /** Ends after one card, or when there is none. */
  readonly once: boolean;
  /** Ends when there has been nothing to claim for so long; null waits for ever. */
  readonly idleExitSeconds: number | null;
}

export type WorkerEvent =
  | { readonly kind: 'claimed'; readonly card: Card }
  | { readonly kind: 'ended'; readonly card: Card; readonly outcome: Outcome; readonly tookMs: number }
  | Pause
  /** The store or the disk is in the way; it is tried again by itself. */
  | { readonly kind: 'trouble'; readonly reason: string; readonly seconds: number };

export interface WorkerSurroundings extends Omit<AttemptTerms, 'owner' | 'ttlSeconds' | 'guard'> {
  readonly tell: (event: WorkerEvent) => Promise<void>;
}

export interface Worked {
  readonly completed: number;
  readonly failed: number;
  readonly lost: number;
  readonly handedBack: number;
}

const COUNTED = { completed: 'completed', failed: 'failed', lost: 'lost', 'handed-back': 'handedBack' } as const;

/** @throws MosaicError what the backlog refuses that waiting does not mend */
export async function work(terms: WorkerTerms, around: WorkerSurroundings): Promise<Worked> {
  const worked = { completed: 0, failed: 0, lost: 0, handedBack: 0 };
  const guard = new Guard(around.graceMs);
  let circuit: Circuit = CLOSED;
  let troubles = 0;
  try {
    while (!around.signal.aborted) {
      await sitOut(circuit, around);
      try {
        const tried = around.signal.aborted ? null : await workOnNext(terms, around, guard);
        if (tried === null) break;
        worked[COUNTED[tried.outcome.kind]] += 1;
        circuit = after(circuit, { hasFailed: tried.outcome.kind === 'failed', tookMs: tried.tookMs }, tried.endedMs);
        troubles = 0;
        if (terms.once) break;
      } catch (error) {
        // A disk that is full now need not be so in a minute; a worker that has ended would have to be started by somebody.
        if (terms.once || !mayPass(error)) throw error;
        await sitOutTrouble(error, troubles, around);
        troubles += 1;
      }
    }
  } finally {
    guard.close();
  }
  return worked;
}

interface Tried {
  readonly outcome: Outcome;
  readonly tookMs: number;
  /** By the monotonic clock. */
  readonly endedMs: number;
}

/** Null when there is nothing to do, for so long that the worker is to end, or when it was told to stop. */
async function workOnNext(terms: WorkerTerms, around: WorkerSurroundings, guard: Guard): Promise<Tried | null> {
  const card = await claim(terms, around);
  if (card === null) return null;
  around.heart.does({ kind: 'working', id: card.id, attempt: card.attempts, group: null });
  await around.tell({ kind: 'claimed', card });
  const begunMs = around.monotonicMs();
  const outcome = await attempt({ ...around, ...terms, guard }, card);
  const endedMs = around.monotonicMs();
  const tookMs = Math.round(endedMs - begunMs);
  await around.tell({ kind: 'ended', card, outcome, tookMs });
  return { outcome, tookMs, endedMs };
}

const FIRST_TROUBLE_MS = 1000;
const LONGEST_TROUBLE_MS = 60_000;

async function sitOutTrouble(
  trouble: MosaicError,
  troublesBefore: number,
  { tell, heart, signal }: WorkerSurroundings,
): Promise<void> {
  const ms = Math.min(FIRST_TROUBLE_MS * 2 ** troublesBefore, LONGEST_TROUBLE_MS);
  heart.pauses(ms);
  await tell({ kind: 'trouble', reason: trouble.message, seconds: ms / 1000 });
  await pass(ms, signal);
}

async function claim(terms: WorkerTerms, { backlog, signal, heart }: WorkerSurroundings): Promise<Card | null> {
  const { owner, ttlSeconds, phases, labels, once, idleExitSeconds } = terms;
  heart.does({ kind: 'waiting' });
  const filter = { ...(phases === null ? {} : { phase: phases }), ...(labels === null ? {} : { label: labels }) };
  const waitSeconds = once ? 0 : (idleExitSeconds ?? Infinity);
  return backlog.claim({ owner, ttlSeconds, ...filter, waitSeconds, signal });
}
