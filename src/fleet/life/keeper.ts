/**
 * Keeps one agent for systemd: starts it on the tmux server, watches its process, and ends as it ends. A keeper that is
 * started again while its agent lives takes that one over instead of starting a second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { pass } from '../../host/clock.ts';
import { currentIdentity, identityOf, livenessOf } from '../../host/process-identity.ts';
import type { Pane, Tmux } from '../../host/tmux.ts';
import { agentPanes, clearPane, known, startPane, tellToStop } from './agent-pane.ts';
import { STOP_LIMIT_MS } from './stopping-panes.ts';
import type { Launch } from './launch.ts';
import { TAGS, paneOf } from './panes.ts';
import { FORCED_STATUS } from './units.ts';

/** The server needs a moment before it listens. */
const SERVER_LIMIT_MS = 15_000;
const LOOK_EVERY_MS = 500;
/** tmux learns of a death a moment after us, and another one later what the process ended with. */
const DEATH_LIMIT_MS = 2000;
const SHORT_MS = 50;

export interface KeeperTerms {
  readonly tmux: Tmux;
  readonly launch: Launch;
  readonly name: string;
  /** Where the agent begins; asked for only when it has to be started. @throws MosaicError when it cannot be */
  readonly folder: () => string;
  /** Aborted when the agent is to stop. */
  readonly signal: AbortSignal;
}

/**
 * @returns what the agent's process ended with; 0 when it was told to, FORCED_STATUS when that did not help, 1 when its
 *   pane has gone, or nobody knows
 * @throws MosaicError TMUX_UNKNOWN, TMUX_MISSING, AGENT_FAILED; what `folder` throws
 */
export async function keep({ tmux, launch, name, folder, signal }: KeeperTerms): Promise<number> {
  await untilServerListens(tmux, signal);
  const before = paneOf(await agentPanes(tmux), name);
  if (before === null || before.isDead) {
    await startPane(tmux, { launch, name, folder: folder(), keptBy: 'systemd' });
  }
  const pane = paneOf(await agentPanes(tmux), name);
  if (pane === null) return 1;
  await untilDead(tmux, pane, signal);
  if (!signal.aborted) return deathStatus(tmux, pane);
  const wasTold = await tellToStop(pane);
  const limit = { limitMs: wasTold ? STOP_LIMIT_MS : 0 };
  const byItself = await clearPane(tmux, pane, launch.mosaicHome, limit);
  return byItself ? 0 : FORCED_STATUS;
}

async function untilServerListens(tmux: Tmux, signal: AbortSignal): Promise<void> {
  for (let waitedMs = 0; waitedMs < SERVER_LIMIT_MS && !signal.aborted; waitedMs += SHORT_MS) {
    const answer = await tmux.panes(TAGS);
    if (answer.kind === 'answer' || answer.kind === 'missing') break;
    await pass(SHORT_MS, signal);
  }
  known(await tmux.panes(TAGS));
}

async function untilDead(tmux: Tmux, { pid, paneId }: Pane, signal: AbortSignal): Promise<void> {
  const self = currentIdentity();
  const agent = identityOf(pid);
  while (!signal.aborted) {
    // Where the system tells nothing of processes, tmux is asked.
    const isDead = agent === null ? await isOver(tmux, paneId) : livenessOf(agent, self) === 'dead';
    if (isDead) return;
    await pass(LOOK_EVERY_MS, signal);
  }
}

async function isOver(tmux: Tmux, paneId: string): Promise<boolean> {
  return (await agentPanes(tmux)).find((one) => one.paneId === paneId)?.isDead ?? true;
}

async function deathStatus(tmux: Tmux, { paneId }: Pane): Promise<number> {
  for (let waitedMs = 0; waitedMs < DEATH_LIMIT_MS; waitedMs += SHORT_MS) {
    const pane = (await agentPanes(tmux)).find((one) => one.paneId === paneId);
    if (pane === undefined) return 1;
    const { deadStatus, deadSignal } = pane;
    if (deadStatus !== null) return deadStatus;
    if (deadSignal !== null) return 1;
    await sleep(SHORT_MS);
  }
  return 1;
}
