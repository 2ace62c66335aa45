/**
 * Whose turn it is to type into a pane. A message is typed first and submitted later; another one in between would be
 * submitted as a part of it.
 *
 * The turn is an option of the pane. tmux does one command after another, so setting it only where it is not set is a
 * lock; it names its holder well enough to prove it dead, goes with its pane, and leaves no file behind. (The lock tmux
 * has of its own, `wait-for -L`, does not say who holds it: one killed holder, and nobody types any more.) What is typed
 * names the turn again, so that a holder that was given up types nothing.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../host/clock.ts';
import { currentIdentity, livenessOf, parseIdentity, type ProcessIdentity } from '../../host/process-identity.ts';
import type { TmuxPane } from '../../host/tmux-pane.ts';
import { agentGone, type Answered, notTypedInTurn } from './refusals.ts';

export interface Turn {
  /** As the pane holds it. */
  readonly name: string;
  end(): Promise<void>;
}

export interface TurnTerms {
  readonly agent: string;
  readonly answered: Answered;
  readonly clock: Clock;
  /** How long it is waited for. */
  readonly waitMs: number;
}

/** Where a holder cannot be proven alive or dead, only time can tell: no message takes so long. */
const STALE_MS = 120_000;
const LOOK_AGAIN_MS = 100;

/** @throws MosaicError AGENT_NOT_RUNNING, MESSAGE_NOT_ARRIVED when others type all the time, TMUX_UNKNOWN, TMUX_MISSING */
export async function takeTurn(pane: TmuxPane, terms: TurnTerms): Promise<Turn> {
  const { agent, answered, clock } = terms;
  const self = currentIdentity();
  const name = nameOf(self, clock.wallMs());
  const untilMs = clock.monotonicMs() + terms.waitMs;
  let holder = answered(await pane.takeTurn(name));
  while (holder !== name) {
    if (holder === null) throw agentGone(agent, 'Nothing was typed.');
    if (holder !== '' && isOver(holder, self, clock.wallMs())) {
      holder = answered(await pane.takeTurnFrom(holder, name));
      continue;
    }
    if (clock.monotonicMs() >= untilMs)
      throw notTypedInTurn(agent, terms.waitMs, parseHolder(holder)?.identity.pid ?? null);
    await sleep(LOOK_AGAIN_MS);
    holder = answered(await pane.takeTurn(name));
  }
  return {
    name,
    // The pane may be gone, and a server that does not answer has been told of already; the turn ends with this process.
    end: async () => void (await pane.endTurn(name)),
  };
}

/** Of letters that mean nothing to tmux. */
function nameOf(identity: ProcessIdentity, nowMs: number): string {
  const holder = Buffer.from(JSON.stringify({ ...identity, atMs: nowMs })).toString('base64url');
  return `${randomBytes(6).toString('hex')}-${holder}`;
}

interface Holder {
  readonly identity: ProcessIdentity;
  readonly atMs: number;
}

/** Null for what this program did not write. */
function parseHolder(name: string): Holder | null {
  const encoded = /^[0-9a-f]{12}-([\w-]+)$/.exec(name)?.[1];
  if (encoded === undefined) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    const identity = parseIdentity(value);
    if (identity === null || typeof value !== 'object' || value === null || !('atMs' in value)) return null;
    return typeof value.atMs === 'number' ? { identity, atMs: value.atMs } : null;
  } catch {
    return null;
  }
}

function isOver(name: string, self: ProcessIdentity, nowMs: number): boolean {
  const holder = parseHolder(name);
  if (holder === null) return false;
  const liveness = livenessOf(holder.identity, self);
  return liveness === 'dead' || (liveness === 'unknown' && nowMs - holder.atMs > STALE_MS);
}
