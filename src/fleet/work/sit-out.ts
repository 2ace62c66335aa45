/** Waits as long as a circuit says, and says so. */
import { pass } from '../../host/clock.ts';
import type { Heart } from '../heartbeat/heart.ts';
import { type Circuit, isOpen } from './circuit.ts';

export interface Pause {
  readonly kind: 'paused';
  readonly seconds: number;
  /** It is not only slow, but has stopped for a while. */
  readonly isOpen: boolean;
}

export interface SitOutTerms {
  readonly heart: Heart;
  readonly monotonicMs: () => number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly tell: (event: Pause) => Promise<void>;
}

export async function sitOut(circuit: Circuit, { heart, monotonicMs, signal, tell }: SitOutTerms): Promise<void> {
  const ms = circuit.notBeforeMs - monotonicMs();
  if (!(ms > 0)) return;
  heart.pauses(ms);
  await tell({ kind: 'paused', seconds: Math.ceil(ms / 1000), isOpen: isOpen(circuit) });
  await pass(ms, signal);
}
