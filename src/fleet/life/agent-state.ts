/** What an agent is at, from what was seen of it: its pane, its unit, its heartbeat. Nothing written down counts. Pure. */
import type { Doing, Pulse } from '../heartbeat/heartbeat.ts';

export type AgentState =
  /** It has no process, and should have none. */
  | 'stopped'
  /** Its process is there, and has not beaten yet. */
  | 'starting'
  /** It has a card. */
  | 'working'
  /** It waits for a card. */
  | 'waiting'
  /** A session's command runs; it has no card. */
  | 'running'
  /** Its command failed at once too often, or the disk is in the way; it tries again by itself. */
  | 'paused'
  /** Its process is there, and its heartbeat has stopped: it is stopped, or hangs. */
  | 'silent'
  /** Its process has ended as it should. */
  | 'ended'
  /** Its process has died, or ended with an error. */
  | 'failed'
  /** In its pane runs something else. */
  | 'stray'
  /** tmux does not answer: it may be anything. */
  | 'unknown';

export interface SeenPane {
  readonly isDead: boolean;
  readonly deadStatus: number | null;
  /** The process in it was started as this agent. */
  readonly isAgent: boolean;
}

export interface Seen {
  readonly pane: SeenPane | null | 'unknown';
  /** Of its unit; null where there is none. */
  readonly unit: 'active' | 'inactive' | 'failed' | 'activating' | 'deactivating' | 'unknown' | null;
  /** Of the process in the pane. */
  readonly heart: { readonly pulse: Pulse; readonly doing: Doing } | null;
  /** How many claims are in its name. */
  readonly claims: number;
}

export function stateOf({ pane, unit, heart, claims }: Seen): AgentState {
  if (pane === 'unknown') return 'unknown';
  if (pane === null) return stateOfUnit(unit);
  if (pane.isDead) return pane.deadStatus === 0 ? 'ended' : 'failed';
  if (heart === null) return pane.isAgent ? 'starting' : 'stray';
  if (heart.pulse === 'dead') return 'failed';
  if (heart.pulse === 'silent') return 'silent';
  if (heart.doing.kind === 'running') return claims > 0 ? 'working' : 'running';
  return heart.doing.kind;
}

function stateOfUnit(unit: Seen['unit']): AgentState {
  if (unit === 'failed') return 'failed';
  return unit === 'activating' ? 'starting' : 'stopped';
}
