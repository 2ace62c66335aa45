/**
 * The worker: takes one card after another and lets a command work on each, until there is nothing left to do, or it is
 * told to stop. What it does is told as events; how they look is somebody else's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Card } from '../../card/card.ts';
import { attempt, type AttemptTerms, type Outcome } from './attempt.ts';
import { after, CLOSED, type Circuit, isOpen } from './circuit.ts';
import { Guard } from './guard.ts';

export interface WorkerTerms {
  readonly owner: string;
  readonly ttlSeconds: number;
  readonly phase?: string;
  readonly label?: string;
  /** Ends after one card, or when there is none. */
  readonly once: boolean;
  /** Ends when there has been nothing to claim for so long; null waits for ever. */
  readonly idleExitSeconds: number | null;
}

export type WorkerEvent =
  | { readonly kind: 'claimed'; readonly card: Card }
  | { readonly kind: 'ended'; readonly card: Card; readonly outcome: Outcome; readonly tookMs: number }
  | { readonly kind: 'paused'; readonly seconds: number; readonly isOpen: boolean };

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
  try {
    while (!around.signal.aborted) {
      await pause(circuit, around);
      const card = around.signal.aborted ? null : await claim(terms, around);
      if (card === null) break;
      await around.tell({ kind: 'claimed', card });
      const begunMs = around.monotonicMs();
      const outcome = await attempt({ ...around, ...terms, guard }, card);
      const nowMs = around.monotonicMs();
      const tookMs = Math.round(nowMs - begunMs);
      worked[COUNTED[outcome.kind]] += 1;
      await around.tell({ kind: 'ended', card, outcome, tookMs });
      circuit = after(circuit, { hasFailed: outcome.kind === 'failed', tookMs }, nowMs);
      if (terms.once) break;
    }
  } finally {
    guard.close();
  }
  return worked;
}

async function pause(circuit: Circuit, { monotonicMs, signal, tell }: WorkerSurroundings): Promise<void> {
  const ms = circuit.notBeforeMs - monotonicMs();
  if (!(ms > 0)) return;
  await tell({ kind: 'paused', seconds: Math.ceil(ms / 1000), isOpen: isOpen(circuit) });
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Null when there is nothing to do, for so long that the worker is to end, or when it was told to stop. */
async function claim(terms: WorkerTerms, { backlog, signal }: WorkerSurroundings): Promise<Card | null> {
  const { owner, ttlSeconds, phase, label, once, idleExitSeconds } = terms;
  const filter = { ...(phase === undefined ? {} : { phase }), ...(label === undefined ? {} : { label }) };
  const waitSeconds = once ? 0 : (idleExitSeconds ?? Infinity);
  return backlog.claim({ owner, ttlSeconds, ...filter, waitSeconds, signal });
}
